from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class TerminalsConfig(AppConfig):
    name = "sesshu.protection.terminals"
    label = "terminals"
    verbose_name = "端末"

    def ready(self) -> None:
        from django.conf import settings

        from sesshu.protection import administration
        from sesshu.protection.actions import Action
        from sesshu.protection.terminals import selectors

        if not settings.TERMINALS_REQUIRED and not settings.DEMO_SIGN_IN:
            raise ImproperlyConfigured("TERMINALS_REQUIRED may be off in the demo only.")
        entry = administration.Entry(
            group="端末",
            title="端末" if settings.TERMINALS_REQUIRED else "端末（デモでは証明書を求めていません）",
            explanation="使える端末の登録、承認、証明書の更新、紛失の届出",
            url_name="terminals:list",
            action=Action.TERMINALS_READ,
            waiting=selectors.waiting_for,
        )
        administration.register(entry)
