from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "sesshu.protection.accounts"
    label = "accounts"
    verbose_name = "利用者と権限"
