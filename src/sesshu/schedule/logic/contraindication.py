"""Contraindications (CDSi 7.3) and immunity (7.2): the days on which a person is taken out of a vaccination.

Law closes a vaccination against *one disease*; a combined vaccine may still be given against the others
(実施規則9条7項〜10項). So a programme is closed on the days on which each of its diseases is, or when the
ground is about the programme itself. Source: 施行令3条1項, 施行規則2条.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from sesshu.schedule.model import Exclusion
from sesshu.schedule.supporting import Dates, Ground, Pack, Programme

Span = tuple[date, date, Ground]
"""First and last day, and why."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The days closed to a person: against a disease, and for a programme as a whole."""

    diseases: tuple[tuple[str, Span], ...] = ()
    programmes: tuple[tuple[str, Span], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.diseases or self.programmes)

    def disease(self, code: str) -> list[Span]:
        """The days closed against one disease."""
        return [span for disease, span in self.diseases if disease == code]

    def against(self, diseases: Iterable[str]) -> list[Span]:
        """The days closed against all of ``diseases``."""
        found: list[Span] | None = None
        for disease in diseases:
            spans = self.disease(disease)
            found = spans if found is None else _common(found, spans)
        return found or []

    def programme(self, programme: Programme) -> list[Span]:
        """The days on which nothing of the programme may be given."""
        own = [span for code, span in self.programmes if code == programme.code]
        return sorted(own + self.against(programme.diseases), key=lambda span: span[:2])

    def changes(self) -> set[date]:
        """The days from which something else is closed."""
        spans = [span for _, span in (*self.diseases, *self.programmes)]
        after = {span[1] + timedelta(days=1) for span in spans if span[1] < date.max}
        return after | {span[0] for span in spans}

    def dose(self, programme: Programme, diseases: Iterable[str], day: date) -> Span | None:
        """What closes ``day`` to a dose of the programme against ``diseases``."""
        spans = [span for code, span in self.programmes if code == programme.code] + self.against(diseases)
        return next((span for span in spans if span[0] <= day <= span[1]), None)


def _common(one: list[Span], other: list[Span]) -> list[Span]:
    return [
        (max(a[0], b[0]), min(a[1], b[1]), a[2])
        for a in one
        for b in other
        if max(a[0], b[0]) <= min(a[1], b[1])
    ]


_NONE = Closed()


@lru_cache(maxsize=1024)
def closed_days(pack: Pack, exclusions: tuple[Exclusion, ...]) -> Closed:
    """The days that a person's exclusions close.

    Errors: ``ValueError`` for a ground, disease or programme that the pack does not know, and for a ground
    that must name its disease and does not.
    """
    if not exclusions:
        return _NONE
    diseases: list[tuple[str, Span]] = []
    programmes: list[tuple[str, Span]] = []
    for exclusion in exclusions:
        ground = _ground(pack, exclusion)
        days = _days(exclusion, ground)
        if days.start > days.end:
            continue
        span = (days.start, days.end, ground)
        diseases += [(code, span) for code in sorted(_diseases(pack, exclusion, ground))]
        programmes += [(code, span) for code in _programmes(pack, exclusion, ground)]
    return Closed(tuple(diseases), tuple(programmes))


def _ground(pack: Pack, exclusion: Exclusion) -> Ground:
    ground = pack.grounds.get(exclusion.ground)
    if ground is None:
        raise ValueError(f"対象外の事由「{exclusion.ground}」は規則の束「{pack.name}」にありません。")
    unknown = exclusion.concerns - pack.diseases - set(pack.programmes)
    if unknown:
        raise ValueError(f"対象外の事由の疾病「{'、'.join(sorted(unknown))}」はありません。")
    if ground.named and not exclusion.concerns:
        raise ValueError(f"対象外の事由「{ground.code}」には疾病か接種種類を書いてください。")
    return ground


def _days(exclusion: Exclusion, ground: Ground) -> Dates:
    law = ground.in_force
    return Dates(max(exclusion.start or date.min, law.start), min(exclusion.end or date.max, law.end))


def _programmes(pack: Pack, exclusion: Exclusion, ground: Ground) -> list[str]:
    """The programmes told that the ground can be about."""
    about = ground.diseases or pack.diseases - ground.without
    named = exclusion.concerns & set(pack.programmes)
    return sorted(code for code in named if about & set(pack.programmes[code].diseases))


def _diseases(pack: Pack, exclusion: Exclusion, ground: Ground) -> frozenset[str]:
    """The diseases told, or those that the ground is about; never one that the law keeps out of it."""
    about = ground.diseases or pack.diseases - ground.without
    return exclusion.concerns & about if exclusion.concerns else about
