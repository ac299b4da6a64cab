from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "sesshu.health.reporting"
    label = "reporting"
    verbose_name = "集計・報告"

    def ready(self) -> None:
        from sesshu.health.reporting import producing
        from sesshu.protection.actions import Action
        from sesshu.web.navigation import NavItem, register

        producing.register_all()
        register(NavItem("一覧・帳票", "reporting:lists", Action.LISTS_EXPORT, 40))
        register(NavItem("集計・報告", "reporting:dashboard", Action.REPORT_READ, 50, whole=True))
