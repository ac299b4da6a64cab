from django.apps import AppConfig


class IntermediateConfig(AppConfig):
    name = "sesshu.intermediate"
    label = "intermediate"
    verbose_name = "中間サーバー"

    def ready(self) -> None:
        from sesshu.intermediate import keeping

        keeping.register()
