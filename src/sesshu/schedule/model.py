"""The values that go into the schedule and come out of it: all immutable, none touches a database."""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sesshu.schedule.wording import CODES, WORDING, english

Evaluation = Literal["valid", "not_valid", "extraneous", "sub_standard"]
Status = Literal["eligible", "not_yet", "complete", "aged_out", "not_target"]
Day = date  # a field named `date` hides the type inside its class
Value = str | int | date


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


@dataclass(frozen=True, slots=True)
class DoseGiven:
    """A dose as recorded: ``vaccine`` is the pack's code, ``volume_ml`` in mL, ``key`` the caller's own."""

    date: Day
    vaccine: str
    volume_ml: float | None = None
    lot_expiry: Day | None = None
    key: object = None


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
        return cls(CODES[key], WORDING[key][0], values, article)

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
    """One dose judged: which programme and number it counts to, and whether it was 定期 on its day."""

    date: Day
    vaccine: str
    programme: str | None
    dose_number: int | None
    dose_label: str | None
    evaluation: Evaluation
    routine: bool
    reasons: tuple[Reason, ...] = ()
    key: object = None


@dataclass(frozen=True, slots=True)
class ProgrammeStatus:
    """Where a person stands in a programme on a day; every bound is inclusive.

    ``eligible_from`` and ``eligible_to`` bound the statutory window of the period (期) that is current
    or next (``eligible_to`` is None where the law sets no end); ``earliest`` and ``last_day`` bound the
    days on which the next dose itself may be given as routine; ``remaining`` counts the doses left.
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
