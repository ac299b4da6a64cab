"""The ways out of the vault: by token and purpose to the number, by number to the 宛名番号."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F

from sesshu.kernel import clock
from sesshu.kernel.check_digits import is_individual_number
from sesshu.numbers import callers, indexing, limits, refusals, sealing
from sesshu.numbers.callers import Caller
from sesshu.numbers.models import IndividualNumber, Token
from sesshu.numbers.registering import living
from sesshu.protection import tenancy

# A person's second factor must have been shown to the calling system within this time.
FACTOR_LASTS = timedelta(minutes=5)
_CLOCKS_DIFFER = timedelta(seconds=30)
TOGETHER = 1_000


def reveal(*, token: str, purpose: str, factor_shown_at: datetime, by: Caller) -> str:
    """The number behind a token, for a person who has just shown the second factor.

    :raises Refusal: for a token of another purpose, system or city; a factor too old; too many in a while.
    """
    age = clock.now() - factor_shown_at
    if not -_CLOCKS_DIFFER <= age <= FACTOR_LASTS:
        raise refusals.not_allowed(
            "二要素目の確認が済んでいないか、時間がたっています。確認してからやり直してください。"
        )
    limits.spend(by, "reveal")
    row = _rows([token], purpose, by).get(token)
    if row is None:
        raise refusals.unknown_token()
    ((_, number),) = sealing.opened([row])
    callers.record(by, "reveal", addressee=row.holder.addressee_number, purpose=purpose)
    return number


def resolve(*, tokens: Sequence[str], purpose: str, by: Caller) -> dict[str, str]:
    """Many numbers for a machine (the exchange with other bodies); tokens not found are left out.

    :raises Refusal: for more than :data:`TOGETHER` at once.
    """
    if len(tokens) > TOGETHER:
        raise refusals.Refusal(422, "too_long", f"一度に取得できるのは{TOGETHER}件までです。")
    rows = _rows(tokens, purpose, by)
    numbers = dict(zip(rows, (number for _, number in sealing.opened(rows.values())), strict=True))
    callers.record(by, "resolve", purpose=purpose, count=len(numbers))
    return numbers


def search(*, number: str, by: Caller) -> str | None:
    """The 宛名番号 of a number, present or past; ``None`` when it is not here.

    :raises Refusal: for a wrong check digit, or too many searches: nobody may try numbers out.
    """
    limits.spend(by, "search")
    if not is_individual_number(number):
        raise refusals.wrong_number()
    found = (
        indexing.with_number(number).order_by("ended_on").values_list("holder__addressee_number", flat=True)
    )
    addressee = found.last()
    callers.record(by, "search", addressee=addressee or "", result="ok" if addressee else "nothing")
    return addressee


def token(*, addressee: str, purpose: str, by: Caller) -> str:
    """This system's token for this purpose, made at the first asking.

    :raises Refusal: when the addressee has no number here.
    """
    held, _ = Token.objects.get_or_create(holder=living(addressee), client=by.client, purpose=purpose)
    return held.value


def history(*, addressee: str, by: Caller) -> list[IndividualNumber]:
    """When numbers were registered and changed; the rows, for what is not the number.

    :raises Refusal: when the addressee has no number here.
    """
    rows = list(living(addressee).numbers.order_by("registered_at"))
    callers.record(by, "history", addressee=addressee)
    return rows


def _rows(tokens: Sequence[str], purpose: str, by: Caller) -> dict[str, IndividualNumber]:
    found = IndividualNumber.objects.filter(
        municipality_code=tenancy.current(),
        ended_on=None,
        holder__tokens__value__in=tokens,
        holder__tokens__client=by.client,
        holder__tokens__purpose=purpose,
    )
    rows = found.select_related("holder").annotate(token=F("holder__tokens__value"))
    return {row.token: row for row in rows}
