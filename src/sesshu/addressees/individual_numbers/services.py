"""What staff do with an 個人番号. It passes through to or from the vault and is kept nowhere."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sesshu.addressees.individual_numbers.choices import NumberPurpose
from sesshu.addressees.individual_numbers.client import Asking, Refused, vault
from sesshu.addressees.individual_numbers.models import NumberToken
from sesshu.addressees.models import Addressee
from sesshu.kernel import clock
from sesshu.protection import audit, tenancy
from sesshu.protection.models import Account


@dataclass(frozen=True, slots=True)
class Check:
    """The identity check of 番号法16条."""

    method: str
    on: date
    by: str

    def fields(self) -> dict[str, str]:
        return {"method": self.method, "on": self.on.isoformat(), "by": self.by}


def register(*, addressee: Addressee, number: str, check: Check, request_id: uuid.UUID, by: Account) -> None:
    """Hand a number to the vault. The same ``request_id`` sent twice registers once.

    :raises Refused: by the vault, such as for a number that another person has.
    :raises Unreachable: without an answer.
    """
    asking = _asking(by, request_id)
    vault().ask(
        "/v1/numbers/register", asking, key=f"register-{request_id}",
        addressee_number=addressee.number, number=number, identity_check=check.fields(),
    )  # fmt: skip
    token_for(addressee=addressee, purpose=NumberPurpose.VACCINATION, asking=asking)
    _log("number.register", addressee, asking, by)


def change(
    *,
    addressee: Addressee,
    number: str,
    check: Check,
    on: date,
    reason: str,
    request_id: uuid.UUID,
    by: Account,
) -> None:
    """A new number after 番号変更. Raises as :func:`register`."""
    asking = _asking(by, request_id)
    vault().ask(
        "/v1/numbers/change", asking, key=f"change-{request_id}", addressee_number=addressee.number,
        number=number, identity_check=check.fields(), on=on.isoformat(), reason=reason,
    )  # fmt: skip
    _log("number.change", addressee, asking, by)


def reveal(*, addressee: Addressee, purpose: str, factor_shown_at: datetime, by: Account) -> tuple[str, int]:
    """The number, and for how many seconds it may be shown.

    :raises Refused: when there is none, or the second factor is too old.
    :raises Unreachable: without an answer.
    """
    asking = _asking(by, uuid.uuid4())
    token = token_for(addressee=addressee, purpose=purpose, asking=asking)
    try:
        said = vault().ask(
            "/v1/numbers/reveal", asking, token=token, purpose=purpose,
            factor_shown_at=factor_shown_at.isoformat(),
        )  # fmt: skip
    except Refused as refused:
        _log("number.reveal", addressee, asking, by, purpose=purpose, result=refused.code)
        raise
    _log("number.reveal", addressee, asking, by, purpose=purpose)
    return said["number"], said["seconds"]


def search(*, number: str, by: Account) -> Addressee | None:
    """Whose number this is; ``None`` when nobody's here.

    :raises Refused: for a wrong number or too many searches.
    :raises Unreachable: without an answer.
    """
    asking = _asking(by, uuid.uuid4())
    try:
        said = vault().ask("/v1/numbers/search", asking, number=number)
    except Refused as refused:
        audit.record("number.search", by=by, result=refused.code[:20], detail=_request(asking))
        raise
    found = Addressee.objects.filter(
        municipality_code=tenancy.current(), number=said["addressee_number"] or ""
    ).first()
    subjects = [found.pk] if found else []
    audit.record("number.search", by=by, subjects=subjects, detail=_request(asking))
    return found


def token_for(*, addressee: Addressee, purpose: str, asking: Asking) -> str:
    """The token of this purpose, from the vault at its first use."""
    held = NumberToken.objects.filter(
        municipality_code=tenancy.current(), addressee=addressee, purpose=purpose
    ).first()
    if held is not None:
        return held.token
    said = vault().ask("/v1/tokens", asking, addressee_number=addressee.number, purpose=purpose)
    made, _ = NumberToken.objects.get_or_create(
        addressee=addressee, purpose=purpose, defaults={"token": said["token"], "obtained_at": clock.now()}
    )
    return made.token


def _asking(by: Account, request_id: uuid.UUID) -> Asking:
    return Asking(tenancy.current(), by.login, audit.terminal.get(), request_id)


def _request(asking: Asking) -> dict[str, str]:
    return {"request": str(asking.request_id)}


def _log(
    action: str, addressee: Addressee, asking: Asking, by: Account, *, purpose: str = "", result: str = "ok"
) -> None:
    audit.record(
        action, by=by, subjects=[addressee.pk], purpose=purpose, result=result[:20], detail=_request(asking)
    )
