from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    name = "sesshu.jobs"
    label = "jobs"
    verbose_name = "処理"

    def ready(self) -> None:
        autodiscover_modules("jobs", "rescue")
