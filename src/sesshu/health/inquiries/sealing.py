"""What was provided, sealed at rest under a key of the inquiry; without the key it is gone (S08)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sesshu.health.inquiries.models import Inquiry, Received
from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import SubjectKey
from sesshu.protection.keys.wrapping import Place
from sesshu.protection.tenancy import current

Content = dict[str, Any]


def sealed(answers: Sequence[tuple[Inquiry, Sequence[Content]]]) -> list[Received]:
    """Rows to be saved. The keys are written in the current transaction and named in the inquiries."""
    keys = wrapping.new_subject_keys(f"inquiry:{inquiry.reference}" for inquiry, _ in answers)
    found = []
    for (inquiry, contents), (row, key) in zip(answers, keys, strict=True):
        inquiry.key = row.id
        for place, content in enumerate(contents):
            text = json.dumps(content, ensure_ascii=False).encode()
            shut = key.seal(text, _place(inquiry.reference, place))
            found.append(Received(inquiry=inquiry, place=place, content=shut))
    return found


def opened(inquiry: Inquiry, rows: Iterable[Received]) -> list[tuple[Received, Content]]:
    """The rows with what they say.

    :raises KeyDestroyed: when the answer was erased.
    """
    wanted = list(rows)
    if not wanted or inquiry.key is None:
        return []
    key = wrapping.open_subject_key(inquiry.key)
    return [
        (row, json.loads(key.open(bytes(row.content), _place(inquiry.reference, row.place))))
        for row in wanted
    ]


def forget(keys: Iterable[UUID]) -> None:
    """Remove the wrapped keys; part of an erasure that two persons decided."""
    SubjectKey.objects.filter(municipality_code=current(), pk__in=list(keys)).delete()


def _place(reference: str, place: int) -> Place:
    return Place("inquiries_received", f"{reference}:{place}", "content")
