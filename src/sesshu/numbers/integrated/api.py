"""``/v1/integrated/*``: 付番, 更新, 照会, 名寄せ. The city learns that a number exists, never which."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from sesshu.numbers.choices import Scope
from sesshu.numbers.guard import Needs, within
from sesshu.numbers.integrated import assigning, merging, updating
from sesshu.numbers.integrated import schemas as s
from sesshu.numbers.integrated.assigning import Wanted
from sesshu.numbers.integrated.basic import Basic
from sesshu.numbers.schemas import Refused

_REFUSED = dict.fromkeys((401, 403, 404, 409, 422, 429, 503), Refused)

router = Router(auth=Needs(Scope.INTEGRATED), tags=["団体内統合宛名"])


@router.post("/assign", response={200: list[s.Said], **_REFUSED})
def assign(request: HttpRequest, asked: s.PersonsWanted) -> Any:
    """付番の依頼。個人番号がある方は、その個人番号に未付番のときだけ新しく付番する。"""
    return within(request, asked, "integrated-assign", lambda by: assigning.assign(_wanted(asked), by=by))


@router.post("/update", response={200: list[s.Said], **_REFUSED})
def update(request: HttpRequest, asked: s.PersonsWanted) -> Any:
    """基本情報の更新。"""
    return within(request, asked, "integrated-update", lambda by: updating.update(_wanted(asked), by=by))


@router.post("/find", response={200: list[s.Described], **_REFUSED})
def find(request: HttpRequest, asked: s.Addressees) -> Any:
    """付番の有無と基本情報の照会。"""
    return within(
        request, asked, "integrated-find", lambda by: updating.describe(asked.addressee_numbers, by=by)
    )


@router.post("/end", response={200: list[s.Said], **_REFUSED})
def end(request: HttpRequest, asked: s.Addressees) -> Any:
    """保存期間の終了。この業務の宛名番号との結付けを終え、最後の業務なら符号を失効させる。"""
    return within(request, asked, "integrated-end", lambda by: updating.end(asked.addressee_numbers, by=by))


@router.post("/merge", response={200: s.Merged, **_REFUSED})
def merge(request: HttpRequest, asked: s.MergeWanted) -> Any:
    """名寄せ。"""
    return within(
        request, asked, "integrated-merge",
        lambda by: merging.merge(
            keep=(by.business, asked.keep), absorb=(by.business, asked.absorb), reason=asked.reason, by=by
        ),
    )  # fmt: skip


@router.post("/unmerge", response={200: s.Merged, **_REFUSED})
def unmerge(request: HttpRequest, asked: s.UnmergeWanted) -> Any:
    """名寄せの解除。"""
    return within(
        request, asked, "integrated-unmerge",
        lambda by: merging.unmerge(
            place=(by.business, asked.addressee_number), reason=asked.reason, by=by,
            kept=(by.business, asked.kept) if asked.kept else None,
        ),
    )  # fmt: skip


@router.post("/history", response={200: list[s.Merged], **_REFUSED})
def history(request: HttpRequest, asked: s.OneAddressee) -> Any:
    """名寄せと解除の履歴。"""
    return within(
        request, asked, "integrated-history",
        lambda by: merging.history(place=(by.business, asked.addressee_number), by=by),
    )  # fmt: skip


def _wanted(asked: s.PersonsWanted) -> list[Wanted]:
    return [
        Wanted(each.addressee_number, _basic(each.basic), each.individual_number) for each in asked.persons
    ]


def _basic(said: s.BasicInformation) -> Basic:
    born = said.birth_date.isoformat() if said.birth_date else ""
    return Basic(said.name, said.kana, said.sex, born, said.address)
