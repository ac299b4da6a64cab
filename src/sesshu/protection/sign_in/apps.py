from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "sesshu.protection.sign_in"
    label = "sign_in"
    verbose_name = "サインイン"

    def ready(self) -> None:
        from sesshu.protection import administration, enrolling
        from sesshu.protection.actions import Action
        from sesshu.protection.administration import Entry
        from sesshu.protection.sign_in import checks, selectors, tickets

        enrolling.register(tickets.for_new_account)
        group = "サインイン"
        administration.register(
            Entry(
                group,
                "認証器の登録・再登録",
                "認証器をなくした人、まだない人に登録コードを出します。2人の管理者で行います。",
                "sign_in:recoveries",
                Action.FACTORS_RECOVER,
                10,
                selectors.waiting_for,
            )
        )
        administration.register(
            Entry(
                group,
                "停止中の利用者ID",
                "続けて間違えたために一時的に使えない利用者IDを解除します。",
                "sign_in:locks",
                Action.FACTORS_RECOVER,
                20,
            )
        )
        administration.register(
            Entry(
                group,
                "サインイン中の利用者",
                "だれがサインインしているかを確かめ、すぐに終わらせます。",
                "sign_in:signed-in",
                Action.FACTORS_RECOVER,
                25,
            )
        )
        administration.register(
            Entry(
                group,
                "登録のない利用者IDでの試み",
                "どの端末から、いつ、何回あったかを確かめます。",
                "sign_in:refusals",
                Action.AUDIT_READ,
                30,
            )
        )
        checks.register_checks()
