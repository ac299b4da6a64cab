from django.urls import path

from sesshu.protection import views
from sesshu.protection.sign_in import views as sign_in

app_name = "protection"
urlpatterns = [
    path("sign-in/", sign_in.password, name="sign-in"),
    path("sign-out/", sign_in.leave, name="sign-out"),
    path("administration/", views.administration, name="administration"),
    path("purpose/", views.purpose, name="purpose"),
]
