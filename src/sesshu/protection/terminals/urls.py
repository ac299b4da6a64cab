from __future__ import annotations

from django.urls import URLPattern, path

from sesshu.protection.terminals import deciding_views, views

app_name = "terminals"
urlpatterns: list[URLPattern] = [
    path("", views.register, name="list"),
    path("new/", views.new, name="new"),
    path("authority.pem", views.authority_certificate, name="authority"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/certificate/", views.another_certificate, name="another-certificate"),
    path("<int:pk>/taking-out/", deciding_views.ask_taking_out, name="ask-taking-out"),
    path("<int:pk>/taking-out/end/", deciding_views.end_taking_out, name="end-taking-out"),
    path("<int:pk>/lost/", deciding_views.lost, name="lost"),
    path("<int:pk>/retire/", deciding_views.retire, name="retire"),
    path("applications/<int:pk>/approve/", deciding_views.approve, name="approve"),
    path("applications/<int:pk>/refuse/", deciding_views.refuse, name="refuse"),
    path("applications/<int:pk>/collect/", views.collect, name="collect"),
    path("applications/<int:pk>/certificate.pem", views.certificate_file, name="certificate-file"),
]
