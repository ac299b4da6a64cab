from django.apps import AppConfig


class IntermediateConfig(AppConfig):
    name = "sesshu.intermediate"
    label = "intermediate"
    verbose_name = "中間サーバー"
