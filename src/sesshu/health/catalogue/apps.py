from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "sesshu.health.catalogue"
    label = "catalogue"
    verbose_name = "事業・ワクチン"

    def ready(self) -> None:
        from sesshu.protection import programmes
        from sesshu.protection.actions import Action
        from sesshu.web import navigation
        from sesshu.web.navigation import NavItem

        navigation.register(NavItem("ワクチン", "catalogue:list", Action.CATALOGUE_READ, 80))
        from sesshu.health.catalogue import selectors
        from sesshu.web import naming

        naming.register("programme", selectors.programme_name)
        naming.register("vaccine", selectors.vaccine_name)
        programmes.offer(lambda: [(item.code, item.name) for item in selectors.programmes()])
