from django.urls import URLPattern

app_name = "addressees"
urlpatterns: list[URLPattern] = []
