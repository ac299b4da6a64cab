from __future__ import annotations

from django.urls import path

from sesshu.protection.trail import review_views, views

app_name = "trail"
urlpatterns = [
    path("", views.log, name="log"),
    path("person/", views.person, name="person"),
    path("person/file/", views.person_file, name="person-file"),
    path("person/paper/", views.person_paper, name="person-paper"),
    path("checkpoints/", views.checkpoints, name="checkpoints"),
    path("verify/", views.verify, name="verify"),
    path("verify/<int:pk>/", views.verification, name="verification"),
    path("witnesses/new/", views.witness_new, name="witness-new"),
    path("witnesses/<int:pk>/retire/", views.witness_retire, name="witness-retire"),
    path("reviews/", review_views.review_list, name="reviews"),
    path("reviews/open/", review_views.review_open, name="review-open"),
    path("reviews/<int:pk>/", review_views.review, name="review"),
    path("reviews/<int:pk>/sign/", review_views.review_sign, name="review-sign"),
    path("reviews/items/<int:pk>/", review_views.review_find, name="review-find"),
    path("alerts/", review_views.alert_list, name="alerts"),
    path("alerts/<int:pk>/", review_views.alert, name="alert"),
    path("rules/", review_views.rule_list, name="rules"),
    path("rules/staff/", review_views.staff_person, name="staff-person"),
    path("rules/<slug:code>/", review_views.rule, name="rule"),
]
