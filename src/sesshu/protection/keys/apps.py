from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "sesshu.protection.keys"
    label = "keys"
    verbose_name = "暗号鍵"
