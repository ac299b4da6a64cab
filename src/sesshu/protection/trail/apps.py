from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "sesshu.protection.trail"
    label = "trail"
    verbose_name = "操作記録の検証と点検"
