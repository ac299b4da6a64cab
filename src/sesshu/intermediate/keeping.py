"""How long each table is kept, told to the screens of retention; :mod:`.expiring` does the deleting."""

from __future__ import annotations

from sesshu.protection.retention.rules import register_elsewhere

_KEPT = {
    "Person": "符号の失効と副本の取下げの後、1年間使われなければ消します。",
    "Acquisition": "符号が届いてから30日後に、中間サーバーが消します。",
    "InformationFlag": "本人とともに消します。",
    "Inquiry": "終了から1年後に、中間サーバーが消します。内容は受取りと同時に消します。",
    "Provision": "終了から1年後に、中間サーバーが消します。",
    "Opinion": "提供とともに、中間サーバーが消します。",
    "Record": "番号法施行令29条により7年間保存し、その後に中間サーバーが消します。",
    "Replica": "正本の取下げとともに内容を消します。",
    "Rejection": "一括照会とともに消します。内容は含みません。",
    "Outbox": "相手が受け取ると消します。",
}


def register() -> None:
    for table, reason in _KEPT.items():
        register_elsewhere(f"intermediate.{table}", reason)
