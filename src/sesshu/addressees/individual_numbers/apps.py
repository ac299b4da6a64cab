from django.apps import AppConfig


class IndividualNumbersConfig(AppConfig):
    name = "sesshu.addressees.individual_numbers"
    label = "individual_numbers"
    verbose_name = "個人番号の利用"
