from django.urls import path

from sesshu.health.eligibility import views
from sesshu.protection.cases import for_task
from sesshu.protection.purposes import Purpose

app_name = "eligibility"
urlpatterns = for_task(
    Purpose.NOTICES,
    [
        path("", views.index, name="index"),
        path("<int:pk>/", views.extraction, name="extraction"),
        path("<int:pk>/add/", views.add, name="add"),
        path("<int:pk>/again/", views.again, name="again"),
        path("rows/<int:pk>/remove/", views.remove, name="remove"),
        path("rows/<int:pk>/undo/", views.undo, name="undo"),
    ],
)
