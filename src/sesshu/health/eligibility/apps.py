from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    name = "sesshu.health.eligibility"
    label = "eligibility"
    verbose_name = "対象者管理"

    def ready(self) -> None:
        from sesshu.addressees import erasing, merging
        from sesshu.health.eligibility import models, retention, services
        from sesshu.health.ledger import hooks
        from sesshu.protection.actions import Action
        from sesshu.web import navigation

        hooks.register(services.refresh_after_entry)
        hooks.register_many(services.refresh_after_entries)
        # Reckoned anew from the doses that moved, or a list as it stood on its day.
        for model in (models.Standing, models.Window, models.Stale, models.ExtractionRow):
            merging.register_keeper(model, "addressee")
        erasing.register_person_table(models.DoseVerdict, "dose__addressee", order=10)
        for model in (models.Standing, models.Window, models.ExtractionRow):
            erasing.register_person_table(model, "addressee", order=20)
        # A trigger on the doses leaves notes while they go.
        erasing.register_person_table(models.Stale, "addressee", order=90)
        retention.register_rules()
        navigation.register(
            navigation.NavItem("対象者抽出・通知", "eligibility:index", Action.TARGETS_EXTRACT, order=20)
        )
