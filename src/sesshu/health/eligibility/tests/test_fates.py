"""Who is a target, and why everybody else is not (H05, H20, H11)."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from sesshu.addressees.models import Addressee
from sesshu.health.catalogue.models import OwnProgramme
from sesshu.health.eligibility import checking, fates, generations, refreshing, selectors, services
from sesshu.health.eligibility.choices import Fate
from sesshu.health.eligibility.conditions import Conditions
from sesshu.health.eligibility.tests.invented import TODAY, dose, extract, fate_of, protect, resident
from sesshu.health.ledger.models import Screening
from sesshu.kernel import clock
from sesshu.schedule import DoseGiven, Person, assess, load_pack

pytestmark = pytest.mark.usefixtures("ise")
PACK = load_pack("jp")
PROGRAMMES = tuple(PACK.programmes)
LIKELY = ["MR", "HepB", "PCV20", "DPT-IPV-Hib", "JE", "HPV9", "BCG", "RV1", "VZV-live", "Flu-HA", "DT"]
SINGLE = {
    "merged": lambda: resident(merged_into=resident(birth_date=date(1990, 1, 1))),
    "unregistered": lambda: resident(kind="2"),
    "dead": lambda: resident(status="3"),
    "moved_out": lambda: resident(status="2"),
    "removed": lambda: resident(status="4"),
    "not_resident_yet": lambda: resident(resident_since=TODAY + timedelta(days=1)),
    "no_birth_date": lambda: resident(birth_date=None, birth_date_text="令和7年頃"),
    "not_yet": lambda: resident(birth_date=date(2026, 6, 1)),
    "aged_out": lambda: resident(birth_date=date(1990, 6, 1)),
    "undeliverable": lambda: resident(city="", town="", house_number=""),
    "target": resident,
}


def fate(person, programme="mr", on=TODAY, **more):
    extraction = extract(programme, on, **more)
    generation = generations.ready(on)
    return fates.of_persons(extraction, generation, [person.pk], today=TODAY)[person.pk].fate


@pytest.mark.parametrize("name", SINGLE)
def test_h05_each_reason_is_told(name):
    assert fate(SINGLE[name]()) == name


def test_h05_a_finished_course_is_complete_and_a_protected_child_is_left_out():
    done, hidden, over = resident(birth_date=date(2019, 5, 1)), resident(), resident()
    dose(done, "MR", date(2020, 6, 1), "mr")
    dose(done, "MR", date(2025, 6, 1), "mr")
    protect(hidden)
    protect(over, since=TODAY - timedelta(days=30), until=TODAY - timedelta(days=1))
    assert [fate(one) for one in (done, hidden, over)] == ["complete", "protective_measure", "target"]


def test_h05_a_measure_that_holds_today_counts_though_the_list_is_for_another_day():
    ending = resident()
    protect(ending, since=TODAY, until=TODAY)
    assert fate(ending, on=TODAY + timedelta(days=20)) == "protective_measure"


def random_city(chance: random.Random, persons: int) -> list[Addressee]:
    made = []
    for _ in range(persons):
        age = chance.choice(
            [chance.randrange(0, 1500), chance.randrange(0, 7500), chance.randrange(0, 36000)]
        )
        fields = {"birth_date": TODAY - timedelta(days=age), "sex": chance.choice("012")}
        fields |= chance.choice(
            [{}] * 12 + [{"status": "2"}, {"status": "3"}, {"kind": "2"}, {"birth_date": None}]
        )
        person = resident(**fields)
        made.append(person)
        for _ in range(chance.randrange(5) if fields["birth_date"] else 0):
            vaccine = chance.choice(LIKELY)
            day = person.birth_date + timedelta(
                days=chance.choice([chance.randrange(900), chance.randrange(age + 1)])
            )
            if day <= TODAY + timedelta(days=40):
                dose(person, vaccine, day, PACK.vaccines[vaccine].programmes[0])
        if chance.random() < 0.05:
            protect(person)
    return made


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_h05_fates_partition_the_city_and_agree_with_the_schedule(seed):
    """H05, H20: every addressee has exactly one fate, and standing in the schedule is the schedule's own."""
    chance = random.Random(seed)
    city = random_city(chance, 60)
    status_of = {"eligible": Fate.TARGET}
    for programme in chance.sample(PROGRAMMES, 5):
        on = TODAY + timedelta(days=chance.randrange(-400, 500))
        extraction = extract(programme, on)
        found = fates.of_persons(extraction, generations.ready(on), [p.pk for p in city], today=TODAY)
        counts = extraction.counts
        assert counts["targets"] + sum(counts["excluded"].values()) == Addressee.objects.count()
        assert len(found) == len(city)
        for person in city:
            told = found[person.pk].fate
            if told not in {"target", "complete", "not_yet", "aged_out", "not_target"}:
                continue
            given = [DoseGiven(d.date, d.vaccine) for d in person.doses.all()]
            sex = {"1": "M", "2": "F"}.get(person.sex)
            born = person.birth_date <= on
            expected = assess(Person(person.birth_date, sex), given, on, PACK, [programme]).programmes[0]
            if born:
                assert told == status_of.get(expected.status, expected.status), (person.birth_date, given, on)
            if told == "target":
                assert found[person.pk].dose_number == expected.next_dose
                assert found[person.pk].dose_label == expected.next_label
                assert found[person.pk].due_to == expected.last_day


def test_h05_a_dose_on_the_law_s_last_day_still_makes_a_target_and_the_day_after_does_not():
    child = resident(birth_date=date(2025, 4, 1))
    last = date(2027, 3, 31)
    assert fate(child, on=last) == "target"
    assert fate(child, on=last + timedelta(days=1)) != "target"


def test_h05_conditions_narrow_the_list():
    near, far = resident(), resident(district="例示地区", birth_date=date(2025, 3, 1))
    listed = {
        "dose": extract(conditions=Conditions(dose_number=1)),
        "district": extract(conditions=Conditions(district="例示地区")),
        "born": extract(conditions=Conditions(born_from=date(2025, 6, 1))),
    }
    targets = {name: set(one.rows.filter(included=True).values_list("addressee_id", flat=True))
               for name, one in listed.items()}  # fmt: skip
    assert targets == {"dose": {near.pk, far.pk}, "district": {far.pk}, "born": {near.pk}}
    assert listed["district"].counts["excluded"]["outside_conditions"] == 1


def test_h11_a_reminder_leaves_out_who_is_not_late_and_who_refused():
    fresh, late, refused = (
        resident(),
        resident(birth_date=date(2024, 12, 20)),
        resident(birth_date=date(2024, 12, 20)),
    )
    Screening.objects.create(
        addressee=refused, programme="mr", date=date(2026, 5, 1), reason="refused", recorded_at=clock.now()
    )
    found = extract(purpose="reminder")
    assert fate_of(found, late) == "target"
    assert fate_of(found, refused) == "refused"
    assert found.counts["excluded"]["not_overdue"] == 1
    assert not found.rows.filter(addressee=fresh).exists()


def test_h05_a_citys_own_programme_is_extracted_too():
    OwnProgramme.objects.create(
        code="mumps", name="おたふくかぜ", age_from_months=12, age_to_months=36, doses=1, interval_days=0,
        valid_from=date(2026, 4, 1), sex="0",
    )  # fmt: skip
    child, done = resident(), resident()
    dose(done, "", date(2026, 9, 1), "mumps")
    found = extract("mumps")
    assert (fate(child, "mumps"), fate(done, "mumps"), found.counts["targets"]) == ("target", "complete", 1)


def test_h05_refreshing_again_changes_nothing():
    random_city(random.Random(7), 40)
    stored = [state_of_the_tables() for _ in range(2) if refreshing.refresh_city(
        "242039", by=None, at=clock.now(), on=TODAY, everyone=True)]  # fmt: skip
    assert stored[0] == stored[1]
    assert refreshing.refresh_city("242039", by=None, at=clock.now(), on=TODAY).persons == 0
    found = checking.drift(TODAY, sample=None)
    assert (found.persons, found.missing, found.differing) == (Addressee.objects.count(), 0, 0)


def state_of_the_tables():
    from sesshu.health.eligibility.models import DoseVerdict, Standing, Window

    windows = Window.objects.order_by("addressee", "programme", "starts_on")
    return (
        list(Standing.objects.order_by("pk").values_list("pk", "letters")),
        [tuple(row.values())[2:] for row in windows.values()],
        list(DoseVerdict.objects.order_by("pk").values_list("pk", "evaluation", "routine", "reasons")),
    )


def test_h05_drift_is_seen():
    child = resident()
    extract()
    Addressee.objects.filter(pk=child.pk).update(name_kana="ミホン")
    child.windows.all().delete()
    assert checking.drift(TODAY).differing == 1


def test_h05_a_dose_refreshes_its_person_in_the_same_transaction(clerk):
    from sesshu.health.ledger import services as ledger

    child = resident()
    extract()
    assert selectors.stored_statuses(child.pk, TODAY)["mr"] == "eligible"
    given = ledger.record_dose(
        addressee=child, vaccine="MR", date=TODAY - timedelta(days=2), by=clerk, at=clock.now()
    )
    assert selectors.stored_statuses(child.pk, TODAY)["mr"] == "not_yet"
    assert selectors.verdicts_of(child.pk).get().evaluation == "valid"
    ledger.void(given, reason="別人の予診票", by=clerk, at=clock.now())
    assert selectors.stored_statuses(child.pk, TODAY)["mr"] == "eligible"
    assert not selectors.verdicts_of(child.pk).exists()


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"birth_date": date(1990, 1, 1)}, 0), ({"sex": "1"}, 1), ({"district": "例示地区"}, 1)],
)
def test_h05_a_corrected_birth_date_is_noticed_however_it_was_written(change, expected):
    child = resident()
    assert extract().counts["targets"] == 1
    Addressee.objects.filter(pk=child.pk).update(**change)
    assert extract().counts["targets"] == expected


def test_h05_an_unknown_programme_is_refused_with_the_codes():
    with pytest.raises(services.UnknownProgramme, match=r"「polio」はありません.*mr.*zoster"):
        extract("polio")


def test_h05_another_citys_residents_are_not_counted():
    from sesshu.protection.services import ensure_municipality
    from sesshu.protection.tenancy import acting_for

    ensure_municipality("192015")
    with acting_for("192015"):
        resident()
        assert extract().counts["targets"] == 1
    with acting_for("242039"):
        assert extract().counts["targets"] == 0
