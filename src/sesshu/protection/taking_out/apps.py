from django.apps import AppConfig


class TakingOutConfig(AppConfig):
    name = "sesshu.protection.taking_out"
    label = "taking_out"
    verbose_name = "持出しと媒体"
