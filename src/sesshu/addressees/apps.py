from django.apps import AppConfig


class AddresseesConfig(AppConfig):
    name = "sesshu.addressees"
    label = "addressees"
    verbose_name = "宛名管理"

    def ready(self) -> None:
        from sesshu.addressees import erasing
        from sesshu.addressees.relations import AddresseeRelations
        from sesshu.protection.actions import Action
        from sesshu.protection.trail import relations
        from sesshu.web import navigation

        erasing.register_rules()
        relations.register(AddresseeRelations())

        search = navigation.NavItem("住民検索", "addressees:search", Action.ADDRESSEE_SEARCH, 10)
        imports = navigation.NavItem("住民取込", "addressees:import", Action.ADDRESSEE_IMPORT, 60)
        navigation.register(search)
        navigation.register(imports)
