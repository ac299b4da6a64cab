from django.apps import AppConfig


class RetentionConfig(AppConfig):
    name = "sesshu.protection.retention"
    label = "retention"
    verbose_name = "保存期間と消去"

    def ready(self) -> None:
        from sesshu.protection.actions import Action
        from sesshu.protection.administration import Entry, register
        from sesshu.protection.retention.rules import register_elsewhere
        from sesshu.protection.retention.selectors import waiting_for
        from sesshu.protection.retention.whole import register_rule

        register_rule()

        register_elsewhere(
            "protection.AuditEvent",
            "追記だけの操作記録です。氏名・番号を含まず、内部番号だけを持ちます。7年以上保存します。",
        )
        for table in ("Alert", "ReviewItem"):
            register_elsewhere(
                f"trail.{table}", "操作記録の点検です。内部番号だけを持ち、記録とともに保存します。"
            )
        register_elsewhere(
            "trail.StaffPerson", "職員本人の宛名の内部番号です。利用者の終了とともに職員が登録を消します。"
        )
        for table in ("ErasureItem", "ErasureRecord", "Hold"):
            register_elsewhere(f"retention.{table}", "消去したことの記録です。内部番号だけを持ちます。")
        for table in ("Recovery", "Ticket"):
            register_elsewhere(f"sign_in.{table}", "職員の認証器の登録の記録です。操作記録とともに残します。")

        group = "保存期間と消去"
        register(
            Entry(group, "保存期間と消去の申請", "保存期間が終わった記録を一覧にし、消去を申請",
                  "retention:overview", Action.RETENTION_REQUEST, 10)
        )  # fmt: skip
        register(
            Entry(group, "消去の承認", "申請された一覧を確かめて承認・却下", "retention:to-decide",
                  Action.RETENTION_APPROVE, 20, waiting_for)
        )  # fmt: skip
