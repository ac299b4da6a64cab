from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "sesshu.numbers.exchange"
    label = "numbers_exchange"
    verbose_name = "中間サーバー連携"
