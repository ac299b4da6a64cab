"""個別の事情 in the standings of a whole city, in extraction and in what a questionnaire is printed for."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest

from sesshu.addressees import merging
from sesshu.addressees.models import Addressee
from sesshu.health.eligibility import checking, fates, generations, refreshing, selectors
from sesshu.health.eligibility.models import DoseVerdict, Stale
from sesshu.health.eligibility.tests.invented import TODAY, circumstance, dose, extract, resident
from sesshu.health.ledger.circumstance_services import record_circumstance, void_circumstance
from sesshu.health.ledger.models import PersonalCircumstance
from sesshu.health.ledger.selectors import circumstances_of
from sesshu.kernel import clock
from sesshu.schedule import load_pack

pytestmark = pytest.mark.usefixtures("ise")
PACK = load_pack("jp")


def told(person: Addressee, kind: str, **items: Any) -> PersonalCircumstance:
    return record_circumstance(
        addressee=person, kind=kind, basis="opinion", confirmed_on=TODAY, by=None, at=clock.now(), **items
    )


def fate(person: Addressee, programme: str) -> str:
    extraction = extract(programme)
    generation = generations.ready(TODAY)
    return fates.of_persons(extraction, generation, [person.pk], today=TODAY)[person.pk].fate


def test_h05_a_later_window_makes_a_target_and_its_void_takes_it_back() -> None:
    """施行令3条2項."""
    child = resident(birth_date=date(2023, 8, 1))
    assert fate(child, "varicella") == "aged_out"
    row = told(child, "long-term-illness", code="illness", ends_on=date(2026, 10, 31))
    assert fate(child, "varicella") == "target"
    found = extract("varicella").rows.get(addressee=child)
    assert found.due_to == date(2028, 10, 30), "the questionnaire is valid until the later window ends"
    void_circumstance(row, reason="別人", by=None, at=clock.now())
    assert fate(child, "varicella") == "aged_out"


def test_h05_whoever_had_the_disease_gets_no_questionnaire() -> None:
    """施行令3条1項."""
    child = resident()
    assert fate(child, "varicella") == "target"
    told(child, "exclusion", code="had-disease", concerns=["varicella"])
    assert [fate(child, code) for code in ("varicella", "mr")] == ["not_target", "target"]


def test_h05_a_pregnancy_makes_a_target_of_rsv() -> None:
    mother = resident(birth_date=date(1995, 5, 5), sex="2")
    assert fate(mother, "rsv-maternal") == "not_target"
    told(mother, "pregnancy", due_on=TODAY + timedelta(days=60))
    assert fate(mother, "rsv-maternal") == "target"
    given = dose(mother, "RSV-preF-maternal", TODAY, "rsv-maternal")
    assert fate(mother, "rsv-maternal") == "complete"
    assert DoseVerdict.objects.get(dose=given).routine


def test_the_database_itself_notes_whom_a_change_concerns() -> None:
    one, other = resident(), resident()
    extract()
    row = PersonalCircumstance.objects.create(
        addressee=one, kind="exclusion", code="fever", basis="opinion", confirmed_on=TODAY,
        recorded_at=clock.now(),
    )  # fmt: skip
    assert set(Stale.objects.values_list("addressee_id", flat=True)) == {one.pk}
    extract()
    assert not Stale.objects.exists()
    PersonalCircumstance.objects.filter(pk=row.pk).update(confirmed_by="見本病院")
    assert not Stale.objects.exists(), "what no rule asks changes nothing"
    PersonalCircumstance.objects.filter(pk=row.pk).update(addressee=other)
    assert set(Stale.objects.values_list("addressee_id", flat=True)) == {one.pk, other.pk}


def test_a_merge_moves_them_and_the_standing_follows() -> None:
    kept, gone = resident(), resident()
    told(gone, "exclusion", code="had-disease", concerns=["varicella"])
    assert fate(kept, "varicella") == "target"
    merging.merge(winner=kept.pk, loser=gone.pk, by=None, at=clock.now(), reason="同一人")
    assert fate(kept, "varicella") == "not_target"


@pytest.mark.parametrize("seed", [1, 2])
def test_h20_what_is_stored_is_what_the_schedule_says(seed: int) -> None:
    """Every programme of every person, on days of three years, stored and reckoned anew."""
    chance = random.Random(seed)
    for _ in range(60):
        age = chance.choice(
            [chance.randrange(1, 1500), chance.randrange(1, 7500), chance.randrange(1, 36000)]
        )
        person = resident(birth_date=TODAY - timedelta(days=age), sex=chance.choice("012"))
        for _ in range(chance.randrange(4)):
            vaccine = chance.choice([*PACK.vaccines])
            day = TODAY - timedelta(days=chance.randrange(age + 1))
            dose(person, vaccine, day, PACK.vaccines[vaccine].programmes[0])
        for _ in range(chance.randrange(1, 4)):
            circumstance(chance, person, age)
    refreshing.refresh_waiting(generations.generation_for(TODAY, at=clock.now()), by=None, at=clock.now())
    assert len(circumstances_of(list(Addressee.objects.values_list("pk", flat=True)))) == 60
    for days in (-500, 0, 333):
        found = checking.drift(TODAY + timedelta(days=days), sample=None)
        assert (found.differing, found.missing) == (0, 0), found.differences[:5]
    for verdict in DoseVerdict.objects.select_related("dose"):
        judged = selectors.status_of(verdict.dose.addressee_id, TODAY).doses
        expected = next(one for one in judged if one.key == verdict.dose_id)
        assert (verdict.evaluation, verdict.routine) == (expected.evaluation, expected.routine)
