from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    name = "sesshu.health.eligibility"
    label = "eligibility"
    verbose_name = "対象者管理"
