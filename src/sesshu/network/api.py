"""The doors of the core. Every operation is a POST over mutual TLS and takes a list or a signed message."""

from __future__ import annotations

import logging
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.params.functions import Body
from pydantic import Field

from sesshu.kernel import clock
from sesshu.network import acquiring, callers, institutions, lists, permits, recording, rejections
from sesshu.network import schemas as s
from sesshu.network.callers import Caller, OnlyFor
from sesshu.network.choices import Part
from sesshu.protection import audit
from sesshu.protection.keys.roots import KeyTrouble
from sesshu.protocol import codes
from sesshu.protocol.messages import Outcome, PermitAnswer

MOST = 5_000
_REFUSED = dict.fromkeys((403, 422, 503), s.Refused)
_log = logging.getLogger(__name__)
_SERVER, _JUKI = OnlyFor(Part.INTERMEDIATE), OnlyFor(Part.JUKI)
Code = Annotated[str, Field(pattern=codes.EXCHANGE_CODE)]
_Many = Body(..., min_length=1, max_length=MOST)
Acquisitions = Annotated[list[s.AcquisitionAsked], _Many]
Outcomes = Annotated[list[Outcome], _Many]
Codes = Annotated[list[Code], _Many]

api = NinjaAPI(
    title="Sesshu 情報提供ネットワークシステム",
    version="1",
    description="符号、照会許可用照合リスト、提供許可証、情報提供等の記録。内容は通らない。",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="network",
)


@api.post("/v1/acquisitions", auth=_JUKI, response={200: list[s.Acquired], **_REFUSED})
def acquisitions(request: HttpRequest, asked: Acquisitions) -> Any:
    """取得番号による符号の取得(番号法21条の2)。符号は中間サーバーへ直接届く。"""
    return callers.within(request, lambda by: acquiring.acquire(asked, by=by))


@api.post("/v1/invalidations", auth=_SERVER, response={200: s.Counted, **_REFUSED})
def invalidations(request: HttpRequest, asked: Codes) -> Any:
    """この機関の符号の失効。"""
    return callers.within(request, lambda by: {"count": acquiring.invalidate(asked, by=by)})


@api.post("/v1/permits", auth=_SERVER, response={200: list[PermitAnswer], **_REFUSED})
def permits_(request: HttpRequest, asked: s.PermitsAsked) -> Any:
    """照会許可用照合リストとの照合と提供許可証の発行。同じ処理通番には同じ答えを返す。"""
    return callers.within(request, lambda by: permits.issue(asked.request, by=by))


@api.post("/v1/outcomes", auth=_SERVER, response={200: s.Counted, **_REFUSED})
def outcomes(request: HttpRequest, asked: Outcomes) -> Any:
    """提供・不提供などの結果の記録(番号法23条)。"""
    return callers.within(request, lambda by: {"count": recording.tell(asked, by=by)})


@api.post("/v1/corrections", auth=_SERVER, response={200: s.StateGiven, **_REFUSED})
def corrections(request: HttpRequest, asked: s.CorrectionAsked) -> Any:
    """情報提供等記録の訂正の、相手方への回付(番号法31条)。"""
    return callers.within(request, lambda by: recording.correct(asked.correction, by=by))


@api.post("/v1/list", auth=_SERVER, response={200: s.ListGiven, 404: s.Refused, **_REFUSED})
def list_(request: HttpRequest, asked: s.Nothing) -> Any:
    """今日有効な照会許可用照合リスト(署名付き)。"""
    return callers.within(request, _list)


@api.post("/v1/directory", auth=_SERVER, response={200: s.DirectoryGiven, **_REFUSED})
def directory(request: HttpRequest, asked: s.Nothing) -> Any:
    """接続中の機関の一覧(署名付き)。"""
    return callers.within(request, _directory)


def _list(by: Caller) -> dict[str, str]:
    found = lists.token_in_force(clock.today())
    if found is None:
        raise rejections.Rejected(404, "no_list", "有効な照会許可用照合リストがまだありません。")
    version, token = found
    audit.record(
        "network.list-given", by=None, count=1, actor="peer",
        detail={"institution": by.code, "list_version": version},
    )  # fmt: skip
    return {"list": token}


def _directory(by: Caller) -> dict[str, str]:
    audit.record("network.directory-given", by=None, count=1, actor="peer", detail={"institution": by.code})
    return {"directory": institutions.directory()}


@api.exception_handler(rejections.Rejected)
def _rejected(request: HttpRequest, rejected: Any) -> HttpResponse:
    return _answer(request, rejected.status, rejected.code, str(rejected))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Which fields; what stood in them is not repeated."""
    fields = sorted({".".join(str(part) for part in each["loc"][2:]) or "body" for each in error.errors})
    return _answer(request, 422, "invalid", f"次の項目が正しくありません: {'、'.join(fields)[:200]}")


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
