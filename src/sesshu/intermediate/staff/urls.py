from django.urls import path

from sesshu.intermediate.staff import (
    flag_views,
    inquiry_views,
    provision_views,
    record_views,
    registration_views,
    system_views,
)

app_name = "exchange"
urlpatterns = [
    path("provisions/", provision_views.listing, name="provisions"),
    path("provisions/<uuid:pk>/", provision_views.detail, name="provision"),
    path("provisions/<uuid:pk>/opinion/", provision_views.give_opinion, name="opinion"),
    path("provisions/<uuid:pk>/decide/", provision_views.decide, name="decide"),
    path("provisions/<uuid:pk>/send-back/", provision_views.send_back, name="send-back"),
    path("inquiries/", inquiry_views.listing, name="inquiries"),
    path("inquiries/<int:pk>/", inquiry_views.detail, name="inquiry"),
    path("records/", record_views.listing, name="records"),
    path("records/disclosure/", record_views.disclosure, name="disclosure"),
    path("records/<int:pk>/", record_views.detail, name="record"),
    path("records/<int:pk>/correct/", record_views.correct, name="correct"),
    path("flags/", flag_views.listing, name="flags"),
    path("registrations/", registration_views.listing, name="registrations"),
    path("registrations/<uuid:pk>/", registration_views.detail, name="registration"),
    path("lists/", registration_views.lists, name="lists"),
    path("lists/<int:pk>/", registration_views.list_rows, name="list"),
    path("system/", system_views.overview, name="system"),
    path("system/batches/", system_views.batches, name="batches"),
    path("system/statistics/", system_views.statistics, name="statistics"),
    path("system/notices/", system_views.notices, name="notices"),
    path("system/notices/new/", system_views.post_notice, name="notice-new"),
    path("system/notices/<int:pk>/end/", system_views.end_notice, name="notice-end"),
    path("system/expiry/", system_views.expiry, name="expiry"),
    path("system/expiry/run/", system_views.delete_expired, name="expire"),
]
