from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "sesshu.health.ledger"
    label = "ledger"
    verbose_name = "予防接種台帳"

    def ready(self) -> None:
        from sesshu.addressees import erasing, merging, opening
        from sesshu.health.ledger.models import Dose, PersonalCircumstance, Screening
        from sesshu.protection.actions import Action

        opening.register("ledger:ledger", Action.LEDGER_READ)
        merging.register_mover(Dose, "addressee")
        merging.register_mover(Screening, "addressee")
        merging.register_mover(PersonalCircumstance, "addressee")
        erasing.register_person_table(Dose, "addressee", order=20, record=True)
        erasing.register_person_table(Screening, "addressee", order=20, record=True)
        erasing.register_person_table(PersonalCircumstance, "addressee", order=20)
