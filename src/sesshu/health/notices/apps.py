from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "sesshu.health.notices"
    label = "notices"
    verbose_name = "通知"
