from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "sesshu.health.intake"
    label = "intake"
    verbose_name = "取込"
