from django.apps import AppConfig


class OwnViewConfig(AppConfig):
    name = "sesshu.intermediate.own_view"
    label = "own_view"
    verbose_name = "本人の画面（デモ）"

    def ready(self) -> None:
        from django.conf import settings
        from django.core.exceptions import ImproperlyConfigured

        # Whoever stands before the page proves nothing: a real one stands behind the national portal's login.
        if not settings.DEMO_SIGN_IN:
            raise ImproperlyConfigured(
                "本人の画面は、本人確認をしないデモ専用の画面です。本番の設定では読み込めません。"
            )
