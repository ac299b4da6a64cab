from django.apps import AppConfig


class NumbersConfig(AppConfig):
    name = "sesshu.numbers"
    label = "numbers"
    verbose_name = "個人番号"

    def ready(self) -> None:
        from sesshu.numbers import erasing, indexing, resident_codes
        from sesshu.protection.keys import rotation

        rotation.register(rotation.Dependant("numbers", indexing.renew, erasing.forget))
        codes = rotation.Dependant("resident-codes", resident_codes.renew, resident_codes.forget)
        rotation.register(codes)
