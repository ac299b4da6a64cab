"""For which days and by which rules standings are made: one generation at a time is current."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from django.db import connection

from sesshu.health.catalogue.models import OwnProgramme
from sesshu.health.eligibility.models import Refresh
from sesshu.health.eligibility.own import OwnRule
from sesshu.kernel import dates
from sesshu.protection.tenancy import current
from sesshu.schedule import load_pack

YEARS_AROUND = 2
_SEXES = {"1": "M", "2": "F"}
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('eligibility-generation'), %s)"


def horizon_of(on: date) -> tuple[date, date]:
    """From the start of the fiscal year two years back to the end of the one two years ahead."""
    year = dates.fiscal_year(on)
    return dates.fiscal_year_start(year - YEARS_AROUND), dates.fiscal_year_end(year + YEARS_AROUND)


def national_codes() -> tuple[str, ...]:
    """The programmes of the national schedule, in the pack's order."""
    return tuple(load_pack("jp").programmes)


def own_rules() -> tuple[OwnRule, ...]:
    """The current municipality's own programmes."""
    found = OwnProgramme.objects.filter(municipality_code=current()).order_by("code")
    return tuple(
        OwnRule(
            own.code, _SEXES.get(own.sex), own.age_from_months, own.age_to_months, own.doses,
            own.interval_days, own.valid_from, own.valid_to,
        )
        for own in found
    )  # fmt: skip


def latest() -> Refresh | None:
    return Refresh.objects.filter(municipality_code=current()).order_by("-pk").first()


def ready(on: date) -> Refresh | None:
    """The generation that speaks of ``on`` by today's rules; None where a new one has to be made."""
    found = latest()
    if found and found.horizon_from <= on <= found.horizon_to and found.pack_version == _version():
        return found
    return None


def generation_for(on: date, *, at: datetime) -> Refresh:
    """The generation that speaks of ``on``, begun where there is none."""
    found = ready(on)
    if found:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [int(current())])
    return ready(on) or begin(on, at=at)


def begin(on: date, *, at: datetime) -> Refresh:
    """A new generation: everybody's standing is to be made again."""
    around_on, around_today = horizon_of(on), horizon_of(at.date())
    return Refresh.objects.create(
        refreshed_at=at,
        horizon_from=min(around_on[0], around_today[0]),
        horizon_to=max(around_on[1], around_today[1]),
        pack_version=_version(),
        programmes=[*national_codes(), *(rule.code for rule in own_rules())],
    )


def _version() -> str:
    own = hashlib.sha256(repr(own_rules()).encode()).hexdigest()[:16]
    return f"jp {_rules_digest()} {own}"


@lru_cache(maxsize=1)
def _rules_digest() -> str:
    """Data and logic of the schedule: a corrected rule makes every standing new."""
    digest = hashlib.sha256()
    for path, content in sorted(_sources(files("sesshu.schedule"), "")):
        digest.update(path.encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def _sources(folder: Traversable, place: str) -> list[tuple[str, bytes]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name not in {"tests", "__pycache__"}:
            found += _sources(entry, f"{place}{entry.name}/")
        elif entry.is_file() and entry.name.endswith((".py", ".yaml")):
            found.append((place + entry.name, entry.read_bytes()))
    return found
