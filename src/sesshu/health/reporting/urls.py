from django.urls import path

from sesshu.health.reporting import list_views, report_views, views
from sesshu.protection.cases import for_task
from sesshu.protection.purposes import Purpose

app_name = "reporting"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("detail/", views.detail, name="detail"),
    path("pivot/", views.pivot_table, name="pivot"),
    path("pivot/<str:form>/", views.pivot_file, name="pivot-file"),
    path("community-health/", report_views.community_health, name="community-health"),
    path("community-health/csv/", report_views.community_health_file, name="community-health-file"),
    path("community-health/keep/", report_views.keep, name="community-health-keep"),
    *for_task(Purpose.NOTICES, [path("lists/", list_views.unvaccinated, name="lists")]),
    path("lists/roster/", list_views.roster, name="roster"),
    path("lists/doses/", list_views.doses, name="doses"),
    path("lists/residents/", list_views.residents, name="residents"),
    path("lists/<str:kind>/export/", list_views.export, name="export"),
    path("lists/files/<str:name>", list_views.file, name="file"),
]
