from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "sesshu.health.providers"
    label = "providers"
    verbose_name = "医療機関"
