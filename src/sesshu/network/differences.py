"""What one version of the list says otherwise than another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sesshu.network.choices import Kind
from sesshu.protocol.messages import Row

_COMPARED = {
    "information_name": "名称",
    "legal_basis": "根拠",
    "fields": "提供項目",
    "starts_on": "開始日",
    "ends_on": "終了日",
}
_Key = tuple[str, ...]


def between(before: Iterable[Row], after: Iterable[Row]) -> Iterator[str]:
    """One line for each row that came, went or changed."""
    old, new = _by_key(before), _by_key(after)
    for key in [*old, *(key for key in new if key not in old)]:
        if key not in new:
            yield f"- {line(old[key])}"
        elif key not in old:
            yield f"+ {line(new[key])}"
        else:
            yield from _changed(old[key], new[key])


def line(row: Row) -> str:
    """A row for people."""
    until = row.ends_on or ""
    return (
        f"{row.item:<6} {Kind(row.inquirer_kind).label} → {Kind(row.provider_kind).label}: "
        f"{row.information_name}（{row.information}、{row.work}、{row.procedure}、{row.starts_on}〜{until}）"
    )


def _changed(old: Row, new: Row) -> Iterator[str]:
    for name, label in _COMPARED.items():
        if getattr(old, name) != getattr(new, name):
            yield f"! {new.item} {label}: {_said(getattr(old, name))} → {_said(getattr(new, name))}"


def _said(value: object) -> str:
    return "、".join(value) if isinstance(value, tuple) else str("なし" if value is None else value)


def _by_key(rows: Iterable[Row]) -> dict[_Key, Row]:
    return {(r.item, r.inquirer_kind, r.provider_kind, r.work, r.procedure, r.information): r for r in rows}
