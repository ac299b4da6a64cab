from django.apps import AppConfig


class AddresseesConfig(AppConfig):
    name = "sesshu.addressees"
    label = "addressees"
    verbose_name = "宛名管理"
