from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "sesshu.health.intake"
    label = "intake"
    verbose_name = "結果の取込"

    def ready(self) -> None:
        from sesshu.addressees import erasing, merging
        from sesshu.health.intake import home, jobs, retention
        from sesshu.health.intake.models import BatchRow
        from sesshu.protection.actions import Action
        from sesshu.web.navigation import NavItem, register

        register(NavItem("結果入力", "intake:entry", Action.LEDGER_WRITE, 30, whole=True))
        register(NavItem("結果取込", "intake:batches", Action.RESULTS_IMPORT, 32, whole=True))
        merging.register_keeper(BatchRow, "addressee")
        erasing.register_person_table(BatchRow, "addressee", order=20)
        retention.register_rules()
        jobs.register()
        home.register()
