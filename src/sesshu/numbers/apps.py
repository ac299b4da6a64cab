from django.apps import AppConfig


class NumbersConfig(AppConfig):
    name = "sesshu.numbers"
    label = "numbers"
    verbose_name = "個人番号"

    def ready(self) -> None:
        from sesshu.numbers import indexing
        from sesshu.protection.keys import rotation

        rotation.register(rotation.Dependant("numbers", indexing.renew))
