from django.apps import AppConfig


class IndividualNumbersConfig(AppConfig):
    name = "sesshu.addressees.individual_numbers"
    label = "individual_numbers"
    verbose_name = "個人番号の利用"

    def ready(self) -> None:
        from sesshu.addressees import erasing, merging
        from sesshu.addressees.individual_numbers import ending
        from sesshu.addressees.individual_numbers.models import NumberToken
        from sesshu.protection.actions import Action
        from sesshu.web import navigation

        # The vault knows a person by the 宛名番号 of registration, so the token stays with it (selectors).
        merging.register_keeper(NumberToken, "addressee")
        erasing.register_person_table(NumberToken, "addressee", order=20)
        erasing.register_outside(ending.erase)
        search = navigation.NavItem("個人番号", "individual_numbers:search", Action.NUMBER_SEARCH, 65)
        navigation.register(search)
