from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TrailConfig(AppConfig):
    name = "sesshu.protection.trail"
    label = "trail"
    verbose_name = "操作記録の検証と点検"

    def ready(self) -> None:
        from sesshu.protection.actions import Action
        from sesshu.protection.administration import Entry, register
        from sesshu.protection.trail import alerts, reviews

        autodiscover_modules("acts")
        group = "操作記録"
        read, review = Action.AUDIT_READ, Action.AUDIT_REVIEW
        for entry in (
            Entry(
                group,
                "操作記録の検索",
                "いつ、誰が、どの端末で、何をしたかを調べます。",
                "trail:log",
                read,
                1,
            ),
            Entry(
                group,
                "この人を誰が見たか",
                "一人の情報を見た職員を時刻順に示します。",
                "trail:person",
                read,
                2,
            ),
            Entry(
                group, "警告", "ふだんと違う使い方を確かめます。", "trail:alerts", review, 3, alerts.waiting
            ),
            Entry(
                group, "定期点検", "毎月の抽出点検と承認です。", "trail:reviews", review, 4, reviews.waiting
            ),
            Entry(
                group,
                "署名と検証",
                "記録が書き換えられていないことを確かめます。",
                "trail:checkpoints",
                read,
                5,
            ),
            Entry(group, "検知の規則", "警告のしきい値と閉庁日を定めます。", "trail:rules", review, 6),
        ):
            register(entry)
