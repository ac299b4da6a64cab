from django.apps import AppConfig


class IntermediateStaffConfig(AppConfig):
    name = "sesshu.intermediate.staff"
    label = "intermediate_staff"
    verbose_name = "中間サーバーの職員画面"

    def ready(self) -> None:
        from django.conf import settings

        from sesshu.intermediate.staff import cards, menu, relations
        from sesshu.protection.trail import relations as asked

        menu.register()
        cards.register()
        # In a city's own process the room of addressees answers, whose numbers are others.
        if settings.SYSTEM == "intermediate":
            asked.register(relations.PersonRelations())
