"""``/v1/exchange/*`` (docs/formats/exchange.md). Every operation takes a list and is passed on at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from sesshu.numbers.choices import Scope
from sesshu.numbers.exchange import inquiring, providing
from sesshu.numbers.exchange import schemas as s
from sesshu.numbers.guard import Needs
from sesshu.numbers.schemas import Refused

_REFUSED = dict.fromkeys((401, 403, 404, 409, 422, 429, 503), Refused)
_inquirer, _provider = Needs(Scope.EXCHANGE), Needs(Scope.REPLICA)

router = Router(tags=["情報連携"])


@router.post("/inquiries", auth=_inquirer, response={200: list[s.InquirySaid], **_REFUSED})
def inquiries(request: HttpRequest, asked: s.Inquiries) -> Any:
    """情報照会の依頼。"""
    return inquiring.inquire(request, asked)


@router.post("/results", auth=_inquirer, response={200: list[s.Result], **_REFUSED})
def results(request: HttpRequest, asked: s.ResultsWanted) -> Any:
    """情報照会の結果。処理通番を指定するか、未受領のものを求める。"""
    return inquiring.results(request, asked)


@router.post("/taken", auth=_inquirer, response={200: s.Count, **_REFUSED})
def taken(request: HttpRequest, asked: s.ProcessingNumbers) -> Any:
    """結果の受領。"""
    return inquiring.take(request, asked)


@router.post("/cancel", auth=_inquirer, response={200: list[s.Cancelled], **_REFUSED})
def cancel(request: HttpRequest, asked: s.ProcessingNumbers) -> Any:
    """照会の取りやめ。"""
    return inquiring.cancel(request, asked)


@router.post("/replicas", auth=_provider, response={200: list[s.ReplicaSaid], **_REFUSED})
def replicas(request: HttpRequest, asked: s.Replicas) -> Any:
    """副本の登録と取下げ。"""
    return providing.replicate(request, asked)


@router.post("/flags", auth=_provider, response={200: list[s.FlagSaid], **_REFUSED})
def flags(request: HttpRequest, asked: s.Flags) -> Any:
    """自動応答不可フラグと不開示フラグ。"""
    return providing.restrict(request, asked)


@router.post("/records", auth=Needs(Scope.RECORDS), response={200: list[dict[str, Any]], **_REFUSED})
def records(request: HttpRequest, asked: s.RecordsWanted) -> Any:
    """情報提供等記録。不開示のものは all を指定したときだけ含む。"""
    return providing.records(request, asked)
