"""On to the municipality's intermediate server and back. Nothing of what passes is kept here.

First the numbers are translated and the use is recorded, in one transaction; then, outside any, the other
door is asked. If it does not answer, the business hears 503 and sends the same again: every message may be
sent again, and what is done twice there is done once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from sesshu.numbers import refusals
from sesshu.numbers.callers import Caller
from sesshu.numbers.exchange import places
from sesshu.numbers.exchange.concealing import concealed
from sesshu.numbers.guard import within
from sesshu.numbers.schemas import Asked
from sesshu.protocol import peers, points

# An intermediate server takes no more in one message.
AT_ONCE = 20_000
UNKNOWN = "unknown_addressee"
UNKNOWN_TEXT = "この宛名番号には団体内統合宛名番号が付番されていません。先に付番してください。"
_FIFTEEN = re.compile(r"[0-9]{15}")
_PASSED_ON = frozenset({403, 404, 409, 422, 429})


def translated(request: HttpRequest, asked: Asked, operation: str, act: Callable[[Caller], Any]) -> Any:
    """``act`` within its transaction. :raises Refusal: as :func:`within`."""
    found = within(request, asked, operation, act)
    points.reach(f"numbers.{operation}.translated")
    return found


def sent(asked: Asked, path: str, body: dict[str, Any], numbers: Any = ()) -> Any:
    """The intermediate server's answer, without the integrated numbers ``numbers``.

    :raises Refusal: 503 when it does not answer; its own refusal otherwise.
    """
    return concealed(answered(asked, path, body), numbers)


def answered(asked: Asked, path: str, body: dict[str, Any]) -> Any:
    """Its answer with the integrated numbers in it, to be translated. :raises Refusal: as :func:`sent`."""
    front = {
        "municipality": asked.municipality,
        "actor": asked.actor,
        "terminal": asked.terminal,
        "request_id": str(asked.request_id),
    }
    try:
        said = places.ask(places.intermediate(asked.municipality), path, front | body)
    except places.Away as away:
        raise refusals.Refusal(503, "intermediate", str(away)) from None
    except peers.Refused as refused:
        status = refused.status if refused.status in _PASSED_ON else 422
        code = refused.code or "refused"
        raise refusals.Refusal(status, code, _FIFTEEN.sub("●" * 15, str(refused))) from None
    points.reach("numbers.exchange.answered")
    return said


def sent_in_parts(
    asked: Asked, path: str, field: str, going: list[Any], numbers: Any = (), **more: Any
) -> list[dict[str, Any]]:
    """A list of any length in messages of :data:`AT_ONCE`; the answers as one list.

    Where a later part fails the whole is refused; sent again, the parts that arrived are answered as before.

    :raises Refusal: as :func:`sent`.
    """
    found: list[dict[str, Any]] = []
    for start in range(0, len(going), AT_ONCE):
        part = going[start : start + AT_ONCE]
        found += rows(sent(asked, path, more | {field: part}, numbers))
    return found


def rows(answer: Any) -> list[dict[str, Any]]:
    """An answer that must be a list of objects. :raises Refusal: 503 when it is not."""
    if isinstance(answer, list) and all(isinstance(each, dict) for each in answer):
        return answer
    raise unreadable()


def unreadable() -> refusals.Refusal:
    return refusals.Refusal(
        503, "intermediate", "中間サーバーの応答を読み取れません。システム管理者に連絡してください。"
    )
