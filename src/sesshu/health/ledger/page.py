"""What the ledger page shows of a person: one bundle, gathered in as few queries as there are tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sesshu.addressees.models import Addressee
from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.catalogue.national import Programme
from sesshu.health.ledger import circumstance_wording, drawing, lanes, selectors
from sesshu.health.ledger.circumstance_wording import CircumstanceRow
from sesshu.health.ledger.drawing import Drawing, Zoom
from sesshu.health.ledger.models import Dose, Screening
from sesshu.health.ledger.persons import doses_given, known_of, person_of
from sesshu.kernel.dates import age_on
from sesshu.protection.purposes import Section
from sesshu.protection.rights import Programmes
from sesshu.schedule import Assessment, DoseGiven, DoseVerdict, Person, ProgrammeStatus, assess, load_pack

_STATUS_ORDER = {"eligible": 0, "not_yet": 1, "complete": 2, "aged_out": 3, "not_target": 4}
GROWN_UP = 20
_ADULTS_OF_A = {"rubella-5", "rsv-maternal"}


@dataclass(frozen=True, slots=True)
class DoseRow:
    """A dose of the table with its verdict; a voided one has none."""

    dose: Dose
    verdict: DoseVerdict | None
    replaced: bool

    @property
    def key(self) -> str:
        return str(self.dose.pk)


@dataclass(frozen=True, slots=True)
class StatusRow:
    """A programme's status with what the list says of it."""

    programme: Programme
    status: ProgrammeStatus
    overdue: bool
    days_left: int | None


@dataclass(frozen=True, slots=True)
class LedgerPage:
    addressee: Addressee
    doses: tuple[DoseRow, ...]
    screenings: tuple[Screening, ...]
    circumstances: tuple[CircumstanceRow, ...]
    open_now: tuple[StatusRow, ...]
    statuses: tuple[StatusRow, ...]
    closed: tuple[StatusRow, ...]
    zoom: Zoom | None
    zooms: tuple[Zoom, ...]
    picture: Drawing | None
    lanes: tuple[lanes.Lane, ...]


def gather(addressee: Addressee, *, today: date, zoom_key: str = "") -> LedgerPage:
    """Everything of the page but the person's header, the household and the panels of rooms above."""
    doses = list(selectors.doses(addressee.pk))
    given = tuple(dose for dose in doses_given(doses) if dose.vaccine in load_pack("jp").vaccines)
    circumstances = tuple(selectors.circumstances(addressee.pk))
    person = person_of(addressee, known_of(circumstances))
    assessment = assess(person, given, on=today, pack=load_pack("jp"))
    statuses = tuple(_statuses(assessment, today))
    begun = {verdict.programme for verdict in assessment.doses}
    zooms = _zooms(addressee.birth_date, today)
    zoom = _chosen(zooms, zoom_key, addressee.birth_date, today)
    shown, picture = _picture(person, given, assessment, zoom, today)
    return LedgerPage(
        addressee=addressee,
        doses=tuple(_dose_rows(doses, assessment)),
        screenings=tuple(selectors.screenings(addressee.pk)),
        circumstances=tuple(map(circumstance_wording.described, circumstances)),
        open_now=tuple(row for row in statuses if row.status.status == "eligible"),
        statuses=tuple(row for row in statuses if not _is_closed(row, begun)),
        closed=tuple(row for row in statuses if _is_closed(row, begun)),
        zoom=zoom,
        zooms=zooms,
        picture=picture,
        lanes=shown,
    )


def needed_of(page: LedgerPage, left_out: Collection[Section], programmes: Programmes) -> LedgerPage:
    """The page without what a purpose does not need, and with an account's programmes only.

    What is reckoned stays true: it was reckoned from all doses.
    """
    if programmes is not None:
        page = _of_programmes(page, programmes)
    nothing: dict[str, Any] = {}
    if Section.SCREENINGS in left_out:
        nothing |= {"screenings": ()}
    if Section.STATUSES in left_out:
        nothing |= {"open_now": (), "statuses": (), "closed": (), "picture": None, "lanes": ()}
        nothing |= {"circumstances": ()}
    return replace(page, **nothing)


def _of_programmes(page: LedgerPage, programmes: Collection[str]) -> LedgerPage:
    def rows(found: tuple[StatusRow, ...]) -> tuple[StatusRow, ...]:
        return tuple(row for row in found if row.programme.code in programmes)

    return replace(
        page,
        doses=tuple(row for row in page.doses if row.dose.programme in programmes),
        screenings=tuple(seen for seen in page.screenings if seen.programme in programmes),
        open_now=rows(page.open_now),
        statuses=rows(page.statuses),
        closed=rows(page.closed),
        # The drawing is of all programmes; one who sees some has their table.
        picture=None,
        lanes=(),
    )


def _picture(
    person: Person,
    given: tuple[DoseGiven, ...],
    assessment: Assessment,
    zoom: Zoom | None,
    today: date,
) -> tuple[tuple[lanes.Lane, ...], Drawing | None]:
    """The lanes that a zoom shows, and their drawing; nothing without a date of birth."""
    birth = person.birth
    if birth is None or zoom is None:
        return (), None
    found = lanes.lanes(
        person,
        given,
        assessment.doses,
        _programmes(zoom, assessment),
        names=catalogue.vaccine_names(),
        today=today,
        until=drawing.end_of(birth, zoom),
        pack=load_pack("jp"),
    )
    shown = tuple(lane for lane in found if _is_seen(lane, birth, zoom))
    return shown, drawing.draw(birth, shown, zoom, today=today)


def _dose_rows(doses: list[Dose], assessment: Assessment) -> list[DoseRow]:
    verdicts = {verdict.key: verdict for verdict in assessment.doses}
    return [DoseRow(dose, verdicts.get(dose.pk), dose.replaced_by_id is not None) for dose in doses]


def _statuses(assessment: Assessment, today: date) -> list[StatusRow]:
    known = {programme.code: programme for programme in catalogue.national_programmes()}
    rows = [
        StatusRow(known[status.programme], status, _is_overdue(status, today), _days_left(status, today))
        for status in assessment.programmes
    ]
    return sorted(rows, key=lambda row: (_STATUS_ORDER[row.status.status], row.programme.order))


def _is_closed(row: StatusRow, begun: set[str | None]) -> bool:
    """What was never for the person, or is past and was never begun."""
    status = row.status.status
    return status == "not_target" or (status == "aged_out" and row.programme.code not in begun)


def _is_overdue(status: ProgrammeStatus, today: date) -> bool:
    until = status.recommended_to
    return status.status == "eligible" and until is not None and until < today


def _days_left(status: ProgrammeStatus, today: date) -> int | None:
    if status.status != "eligible" or status.last_day is None:
        return None
    return (status.last_day - today).days


def _zooms(birth: date | None, today: date) -> tuple[Zoom, ...]:
    if birth is None or birth > today:
        return ()
    age = age_on(birth, today)
    return (drawing.CHILD, drawing.adult(age), drawing.whole(age))


def _chosen(zooms: tuple[Zoom, ...], key: str, birth: date | None, today: date) -> Zoom | None:
    if not zooms or birth is None:
        return None
    usual = "adult" if age_on(birth, today) >= GROWN_UP else "child"
    wanted = key if key in {zoom.key for zoom in zooms} else usual
    return next(zoom for zoom in zooms if zoom.key == wanted)


def _programmes(zoom: Zoom, assessment: Assessment) -> list[Programme]:
    """The programmes of the ages that a zoom shows, and those with a dose."""
    with_dose = {verdict.programme for verdict in assessment.doses}
    return [
        programme
        for programme in catalogue.national_programmes()
        if zoom.key == "life"
        or programme.code in with_dose
        or (zoom.key == "adult") == (programme.category == "B" or programme.code in _ADULTS_OF_A)
    ]


def _is_seen(lane: lanes.Lane, birth: date, zoom: Zoom) -> bool:
    """Whether the lane has a dose, or days on which one may be given, in what the zoom shows."""
    scale = drawing.Scale(birth, zoom)
    quiet = {lanes.Kind.WAITING, lanes.Kind.CLOSED}
    seen = (
        stretch.end.toordinal() >= scale.first and stretch.start.toordinal() <= scale.last
        for stretch in lane.stretches
        if stretch.kind not in quiet
    )
    return any(scale.holds(mark.day) for mark in lane.marks) or any(seen)
