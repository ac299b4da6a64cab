"""The door for machines. Every operation is a POST: nothing of a person stands in an address."""

from __future__ import annotations

import logging
from dataclasses import asdict, fields
from typing import Annotated, Any

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.params.functions import Body

from sesshu.intermediate import (
    acquiring,
    correcting,
    flags,
    inquiring,
    inquiry_results,
    providing,
    receiving,
    records,
    replicas,
    state,
)
from sesshu.intermediate import schemas as s
from sesshu.intermediate.door import Refusal, from_city, from_core, from_intermediate
from sesshu.intermediate.identity import NotSetUp
from sesshu.intermediate.inquiring import AskedInquiry
from sesshu.protection.keys.roots import KeyTrouble
from sesshu.protocol.texts import Line

_REFUSED = dict.fromkeys((403, 422, 503), s.Refused)
_log = logging.getLogger(__name__)
# More than any dispatcher sends at once.
MOST = 1_000
_Many = Body(..., max_length=MOST)
Tokens = Annotated[list[Line], _Many]
Answers = Annotated[list[s.AnswerBrought], _Many]
city, network = Router(tags=["統合宛名"]), Router(tags=["ネットワーク"])


def _flat(said: Any) -> dict[str, Any]:
    """The fields as they are; ``asdict`` would copy every record of an answer."""
    return {field.name: getattr(said, field.name) for field in fields(said)}


@city.post("/ski/inquiries", response={200: list[s.InquiryTaken], **_REFUSED})
def inquiries(request: HttpRequest, asked: s.InquiriesWanted) -> Any:
    """SKI 10123 照会内容の登録。同じ参照番号は同じ照会として扱う。"""
    wanted = [
        AskedInquiry(**each.model_dump(exclude={"period"}), **each.period.model_dump())
        for each in asked.inquiries
    ]
    return from_city(request, asked, lambda by: [_flat(each) for each in inquiring.accept(wanted, by=by)])


@city.post("/ski/results", response={200: list[s.ResultGiven], **_REFUSED})
def results(request: HttpRequest, asked: s.ResultsWanted) -> Any:
    """SKI 11123 照会結果の取得。"""

    def given(by: Any) -> list[dict[str, Any]]:
        found = (
            inquiry_results.waiting(by=by)
            if asked.waiting
            else inquiry_results.of(asked.processing_numbers, by=by)
        )
        return [_flat(each) for each in found]

    return from_city(request, asked, given)


@city.post("/ski/taken", response={200: s.Count, **_REFUSED})
def taken(request: HttpRequest, asked: s.NumbersNamed) -> Any:
    """SKI 11123 受取りの通知。以後は内容を渡さない。"""
    return from_city(
        request, asked, lambda by: {"count": inquiry_results.take(asked.processing_numbers, by=by)}
    )


@city.post("/ski/cancellations", response={200: list[s.StateOf], **_REFUSED})
def cancellations(request: HttpRequest, asked: s.NumbersNamed) -> Any:
    """SKI 50123 照会の取りやめ。"""
    return from_city(
        request, asked,
        lambda by: [
            {"processing_number": number, "state": found}
            for number, found in inquiry_results.cancel(asked.processing_numbers, by=by)
        ],
    )  # fmt: skip


@city.post("/dbm/replicas", response={200: list[s.ReplicaTaken], **_REFUSED})
def replica_records(request: HttpRequest, asked: s.ReplicasWanted) -> Any:
    """DBM 20113 副本の登録と取下げ。古い版が新しい版を置き換えることはない。"""
    wanted = [
        replicas.Put(
            each.integrated_number, each.record_id, each.information, each.sequence,
            (each.content or {}) if each.action == "put" else None,
        )
        for each in asked.records
    ]  # fmt: skip
    return from_city(
        request, asked,
        lambda by: [_flat(each) for each in replicas.register(wanted, process=asked.process, by=by)],
    )  # fmt: skip


@city.post("/dbm/flags", response={200: list[s.PersonState], **_REFUSED})
def set_flags(request: HttpRequest, asked: s.FlagsWanted) -> Any:
    """DBM 40123-80123 自動応答不可・不開示の設定。"""
    wanted = [flags.Flagging(**each.model_dump()) for each in asked.flags]
    return from_city(request, asked, lambda by: _persons(flags.set_flags(wanted, by=by)))


@city.post("/fgu/codes", response={200: list[s.CodeAsked], **_REFUSED})
def codes_wanted(request: HttpRequest, asked: s.PersonsNamed) -> Any:
    """FGU 20221 符号の取得依頼。取得番号を返す。"""
    return from_city(
        request, asked,
        lambda by: [asdict(each) for each in acquiring.ask(asked.integrated_numbers, by=by)],
    )  # fmt: skip


@city.post("/fgu/invalidate", response={200: list[s.PersonState], **_REFUSED})
def codes_invalidated(request: HttpRequest, asked: s.PersonsNamed) -> Any:
    """FGU 20234 符号の失効。"""
    return from_city(
        request, asked, lambda by: _persons(acquiring.invalidate(asked.integrated_numbers, by=by))
    )


@city.post("/tkm/records", response={200: list[s.RecordGiven], **_REFUSED})
def exchange_records(request: HttpRequest, asked: s.RecordsWanted) -> Any:
    """TKM 40113 情報提供等記録の取得。不開示のものは all を指定したときだけ返す。"""
    return from_city(
        request, asked,
        lambda by: [
            asdict(each)
            for each in records.of_person(
                asked.integrated_number, since=asked.since, until=asked.until, all_of_them=asked.all, by=by
            )
        ],
    )  # fmt: skip


@city.post("/jtk/records", response={200: list[s.OwnRecord], **_REFUSED})
def own_records(request: HttpRequest, asked: s.OwnView) -> Any:
    """JTK 10112 本人に示す情報提供等記録。不開示のものは含まない。"""
    return from_city(
        request, asked, lambda by: [asdict(e) for e in records.own_view(asked.integrated_number, by=by)]
    )


@city.post("/sym/state", response={200: dict[str, Any], **_REFUSED})
def system_state(request: HttpRequest, asked: s.Asked) -> Any:
    """SYM 20212 稼動状態。"""
    return from_city(request, asked, lambda by: state.overview(by=by))


@network.post("/network/codes", response={200: list[s.State], **_REFUSED})
def codes_assigned(request: HttpRequest, tokens: Tokens) -> Any:
    """コアから届く符号(JWE)。"""
    return from_core(request, lambda by: [{"state": each} for each in acquiring.store(tokens, by=by)])


@network.post("/network/permits", response={200: list[s.PermitTaken], **_REFUSED})
def permits(request: HttpRequest, tokens: Tokens) -> Any:
    """コアから届く提供許可証(JWS)。"""
    return from_core(request, lambda by: [_flat(each) for each in providing.take(tokens, by=by)])


@network.post("/network/corrections", response={200: list[s.State], **_REFUSED})
def corrections(request: HttpRequest, tokens: Tokens) -> Any:
    """コアを経て届く、情報提供等記録の訂正の通知(JWS)。"""
    return from_core(request, lambda by: [{"state": each} for each in correcting.take(tokens, by=by)])


@network.post("/network/answers", response={200: list[s.PermitTaken], **_REFUSED})
def answers(request: HttpRequest, brought: Answers) -> Any:
    """提供者から届く回答(JWE)。"""
    wanted = [receiving.Brought(each.permit, each.answer) for each in brought]
    return from_intermediate(
        request, lambda by, peer: [_flat(each) for each in receiving.take(wanted, peer=peer, by=by)]
    )


api = NinjaAPI(
    title="Sesshu 中間サーバー",
    version="1",
    description="一つの市区町村の中間サーバー。相互 TLS で、統合宛名・ネットワーク・他機関とだけ接続する。",
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="intermediate",
)
api.add_router("", city)
api.add_router("", network)


def _persons(found: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"integrated_number": number, "state": said} for number, said in found]


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Any) -> HttpResponse:
    return _answer(request, refusal.status, refusal.code, str(refusal))


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


@api.exception_handler(NotSetUp)
def _not_set_up(request: HttpRequest, error: Any) -> HttpResponse:
    _log.error("the network is not set up: %s", error)
    return _answer(request, 503, "not_set_up", "中間サーバーの準備が終わっていません。")


@api.exception_handler(DatabaseError)
def _busy(request: HttpRequest, error: Any) -> HttpResponse:
    # Its text may quote a row.
    _log.error("an operation failed: %s", type(error).__name__)
    return _answer(request, 503, "busy", "処理できませんでした。しばらくしてから、もう一度送信してください。")


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    return api.create_response(request, {"error": code, "message": message}, status=status)
