from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "sesshu.health.ledger"
    label = "ledger"
    verbose_name = "予防接種台帳"

    def ready(self) -> None:
        from sesshu.addressees import merging
        from sesshu.health.ledger.models import Dose, Screening

        merging.register_mover(Dose, "addressee")
        merging.register_mover(Screening, "addressee")
