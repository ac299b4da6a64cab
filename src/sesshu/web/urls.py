from django.urls import path

from sesshu.web import views

app_name = "web"
urlpatterns = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("date-reading/", views.date_reading, name="date-reading"),
]
