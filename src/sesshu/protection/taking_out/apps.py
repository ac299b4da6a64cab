from django.apps import AppConfig


class TakingOutConfig(AppConfig):
    name = "sesshu.protection.taking_out"
    label = "taking_out"
    verbose_name = "持出しと媒体"

    def ready(self) -> None:
        from sesshu.protection.actions import Action
        from sesshu.protection.administration import Entry, register
        from sesshu.protection.taking_out.selectors import waiting_for

        group = "持出しと媒体"
        register(
            Entry(group, "持出しの申請", "申請の状態、受取り、消去の記録", "taking_out:mine",
                  Action.TAKING_OUT_REQUEST, 10, waiting_for)
        )  # fmt: skip
        register(
            Entry(group, "持出しの承認", "職員の申請を確かめて承認・却下", "taking_out:to-decide",
                  Action.TAKING_OUT_APPROVE, 20, waiting_for)
        )  # fmt: skip
        register(
            Entry(group, "媒体管理簿", "媒体の登録、持出し・消去の履歴", "taking_out:media",
                  Action.MEDIA_WRITE, 30)
        )  # fmt: skip
