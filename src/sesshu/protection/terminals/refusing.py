"""A request from a machine that may not be used: the page it gets, and the report."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sesshu.kernel import clock
from sesshu.protection import acts, audit
from sesshu.protection.models import Account, Municipality
from sesshu.protection.peers import PeerCertificate
from sesshu.protection.tenancy import acting_for

_log = logging.getLogger(__name__)
WORDS = {
    "none": "端末の証明書が確認できません。",
    "forged": "端末の証明書が正しい経路で届いていません。",
    "malformed": "端末の証明書を読み取れません。",
    "foreign": "この市の認証局が発行した証明書ではありません。",
    "usage": "端末用の証明書ではありません。",
    "expired": "端末の証明書の有効期間が過ぎています。",
    "early": "端末の証明書の有効期間がまだ始まっていません。",
    "unregistered": "この端末は登録されていません。",
    "other_city": "この端末は、ほかの市区町村に登録されています。",
    "revoked": "端末の証明書は失効しています。",
    "lost": "この端末は紛失として届け出られています。",
    "retired": "この端末は廃止されています。",
    "moved": "サインインした端末と異なる端末です。",
    "kind": "個人番号は、番号端末でだけ取り扱えます。",
}
# A machine that keeps asking is reported once a minute, not a thousand times.
_AGAIN_AFTER = timedelta(minutes=1)
_MOST_REMEMBERED = 2_000
_reported: dict[tuple[object, ...], datetime] = {}


def refused(request: HttpRequest, reason: str, peer: PeerCertificate | None = None) -> HttpResponse:
    """Report the attempt, end the session that came with it, and answer 403 with what to do."""
    _report(request, reason, peer)
    if reason != "kind" and isinstance(request.user, Account):
        logout(request)
    context = {"words": WORDS[reason], "common_name": peer.common_name if peer else ""}
    response = render(request, "terminals/refused.html", context, status=403)
    response["Cache-Control"] = "no-store"
    response["HX-Refresh"] = "true"  # a part of a page becomes the whole page that says why
    return response


def _report(request: HttpRequest, reason: str, peer: PeerCertificate | None) -> None:
    account = request.user if isinstance(request.user, Account) else None
    address = str(request.META.get("REMOTE_ADDR", ""))
    key = (reason, account and account.pk, peer and peer.fingerprint, address)
    if not _is_news(key):
        return
    _log.warning("Refused a terminal: %s, serial %s, from %s", reason, peer.serial if peer else "-", address)
    detail = {"reason": reason} | acts.coded({"address": address[:64]})
    if peer:
        detail |= acts.coded({"serial": peer.serial, "terminal": peer.common_name[:40]})
    code = account.municipality_id if account else _city_of(peer)
    if code:
        with acting_for(code):
            audit.record(
                "terminal.refused", by=account, count=0, detail=detail, result="refused", actor="unknown"
            )


def _city_of(peer: PeerCertificate | None) -> str | None:
    if peer is None:
        return None
    return Municipality.objects.filter(code=peer.organization).values_list("code", flat=True).first()


def _is_news(key: tuple[object, ...]) -> bool:
    at = clock.now()
    last = _reported.get(key)
    if last is not None and timedelta(0) <= at - last < _AGAIN_AFTER:
        return False
    if len(_reported) >= _MOST_REMEMBERED:
        _reported.clear()
    _reported[key] = at
    return True
