from django.apps import AppConfig


class ProtectionConfig(AppConfig):
    name = "sesshu.protection"
    label = "protection"
    verbose_name = "保護"
