from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "sesshu.web"
    label = "web"
    verbose_name = "画面"

    def ready(self) -> None:
        from sesshu.protection import administration
        from sesshu.protection.actions import Action
        from sesshu.web import home, navigation, waiting

        # Jobs and protection lie below this room and cannot register themselves.
        home.register(
            home.Card("authority-review", "棚卸しの未確認", Action.ACCOUNTS_REVIEW, 81, waiting.review_card)
        )
        navigation.register(navigation.NavItem("処理状況", "jobs:list", Action.JOBS_READ, 70))
        navigation.register(
            navigation.NavItem("管理", "protection:administration", None, 90, administration.has_entries)
        )
        home.register(home.Card("administration", "管理の対応待ち", None, 90, waiting.administration))
