from django.apps import AppConfig


class IntegratedConfig(AppConfig):
    name = "sesshu.numbers.integrated"
    label = "numbers_integrated"
    verbose_name = "団体内統合宛名"

    def ready(self) -> None:
        from sesshu.numbers.integrated import renewing
        from sesshu.protection.keys import rotation

        rotation.register(rotation.Dependant("integrated", renewing.renew, renewing.forget))
