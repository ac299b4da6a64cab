from django.urls import path

from sesshu.health.providers import views

app_name = "providers"
urlpatterns = [
    path("", views.provider_list, name="list"),
    path("new/", views.provider_edit, name="new"),
    path("<int:pk>/", views.provider_edit, name="edit"),
    path("<int:pk>/doctors/", views.doctor_add, name="doctor-add"),
]
