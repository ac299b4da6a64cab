from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sesshu.web"
    label = "web"
    verbose_name = "画面"

    def ready(self) -> None:
        from sesshu.protection.actions import Action
        from sesshu.web import navigation

        # Jobs lie below this room and cannot register themselves.
        navigation.register(navigation.NavItem("処理状況", "jobs:list", Action.JOBS_READ, 70))
