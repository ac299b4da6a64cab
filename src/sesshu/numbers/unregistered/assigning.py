"""付番 and 名寄せ of 住登外者 (共通機能標準仕様書 0310001, 0310002, 0310008, 0310009)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime

from sesshu.kernel import clock
from sesshu.numbers import callers, refusals, registering
from sesshu.numbers.callers import Caller
from sesshu.numbers.choices import IdentityCheck
from sesshu.numbers.integrated.models import Link
from sesshu.numbers.models import Holder
from sesshu.numbers.registering import Checked, one_at_a_time
from sesshu.numbers.unregistered import sealing
from sesshu.numbers.unregistered.choices import ErrorCode, Processing
from sesshu.numbers.unregistered.fields import CONTENT, Trouble
from sesshu.numbers.unregistered.models import Joining, Unregistered, Version
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping

# The range of these numbers, which no resident's 宛名番号 has: fifteen digits that begin with 9.
_RANGE = "9"


class Impossible(ValueError):
    """The request is well formed and cannot be done (E0004)."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.trouble = Trouble(ErrorCode.CORRELATION, message)


def assign(values: Mapping[str, str], *, by: Caller) -> Version:
    """A new number, or one more version under an existing one. The same request again gives the same.

    :raises Impossible: unknown 宛名番号, an 個人番号 that is another's, a 名寄せ that cannot be.
    """
    one_at_a_time()
    tenant_key = wrapping.held_tenant_key()
    fingerprint = sealing.request_digest(values, tenant_key)
    repeated = Version.objects.filter(
        municipality_code=tenancy.current(), request_digest=fingerprint
    ).select_related("person").first()  # fmt: skip
    if repeated is not None:
        return repeated
    new = values["shorikubun"] == Processing.NEW
    person = _new_person() if new else _existing(values["atenabango"])
    version = _append(person, values, fingerprint, by)
    if values["kojinbango"]:
        _register(person, values, by)
    _join(person, values, by)
    callers.record(by, "unregistered-new" if new else "unregistered-use", addressee=person.addressee_number)
    return version


def _new_person() -> Unregistered:
    person = Unregistered(addressee_number=_fresh_number(), made_at=clock.now())
    ((key, _),) = wrapping.new_subject_keys([f"unregistered:{person.pk.hex}"])
    person.key_id = key.pk
    person.save(force_insert=True)
    return person


def _fresh_number() -> str:
    while True:
        number = _RANGE + f"{secrets.randbelow(10**14):014d}"
        city = tenancy.current()
        taken = (
            Unregistered.objects.filter(municipality_code=city, addressee_number=number).exists()
            or Holder.objects.filter(municipality_code=city, addressee_number=number).exists()
            or Link.objects.filter(municipality_code=city, addressee_number=number).exists()
        )
        if not taken:
            return number


def _existing(number: str) -> Unregistered:
    held = Unregistered.objects.filter(municipality_code=tenancy.current(), key_id__isnull=False)
    found = held.filter(addressee_number=number).first()
    if found is None:
        raise Impossible("この宛名番号(atenabango)の住登外者は登録されていません。")
    return found


def _append(person: Unregistered, values: Mapping[str, str], fingerprint: bytes, by: Caller) -> Version:
    assert person.key_id is not None
    content = {name: values[name] for name in CONTENT}
    version = Version(
        person=person,
        number=person.versions.count() + 1,
        kind=values["shorikubun"],
        business=by.business,
        operator=values["sosashaid"],
        told_at=datetime.fromisoformat(f"{values['sosanengappi']}T{values['sosajikoku']}+09:00"),
        at=clock.now(),
        is_hidden=values["tagyomusanshofukafuragu"] == "1",
        request_digest=fingerprint,
    )
    sealing.seal(version, content, wrapping.open_subject_key(person.key_id))
    sealing.set_digests(version, content, wrapping.held_tenant_key())
    version.save(force_insert=True)
    return version


def _register(person: Unregistered, values: Mapping[str, str], by: Caller) -> None:
    """Into the vault, as the business took it. A number that stands here already is left."""
    from sesshu.numbers import indexing

    held = indexing.holders_of([values["kojinbango"]]).get(values["kojinbango"], [])
    if (person.addressee_number, True) in held:
        return
    if held:
        raise Impossible(
            "この個人番号(kojinbango)は別の宛名番号の方に登録されています。照会して、その宛名番号を使ってください。"
        )
    checked = Checked(
        IdentityCheck.BUSINESS, date.fromisoformat(values["sosanengappi"]), f"{by.business}:{by.actor}"
    )
    try:
        registering.register(
            addressee=person.addressee_number, number=values["kojinbango"], checked=checked, by=by
        )
    except refusals.Refusal as refused:
        raise Impossible(str(refused)) from None


def _join(person: Unregistered, values: Mapping[str, str], by: Caller) -> None:
    """``nayosemotofuragu`` 1 puts the person under another number, 0 takes it out again."""
    if values["nayosemotofuragu"] == "1":
        target = _existing(values["nayosesakiatenabango"])
        if target.merged_into_id is not None:
            raise Impossible("名寄せ先の宛名番号は、さらに別の宛名番号へ名寄せされています。")
        if Unregistered.objects.filter(municipality_code=tenancy.current(), merged_into=person).exists():
            raise Impossible("この宛名番号へ名寄せされた方がいます。先にその名寄せを解除してください。")
        if person.merged_into_id not in (None, target.pk):
            raise Impossible("すでに別の宛名番号へ名寄せされています。先に解除してください。")
        undoing = False
    elif values["nayosemotofuragu"] == "0" and person.merged_into is not None:
        target, undoing = person.merged_into, True
    else:
        return
    if not undoing and person.merged_into_id == target.pk:
        return
    person.merged_into = None if undoing else target
    person.save(update_fields=["merged_into"])
    Joining.objects.create(source=person, target=target, is_undoing=undoing, at=clock.now(), by=str(by))
    callers.record(
        by, "unregistered-split" if undoing else "unregistered-join", addressee=person.addressee_number
    )
