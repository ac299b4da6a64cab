"""The states of docs/formats/exchange.md and the kinds of what is kept."""

from __future__ import annotations

from django.db.models import TextChoices


class AcquisitionState(TextChoices):
    ASKED = "asked", "取得中"
    STORED = "stored", "取得済み"
    REFUSED = "refused", "取得できない"


class InquiryState(TextChoices):
    ACCEPTED = "accepted", "受付"
    PERMITTED = "permitted", "回答待ち"
    ANSWERED = "answered", "回答あり"
    TAKEN = "taken", "受取済み"
    REFUSED = "refused", "拒否"
    CANCELLED = "cancelled", "取りやめ"
    EXPIRED = "expired", "期限切れ"


class ProvisionState(TextChoices):
    RECEIVED = "received", "受付"
    WAITING = "waiting", "確認待ち"
    ANSWERED = "answered", "送信待ち"
    DELIVERED = "delivered", "送信済み"
    REFUSED = "refused", "拒否"
    EXPIRED = "expired", "期限切れ"


class Side(TextChoices):
    INQUIRER = "inquirer", "照会"
    PROVIDER = "provider", "提供"


class Event(TextChoices):
    """One row of 情報提供等記録: what happened to one inquiry."""

    ASKED = "asked", "提供の求め"
    PROVIDED = "provided", "提供"
    REFUSED = "refused", "拒否"
    CANCELLED = "cancelled", "取りやめ"
    EXPIRED = "expired", "期限切れ"
    DISCARDED = "discarded", "破棄"
    CORRECTED = "corrected", "訂正"


class OutboxKind(TextChoices):
    PERMIT = "permit", "提供許可の求め"
    ANSWER = "answer", "回答"
    OUTCOME = "outcome", "結果の通知"
    CORRECTION = "correction", "訂正の通知"
    INVALIDATION = "invalidate", "符号の失効の通知"


class BatchState(TextChoices):
    RUNNING = "running", "登録中"
    DONE = "done", "完了"


class Source(TextChoices):
    ONLINE = "online", "オンライン"
    BATCH = "batch", "一括"
