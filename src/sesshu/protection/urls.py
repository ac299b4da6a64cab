from django.urls import path

from sesshu.protection import views

app_name = "protection"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("administration/", views.administration, name="administration"),
    path("purpose/", views.purpose, name="purpose"),
]
