from django.urls import path

from sesshu.intermediate.own_view import views

app_name = "own-view"
urlpatterns = [
    path("", views.start, name="start"),
    path("pick/", views.pick, name="pick"),
    path("records/", views.shown, name="records"),
]
