"""名寄せ of two persons who turn out to be one, and its undoing; both stay on record."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from sesshu.kernel import clock
from sesshu.numbers import callers, refusals
from sesshu.numbers.callers import Caller
from sesshu.numbers.integrated import code_tasks
from sesshu.numbers.integrated.models import Link, Merge, Person
from sesshu.numbers.registering import one_at_a_time
from sesshu.protection import tenancy

Place = tuple[str, str]


def merge(*, keep: Place, absorb: Place, reason: str, by: Caller) -> Merge:
    """Let the person at ``keep`` stand for the one at ``absorb`` (each 業務ID and 宛名番号).

    All 宛名番号 move over and the absorbed number's 符号 is ended: its 副本 are to be sent again.

    :raises Refusal: one of them is unknown, they are one already, both have an 個人番号, or no reason.
    """
    one_at_a_time()
    kept, absorbed = _person(keep), _person(absorb)
    _may(kept, absorbed, reason)
    if kept.holder_id is None and absorbed.holder_id is not None:
        raise refusals.Refusal(
            422, "number", "個人番号のある方を残す側に指定してください。逆にすると名寄せできます。"
        )
    links = list(_links(absorbed.pk).values_list("pk", flat=True))
    _links(absorbed.pk).update(person=kept)
    Person.objects.filter(pk=absorbed.pk).update(merged_into=kept)
    code_tasks.invalidate([absorbed.pk])
    callers.record(by, "integrated-merge", addressee=keep[1], count=len(links))
    return Merge.objects.create(
        kept=kept, absorbed=absorbed, links=links, reason=reason[:200], at=clock.now(), by=str(by)
    )


def unmerge(*, place: Place, reason: str, by: Caller, kept: Place | None = None) -> Merge:
    """Undo the last 名寄せ by which this 宛名番号 came to another person: everybody is as before.

    :param kept: only the one that joined it to this place.
    :raises Refusal: it was moved by no 名寄せ, or the one meant has another after it.
    """
    one_at_a_time()
    link = _link(place)
    found = _last_of(link, _link(kept) if kept else None)
    if not reason.strip():
        raise refusals.Refusal(422, "empty", "解除の理由を入力してください。")
    Link.objects.filter(municipality_code=tenancy.current(), pk__in=found.links).update(person=found.absorbed)
    Person.objects.filter(pk=found.absorbed_id).update(merged_into=None)
    _give_back(found)
    code_tasks.acquire([found.absorbed_id])
    found.undone_at, found.undone_by, found.undone_reason = clock.now(), str(by), reason[:200]
    found.save(update_fields=["undone_at", "undone_by", "undone_reason"])
    callers.record(by, "integrated-unmerge", addressee=place[1], count=len(found.links))
    return found


def _give_back(undone: Merge) -> None:
    """An 個人番号 that came while two were one goes with the 宛名番号 that it came for."""
    kept = Person.objects.select_related("holder").get(pk=undone.kept_id)
    theirs = Link.objects.filter(pk__in=undone.links, is_shared=True)
    if kept.holder and theirs.filter(addressee_number=kept.holder.addressee_number).exists():
        Person.objects.filter(pk=kept.pk).update(holder=None)
        Person.objects.filter(pk=undone.absorbed_id, holder=None).update(holder=kept.holder)
        code_tasks.renew([kept.pk])


def _last_of(link: Link, kept: Link | None) -> Merge:
    standing = Merge.objects.filter(
        municipality_code=tenancy.current(), links__contains=[link.pk], undone_at=None
    )
    found = standing.order_by("pk").last()
    if found is None:
        raise refusals.Refusal(404, "not_found", "この宛名番号の名寄せはありません。")
    if kept is not None and kept.pk in found.links:
        raise refusals.Refusal(
            409, "later", "残した方がその後さらに名寄せされています。先にそれを解除してください。"
        )
    return found


def history(*, place: Place, by: Caller) -> list[Merge]:
    """Every 名寄せ that the person of this 宛名番号 had a part in, oldest first."""
    person = _person(place).pk
    held = Merge.objects.filter(municipality_code=tenancy.current())
    callers.record(by, "integrated-history", addressee=place[1])
    return list((held.filter(kept=person) | held.filter(absorbed=person)).order_by("at"))


def _may(kept: Person, absorbed: Person, reason: str) -> None:
    if not reason.strip():
        raise refusals.Refusal(422, "empty", "名寄せの理由を入力してください。")
    if kept.pk == absorbed.pk:
        raise refusals.Refusal(409, "same", "2つの宛名番号は、すでに同じ方のものです。")
    if kept.holder_id and absorbed.holder_id:
        raise refusals.Refusal(
            409, "two_numbers", "どちらにも個人番号があるため、別の方です。個人番号の登録を確かめてください。"
        )


def _person(place: Place) -> Person:
    return Person.objects.get(municipality_code=tenancy.current(), pk=_link(place).person_id)


def _link(place: Place) -> Link:
    business, addressee = place
    held = Link.objects.filter(municipality_code=tenancy.current(), ended_at=None)
    found = held.filter(business=business, addressee_number=addressee).first()
    if found is None:
        raise refusals.Refusal(
            404, "not_found", f"業務 {business} の宛名番号 {addressee} には付番されていません。"
        )
    return found


def _links(person: UUID) -> QuerySet[Link]:
    return Link.objects.filter(municipality_code=tenancy.current(), person=person, ended_at=None)
