"""The vault's only door for systems. Every operation is a POST: nothing of a person stands in an address."""

from __future__ import annotations

import logging
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Header, NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from sesshu.numbers import alarms, erasing, oauth, reconciling, refusals, registering, repeating, revealing
from sesshu.numbers import schemas as s
from sesshu.numbers.choices import Scope
from sesshu.numbers.guard import Needs, within
from sesshu.numbers.registering import Checked
from sesshu.protection.keys.roots import KeyTrouble
from sesshu.protection.keys.wrapping import KeyDestroyed

# How long a screen shows a number.
SECONDS = 15
_REFUSED = dict.fromkeys((401, 403, 404, 409, 422, 429, 503), s.Refused)
_log = logging.getLogger(__name__)

api = NinjaAPI(
    title="Sesshu 個人番号",
    version="1",
    description="個人番号を保管する唯一のシステム。相互 TLS と OAuth 2.0(client credentials)で接続する。",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="numbers",
)
Key = Annotated[str, Header(alias="Idempotency-Key")]


@api.post("/v1/numbers/register", auth=Needs(Scope.WRITE), response={200: s.Done, **_REFUSED})
def register(request: HttpRequest, asked: s.Registration, key: Key = "") -> Any:
    """番号の登録。本人確認の方法を必ず添える。"""
    checked = Checked(**asked.identity_check.dict())
    return _write(
        request, asked, key, "register",
        lambda by: registering.register(
            addressee=asked.addressee_number, number=asked.number, checked=checked, by=by
        ),
    )  # fmt: skip


@api.post("/v1/numbers/change", auth=Needs(Scope.WRITE), response={200: s.Done, **_REFUSED})
def change(request: HttpRequest, asked: s.Change, key: Key = "") -> Any:
    """番号の変更。前の番号は履歴として残る。"""
    checked = Checked(**asked.identity_check.dict())
    return _write(
        request, asked, key, "change",
        lambda by: registering.change(
            addressee=asked.addressee_number, number=asked.number, checked=checked,
            on=asked.on, reason=asked.reason, by=by,
        ),
    )  # fmt: skip


def _write(request: HttpRequest, asked: s.Registration, key: str, operation: str, act: Any) -> Any:
    def done(by: Any) -> tuple[int, Any]:
        return 200, {"addressee_number": act(by).addressee_number}

    said = asked.dict(exclude={"request_id"})
    return within(
        request, asked, operation, lambda by: repeating.once(by.client, key, said, lambda: done(by))
    )


@api.post("/v1/numbers/search", auth=Needs(Scope.SEARCH), response={200: s.Found, **_REFUSED})
def search(request: HttpRequest, asked: s.Search) -> Any:
    """番号から宛名番号。完全一致のみ。"""
    found = within(request, asked, "search", lambda by: revealing.search(number=asked.number, by=by))
    return {"addressee_number": found}


@api.post("/v1/numbers/reveal", auth=Needs(Scope.REVEAL), response={200: s.Revealed, **_REFUSED})
def reveal(request: HttpRequest, asked: s.Reveal) -> Any:
    """トークンと目的から番号。二要素目を示した直後の職員に限る。"""
    number = within(
        request, asked, "reveal",
        lambda by: revealing.reveal(
            token=asked.token, purpose=asked.purpose, factor_shown_at=asked.factor_shown_at, by=by
        ),
    )  # fmt: skip
    return {"number": number, "seconds": SECONDS}


@api.post("/v1/numbers/resolve", auth=Needs(Scope.RESOLVE), response={200: s.Resolved, **_REFUSED})
def resolve(request: HttpRequest, asked: s.Resolve) -> Any:
    """システム間の連携のための一括取得。"""
    numbers = within(
        request, asked, "resolve",
        lambda by: revealing.resolve(tokens=asked.tokens, purpose=asked.purpose, by=by),
    )  # fmt: skip
    return {"numbers": numbers}


@api.post("/v1/numbers/history", auth=Needs(Scope.SEARCH), response={200: list[s.HistoryRow], **_REFUSED})
def history(request: HttpRequest, asked: s.OfAddressee) -> Any:
    """登録と変更の履歴。番号は含まない。"""
    return within(
        request, asked, "history", lambda by: revealing.history(addressee=asked.addressee_number, by=by)
    )


@api.post("/v1/tokens", auth=Needs(Scope.TOKENS), response={200: s.TokenGiven, **_REFUSED})
def tokens(request: HttpRequest, asked: s.TokenWanted) -> Any:
    """この目的のためのトークン。目的とシステムごとに異なり、互いに結び付かない。"""
    token = within(
        request, asked, "token",
        lambda by: revealing.token(addressee=asked.addressee_number, purpose=asked.purpose, by=by),
    )  # fmt: skip
    return {"token": token}


@api.post("/v1/alarms/list", auth=Needs(Scope.ALARMS), response={200: list[s.AlarmRow], **_REFUSED})
def alarms_waiting(request: HttpRequest, asked: s.Asked) -> Any:
    """確認待ちの重複警告。"""
    return within(request, asked, "alarms", lambda by: list(alarms.waiting()))


@api.post("/v1/alarms/{alarm}/resolve", auth=Needs(Scope.ALARMS), response={200: s.AlarmRow, **_REFUSED})
def alarm_resolve(request: HttpRequest, alarm: int, asked: s.Resolution) -> Any:
    """重複警告の確認結果。"""
    return within(
        request, asked, "alarms", lambda by: alarms.resolve(alarm, resolution=asked.resolution, by=by)
    )


@api.post("/v1/erasures/request", auth=Needs(Scope.ERASE), response={200: s.Erasure, **_REFUSED})
def erasure_request(request: HttpRequest, asked: s.ErasureWanted) -> Any:
    """消去の申請。"""
    return within(
        request, asked, "erase-request",
        lambda by: erasing.request(addressee=asked.addressee_number, reason=asked.reason, by=by),
    )  # fmt: skip


@api.post("/v1/erasures/{erasure}/approve", auth=Needs(Scope.ERASE), response={200: s.Erasure, **_REFUSED})
def erasure_approve(request: HttpRequest, erasure: UUID, asked: s.Asked) -> Any:
    """消去の承認。申請者とは別の職員が行う。"""
    return within(request, asked, "erase", lambda by: erasing.approve(erasure, by=by))


@api.post("/v1/erasures/{erasure}", auth=Needs(Scope.ERASE), response={200: s.Erasure, **_REFUSED})
def erasure_state(request: HttpRequest, erasure: UUID, asked: s.Asked) -> Any:
    """消去の状態と廃棄証明(JWS)。"""
    return within(request, asked, "erase-state", lambda by: erasing.found(erasure))


@api.post("/v1/accesses", auth=Needs(Scope.ACCESSES), response={200: list[s.AccessRow], **_REFUSED})
def accesses(request: HttpRequest, asked: s.AccessesWanted) -> Any:
    """このシステムからの利用記録。要求IDで照合する。"""
    return within(
        request, asked, "accesses", lambda by: reconciling.accesses(by.client, asked.since, asked.until)
    )


@api.exception_handler(refusals.Refusal)
def _refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    return _answer(request, refusal.status, refusal.code, str(refusal))


@api.exception_handler(AuthenticationError)
def _unauthenticated(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(request, 401, "invalid_token", "アクセストークンまたは証明書が正しくありません。")


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Which fields; what stood in them is not repeated."""
    fields = sorted({".".join(str(part) for part in each["loc"][2:]) or "body" for each in error.errors})
    return _answer(request, 422, "invalid", f"次の項目が正しくありません: {'、'.join(fields)[:200]}")


@api.exception_handler(KeyDestroyed)
def _erased(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(request, 404, "erased", str(error))


@api.exception_handler(HttpError)
def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return _answer(
        request, 422, "invalid", "本文を JSON として読めません。UTF-8 の JSON で送信してください。"
    )


@api.exception_handler(KeyTrouble)
def _keys_away(request: HttpRequest, error: Any) -> HttpResponse:
    _log.error("keys cannot be used: %s", type(error).__name__)
    return _answer(request, 503, "keys", "暗号鍵を使えません。システム管理者に連絡してください。")


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"error": code, "message": message}, status=status)


def grant(request: HttpRequest) -> HttpResponse:
    """``/oauth2/token``; a view of Django, since the form is the RFC's."""
    try:
        answer = oauth.grant(request.POST, oauth.certificate_thumbprint(request))
    except oauth.OAuthError as refused:
        return api.create_response(request, {"error": refused.error}, status=refused.status)
    return api.create_response(request, answer, status=200)
