from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "sesshu.health.notices"
    label = "notices"
    verbose_name = "通知"

    def ready(self) -> None:
        from sesshu.addressees import erasing, merging
        from sesshu.health.eligibility import notified
        from sesshu.health.eligibility.choices import Fate
        from sesshu.health.ledger import panels
        from sesshu.health.notices import answering, history, retention
        from sesshu.health.notices.models import Issue
        from sesshu.protection.actions import Action
        from sesshu.protection.purposes import Section

        notified.register(Fate.NOTIFIED_BEFORE, answering.notified_before)
        notified.register(Fate.RETURNED, answering.returned)
        merging.register_mover(Issue, "addressee")
        erasing.register_person_table(Issue, "addressee", order=20)
        retention.register_rules()
        panels.register(
            panels.Panel("issues", "発行履歴", 10, history.panel, Action.LEDGER_READ, Section.NOTICES)
        )
