"""Reads: where a person stands, what a list holds, who on it may be shown to whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Count, Q, QuerySet

from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.health.eligibility import generations, own
from sesshu.health.eligibility.choices import LETTERS, WindowKind
from sesshu.health.eligibility.models import DoseVerdict, Extraction, ExtractionRow, Standing, Window
from sesshu.health.eligibility.reckoning import SEXES
from sesshu.health.ledger import selectors as ledger
from sesshu.health.ledger.persons import doses_given, person_of
from sesshu.protection.rights import Programmes
from sesshu.protection.tenancy import current
from sesshu.schedule import Assessment, ProgrammeStatus, Reason, assess, load_pack


def status_of(addressee_id: int, on: date) -> Assessment:
    """One person's doses judged and every programme's status with its reasons, reckoned now.

    The city's own programmes follow those of the national schedule.
    """
    person = Addressee.objects.get(municipality_code=current(), pk=addressee_id)
    doses = list(ledger.standing_doses(addressee_id))
    rules = {rule.code: rule for rule in generations.own_rules()}
    national = [dose for dose in doses if dose.programme not in rules]
    known = person_of(person, ledger.known_of_person(addressee_id))
    found = assess(known, doses_given(national), on=on, pack=load_pack("jp"))
    more = tuple(
        _own_status(
            rule, person, on, [dose.date for dose in doses if dose.programme == code and dose.date <= on]
        )
        for code, rule in rules.items()
    )
    return Assessment(found.doses, found.programmes + more)


def _own_status(rule: own.OwnRule, person: Addressee, on: date, given: list[date]) -> ProgrammeStatus:
    spans = own.spans(rule, person.birth_date, SEXES.get(person.sex), given)
    here = next(span for span in spans if span.start <= on <= span.end)
    due = next((span for span in spans if span.status == "eligible"), None)
    return ProgrammeStatus(
        programme=rule.code,
        status=here.status,
        next_dose=due.dose_number if due and due.end >= on else None,
        next_label=f"{due.dose_number}回目" if due and due.end >= on else None,
        eligible_from=due.start if due else None,
        eligible_to=due.end if due else None,
        earliest=due.start if due else None,
        last_day=due.end if due else None,
        reasons=(Reason("own", "市が定めた事業の対象月齢と回数による判定です。", (), ""),),
    )


def verdicts_of(addressee_id: int) -> QuerySet[DoseVerdict]:
    """The stored verdicts of a person's doses."""
    return DoseVerdict.objects.filter(municipality_code=current(), dose__addressee_id=addressee_id)


def due_on(programme: str, on: date) -> QuerySet[Window]:
    """The stored windows of ``programme`` that are open on ``on``, one a person."""
    found = Window.objects.filter(municipality_code=current(), programme=programme, kind=WindowKind.DUE)
    return found.filter(starts_on__lte=on, ends_on__gte=on)


def stored_statuses(addressee_id: int, on: date) -> dict[str, str]:
    """What is stored of one person: each programme's status on ``on``, in the schedule's words."""
    standing = Standing.objects.select_related("refresh").get(municipality_code=current(), pk=addressee_id)
    if standing.refresh is None:
        raise Standing.DoesNotExist
    places = zip(standing.refresh.programmes, standing.letters, strict=True)
    found = {code: LETTERS[letter].status for code, letter in places}
    windows = Window.objects.filter(municipality_code=current(), addressee_id=addressee_id)
    for window in windows.filter(starts_on__lte=on, ends_on__gte=on):
        found[window.programme] = WindowKind(window.kind).status
    return found


def extractions(programmes: Programmes = None) -> QuerySet[Extraction]:
    """The municipality's lists, newest first, each with how many persons it holds now.

    ``programmes``: only the lists of these; None is all.
    """
    found = Extraction.objects.filter(municipality_code=current()).select_related("made_by")
    if programmes is not None:
        found = found.filter(programme__in=programmes)
    return found.annotate(included=Count("rows", filter=Q(rows__included=True))).order_by("-made_at", "-pk")


def rows(extraction: Extraction) -> QuerySet[ExtractionRow]:
    return extraction.rows.filter(municipality_code=current()).select_related("addressee", "changed_by")


def previous(extraction: Extraction) -> Extraction | None:
    """The list made before this one for the same programme and purpose."""
    found = Extraction.objects.filter(
        municipality_code=current(), programme=extraction.programme, purpose=extraction.purpose
    )
    return found.filter(pk__lt=extraction.pk).order_by("-pk").first()


def difference(
    extraction: Extraction, former: Extraction
) -> tuple[QuerySet[ExtractionRow], QuerySet[ExtractionRow]]:
    """Who is on this list and not on the former one, and the other way round."""
    here, there = (rows(one).filter(included=True) for one in (extraction, former))
    return (
        here.exclude(addressee_id__in=there.values("addressee_id")),
        there.exclude(addressee_id__in=here.values("addressee_id")),
    )


def protected_among(addressee_ids: Collection[int], on: date) -> set[int]:
    """Those under a protective measure (支援措置) on ``on``."""
    found = ProtectiveMeasure.objects.filter(municipality_code=current(), addressee_id__in=addressee_ids)
    in_force = found.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)
    return set(in_force.values_list("addressee_id", flat=True))
