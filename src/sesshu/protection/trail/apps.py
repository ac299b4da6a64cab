from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TrailConfig(AppConfig):
    name = "sesshu.protection.trail"
    label = "trail"
    verbose_name = "操作記録の検証と点検"

    def ready(self) -> None:
        autodiscover_modules("acts")
