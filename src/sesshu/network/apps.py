from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "sesshu.network"
    label = "network"
    verbose_name = "情報提供ネットワークシステム"
