from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "sesshu.health.providers"
    label = "providers"
    verbose_name = "医療機関"

    def ready(self) -> None:
        from sesshu.protection.actions import Action
        from sesshu.web import navigation
        from sesshu.web.navigation import NavItem

        navigation.register(NavItem("医療機関", "providers:list", Action.CATALOGUE_READ, 85))
