from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "sesshu.health.reporting"
    label = "reporting"
    verbose_name = "集計・報告"
