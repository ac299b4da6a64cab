from django.urls import path

from sesshu.addressees.individual_numbers import views

app_name = "individual_numbers"
urlpatterns = [
    path("", views.search, name="search"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/register/", views.register, name="register"),
    path("<int:pk>/change/", views.change, name="change"),
    path("<int:pk>/reveal/", views.reveal, name="reveal"),
]
