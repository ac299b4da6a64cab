from django.apps import AppConfig


class UnregisteredConfig(AppConfig):
    name = "sesshu.numbers.unregistered"
    label = "numbers_unregistered"
    verbose_name = "住登外者宛名番号"

    def ready(self) -> None:
        from sesshu.numbers.unregistered import renewing
        from sesshu.protection.keys import rotation

        rotation.register(rotation.Dependant("unregistered", renewing.renew, renewing.forget))
