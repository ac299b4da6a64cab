"""The register of media: written, carried, erased with proof (controls 34–37)."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction

from sesshu.kernel import clock
from sesshu.numbers.exchange.models import Medium
from sesshu.protection import audit, tenancy


class NotAllowed(ValueError):
    """The register refuses; the text says why and what to do."""


def write_down(*, kind: Medium.Kind, by: str, **values: Any) -> Medium:
    """A file written to or read from a medium.

    :raises NotAllowed: the same file is in the register already, or nobody and no medium is named.
    """
    if not by.strip() or not str(values.get("serial_number", "")).strip():
        raise NotAllowed("媒体の製造番号と担当者を指定してください。")
    try:
        with transaction.atomic():
            made = Medium.objects.create(kind=kind, written_at=clock.now(), written_by=by, **values)
    except IntegrityError:
        raise NotAllowed("このファイルは、すでに媒体管理簿に記録されています。") from None
    acted = "write" if kind == Medium.Kind.INQUIRIES else "read"
    audit.record(f"numbers.medium-{acted}", by=None, count=made.rows, detail={"medium": made.pk})
    return made


def carry(pk: int, *, by: str, to: str) -> Medium:
    """Who took it where. :raises NotAllowed: twice, or after its erasure."""
    medium = _open(pk)
    if medium.carried_at is not None:
        raise NotAllowed("この媒体の搬送は記録済みです。")
    _named(by, to)
    medium.carried_at, medium.carried_by, medium.carried_to = clock.now(), by, to
    medium.save(update_fields=["carried_at", "carried_by", "carried_to"])
    audit.record("numbers.medium-carry", by=None, count=0, detail={"medium": medium.pk})
    return medium


def erase(pk: int, *, by: str, method: str, seen_by: str) -> Medium:
    """How it was erased, and who else saw it. :raises NotAllowed: without another person, or twice."""
    medium = _open(pk)
    _named(by, method, seen_by)
    if by.strip() == seen_by.strip():
        raise NotAllowed("消去の確認者は、消去した人とは別の人にしてください。")
    medium.erased_at, medium.erased_by = clock.now(), by
    medium.erasure_method, medium.erasure_seen_by = method, seen_by
    medium.save(update_fields=["erased_at", "erased_by", "erasure_method", "erasure_seen_by"])
    audit.record("numbers.medium-erase", by=None, count=0, detail={"medium": medium.pk})
    return medium


def _open(pk: int) -> Medium:
    held = Medium.objects.select_for_update().filter(municipality_code=tenancy.current())
    medium = held.filter(pk=pk).first()
    if medium is None:
        raise NotAllowed(f"媒体管理簿に番号 {pk} はありません。")
    if medium.erased_at is not None:
        raise NotAllowed("この媒体は消去済みとして記録されています。")
    return medium


def _named(*words: str) -> None:
    if not all(word.strip() for word in words):
        raise NotAllowed("担当者・搬送先・方法のいずれかが空です。")
