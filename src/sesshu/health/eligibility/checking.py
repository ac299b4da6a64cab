"""Drift: does what is stored still say what the schedule says? Recomputes and compares, changes nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility import selectors
from sesshu.health.eligibility.models import Standing
from sesshu.protection.tenancy import current

SHOWN = 100


@dataclass
class Drift:
    """``differences`` name addressee numbers, programme, what is stored and what it should be."""

    persons: int = 0
    missing: int = 0
    differing: int = 0
    differences: list[dict[str, str]] = field(default_factory=list)


def drift(on: date, *, sample: int | None = 1_000, seed: int = 0) -> Drift:
    """Compare the stored statuses of ``sample`` persons (everybody if None) on ``on`` with new ones."""
    found = Drift()
    for person in _persons(sample, seed):
        found.persons += 1
        try:
            stored = selectors.stored_statuses(person.pk, on)
        except Standing.DoesNotExist:
            found.missing += 1
            continue
        _compare(found, person, stored, on)
    return found


def _persons(sample: int | None, seed: int) -> list[Addressee]:
    everybody = Addressee.objects.filter(municipality_code=current()).order_by("pk")
    if sample is None:
        return list(everybody)
    ids = list(everybody.values_list("pk", flat=True))
    chosen = random.Random(seed).sample(ids, min(sample, len(ids)))  # noqa: S311 - a sample, not a secret
    return list(everybody.filter(pk__in=chosen))


def _compare(found: Drift, person: Addressee, stored: dict[str, str], on: date) -> None:
    if person.birth_date and person.birth_date > on:
        return
    differs = False
    for status in selectors.status_of(person.pk, on).programmes:
        if stored.get(status.programme) != status.status:
            differs = True
            if len(found.differences) < SHOWN:
                found.differences.append(
                    {
                        "addressee_number": person.number,
                        "programme": status.programme,
                        "stored": stored.get(status.programme, ""),
                        "expected": status.status,
                    }
                )
    found.differing += differs
