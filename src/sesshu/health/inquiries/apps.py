from django.apps import AppConfig


class InquiriesConfig(AppConfig):
    name = "sesshu.health.inquiries"
    label = "inquiries"
    verbose_name = "情報照会"

    def ready(self) -> None:
        from sesshu.addressees import erasing, merging
        from sesshu.health.inquiries import home, panel, retention
        from sesshu.health.inquiries.models import Inquiry, Received
        from sesshu.health.ledger import panels
        from sesshu.protection.actions import Action
        from sesshu.protection.purposes import Section
        from sesshu.web.navigation import NavItem, register

        register(NavItem("照会", "inquiries:list", Action.EXCHANGE_DECIDE, 34, whole=True))
        merging.register_mover(Inquiry, "addressee")
        erasing.register_person_table(Received, "inquiry__addressee", order=5)
        erasing.register_person_table(Inquiry, "addressee", order=15)
        retention.register_rules()
        home.register()
        panels.register(
            panels.Panel(
                "inquiries", "ほかの機関への照会", 20, panel.panel, Action.EXCHANGE_DECIDE, Section.DOSES
            )
        )
