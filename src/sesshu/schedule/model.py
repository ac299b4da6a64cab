"""The values that go into the schedule and come out of it: all immutable, none touches a database."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sesshu.schedule.wording import JAPANESE, english

Evaluation = Literal["valid", "not_valid", "extraneous", "sub_standard"]
Confidence = Literal["high", "medium", "low"]
Status = Literal["eligible", "not_yet", "complete", "aged_out", "not_target"]
Day = date  # a field named `date` hides the type inside its class
Value = str | int | date


@dataclass(frozen=True, slots=True)
class LongTermIllness:
    """特別の事情 that kept a person from routine vaccination, as the municipality recognised it.

    ``ended`` is the day it ended, the first of the later window; ``began`` is None when not known. ``kind``
    is a code of the pack (``illness``, ``transplant``, ``medical``, ``disaster``) or empty. ``programmes``
    are those the recognition is limited to; empty means every one the law allows. Source: 施行令3条2項,
    施行規則2条の8〜2条の10.
    """

    ended: Day
    began: Day | None = None
    kind: str = ""
    programmes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A reason for which a person is no target, as found or told. Source: 施行令3条1項, 施行規則2条.

    ``ground`` is a code of the pack (``had-disease``, ``fever`` …); ``concerns`` names the diseases or
    programmes it is about, empty meaning all that the ground is about by law; both ``start`` and ``end``
    are inclusive, None meaning since ever or for good.
    """

    ground: str
    concerns: frozenset[str] = frozenset()
    start: Day | None = None
    end: Day | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """What the rules ask of a person.

    ``birth`` is None when the date of birth is unknown (不詳); ``sex`` is None when not known.
    ``due_dates`` are 分娩予定日, one a pregnancy. ``conditions`` are codes of the pack
    (``disorder``, ``hiv``, ``shortage``), each recognised by the municipality.
    """

    birth: date | None
    sex: Literal["M", "F"] | None = None
    due_dates: tuple[date, ...] = ()
    conditions: frozenset[str] = frozenset()
    long_term_illness: tuple[LongTermIllness, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()


@dataclass(frozen=True, slots=True)
class DoseGiven:
    """A dose as recorded: ``vaccine`` is the pack's code, ``volume_ml`` in mL, ``key`` the caller's own.

    ``route`` is ``SC``, ``IM``, ``PO`` or ``PC`` (管針法), None when not recorded.
    """

    date: Day
    vaccine: str
    volume_ml: float | None = None
    lot_expiry: Day | None = None
    key: object = None
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a stable ``code``, the article it rests on, and a sentence made when asked for.

    ``text`` is Japanese and ``text_en`` its English twin; articles are cited in Japanese in both.

    >>> Reason.of("in_window.open", (date(2026, 7, 9),)).text_en
    'May be given from 2026-07-09.'
    """

    code: str
    template: str
    values: tuple[Value, ...] = ()
    article: str = ""

    @classmethod
    def of(cls, key: str, values: tuple[Value, ...] = (), article: str = "") -> "Reason":
        """The reason worded under ``key`` in :mod:`sesshu.schedule.wording`."""
        code, template = JAPANESE[key]
        return cls(code, template, values, article)

    @property
    def text(self) -> str:
        """The sentence with its dates filled in."""
        return self.template.format(*self.values)

    @property
    def text_en(self) -> str:
        """The English twin; a reason made elsewhere, without one, stays Japanese."""
        return english(self.template, self.values)


@dataclass(frozen=True, slots=True)
class DoseVerdict:
    """One dose judged: which programme and number it counts to, and whether it was 定期 on its day.

    ``error`` is the kind of vaccination error that the dose is if it was meant as a routine one (a key of
    ``sesshu.schedule.errors.KINDS``); ``next_step`` then tells what may be done now. ``confidence`` is that
    of the rule it was judged by: less than ``high`` where the text of its day could not be read.
    """

    date: Day
    vaccine: str
    programme: str | None
    dose_number: int | None
    dose_label: str | None
    evaluation: Evaluation
    routine: bool
    reasons: tuple[Reason, ...] = ()
    key: object = None
    error: str | None = None
    next_step: Reason | None = field(default=None, compare=False)
    confidence: Confidence = "high"


@dataclass(frozen=True, slots=True)
class ProgrammeStatus:
    """Where a person stands in a programme on a day; every bound is inclusive.

    ``eligible_from`` and ``eligible_to`` bound the statutory window of the period (期) that is current
    or next (``eligible_to`` is None where the law sets no end); ``earliest`` and ``last_day`` bound the
    days on which the next dose itself may be given as routine; ``remaining`` counts the doses left.
    ``confidence`` is that of the rule it rests on: less than ``high`` where its text could not be read.
    """

    programme: str
    status: Status
    next_dose: int | None = None
    next_label: str | None = None
    period: str | None = None
    eligible_from: date | None = None
    eligible_to: date | None = None
    earliest: date | None = None
    recommended_from: date | None = None
    recommended_to: date | None = None
    last_day: date | None = None
    remaining: int | None = None
    reasons: tuple[Reason, ...] = ()
    confidence: Confidence = "high"


@dataclass(frozen=True, slots=True)
class Assessment:
    """All of one person's doses (in date order) and programmes (in the pack's order) on one day."""

    doses: tuple[DoseVerdict, ...]
    programmes: tuple[ProgrammeStatus, ...]

    def programme(self, code: str) -> ProgrammeStatus:
        """The status of one programme; ``KeyError`` if it was not assessed."""
        for status in self.programmes:
            if status.programme == code:
                return status
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class Span:
    """Days ``start`` to ``end``, inclusive, through which a programme's status does not change."""

    start: date
    end: date
    status: Status
    dose_number: int | None
    dose_label: str | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """Days on which one named dose may be given as routine, inclusive; ``end`` None means no end."""

    start: date
    end: date | None
    dose_number: int
    dose_label: str
    period: str


@dataclass(frozen=True, slots=True)
class Windows:
    """A programme's coming windows within a horizon, and what holds outside them.

    ``terminal`` is the status once the last window is past, or at once when there is none, and ``since``
    its first day. ``since`` is None when a window is still to come at the horizon's end; ``terminal`` is
    then the status of the horizon's last day.
    """

    programme: str
    windows: tuple[Window, ...]
    terminal: Status
    since: date | None
    reasons: tuple[Reason, ...] = field(default=())
