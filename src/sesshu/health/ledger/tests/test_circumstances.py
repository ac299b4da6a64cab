"""個別の事情: recorded, corrected, voided, never overwritten, and told to the rules (H01, H02, H20)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from sesshu.addressees import merging
from sesshu.addressees.models import Addressee
from sesshu.health.ledger import page, selectors, services
from sesshu.health.ledger.choices import DISEASES, Basis, CircumstanceKind
from sesshu.health.ledger.circumstance_services import (
    note_due_dates,
    record_circumstance,
    replace_circumstance,
    void_circumstance,
)
from sesshu.health.ledger.circumstances import Circumstances
from sesshu.health.ledger.models import PersonalCircumstance
from sesshu.health.ledger.persons import known_of
from sesshu.health.ledger.services import EntryRefused
from sesshu.health.ledger.tests.test_services import make
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import acting_for
from sesshu.schedule import Exclusion, LongTermIllness, load_pack

pytestmark = pytest.mark.usefixtures("ise")
KIND = CircumstanceKind


@pytest.fixture(autouse=True)
def today():
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def child() -> Addressee:
    return make("0000000101", date(2025, 8, 1))


@pytest.fixture
def toddler() -> Addressee:
    """Past the window of 水痘 (36 months) since 2026-07-31."""
    return make("0000000102", date(2023, 8, 1))


@pytest.fixture
def mother() -> Addressee:
    return make("0000000103", date(1995, 5, 5), sex="2")


@pytest.fixture
def client(clerk: Any) -> Client:
    made = Client()
    made.force_login(clerk)
    return made


def record(person: Addressee, clerk: Any, kind: str, **items: Any) -> PersonalCircumstance:
    items = {"basis": Basis.OPINION, "confirmed_on": date(2026, 11, 20)} | items
    return record_circumstance(addressee=person, kind=kind, by=clerk, at=clock.now(), **items)


def illness(person: Addressee, clerk: Any, **items: Any) -> PersonalCircumstance:
    values = {"code": "illness", "starts_on": date(2024, 9, 1), "ends_on": date(2026, 10, 31)} | items
    return record(person, clerk, KIND.LONG_TERM_ILLNESS, **values)


def status(person: Addressee, programme: str) -> Any:
    shown = page.gather(person, today=clock.today())
    rows = (*shown.open_now, *shown.statuses, *shown.closed)
    return next(row.status for row in rows if row.programme.code == programme)


def test_the_end_of_special_circumstances_opens_the_window_anew(toddler: Addressee, clerk: Any) -> None:
    """施行令3条2項: two years from the day they ended, that day counted, so to 2028-10-30."""
    assert status(toddler, "varicella").status == "aged_out"
    illness(toddler, clerk)
    found = status(toddler, "varicella")
    assert (found.status, found.last_day) == ("eligible", date(2028, 10, 30))
    assert "施行令3条2項" in found.reasons[0].article


def test_circumstances_that_last_open_nothing_yet(toddler: Addressee, clerk: Any) -> None:
    lasting = illness(toddler, clerk, ends_on=None)
    assert status(toddler, "varicella").status == "aged_out"
    replace_circumstance(
        lasting, reason="治った", by=clerk, at=clock.now(), ends_on=date(2026, 11, 1), code="transplant"
    )
    assert status(toddler, "varicella").status == "eligible"


def test_an_illness_may_be_limited_to_programmes(toddler: Addressee, clerk: Any) -> None:
    illness(toddler, clerk, concerns=["mr"])
    assert status(toddler, "varicella").status == "aged_out"


def test_whoever_had_the_disease_is_no_target(child: Addressee, clerk: Any) -> None:
    """施行令3条1項: 水痘にかかったことのある者."""
    assert status(child, "varicella").status == "eligible"
    row = record(child, clerk, KIND.EXCLUSION, code="had-disease", concerns=["varicella"])
    assert status(child, "varicella").status == "not_target"
    assert status(child, "mr").status == "eligible"
    void_circumstance(row, reason="別人の診断書", by=clerk, at=clock.now())
    assert status(child, "varicella").status == "eligible"


def test_a_condition_opens_the_window_of_those_of_60_to_64(clerk: Any) -> None:
    person = make("0000000104", date(1965, 1, 1))
    assert status(person, "flu").status == "not_yet"
    record(person, clerk, KIND.CONDITION, code="hiv", basis=Basis.DISABILITY)
    assert status(person, "flu").status == "eligible"


def test_a_due_date_lets_a_maternal_dose_be_judged(mother: Addressee, clerk: Any) -> None:
    """実施規則22条: 28週0日 is 84 days before the due date, 2026-10-08; 36週6日 is 2026-12-09."""
    dose = {"vaccine": "RSV-preF-maternal", "date": date(2026, 10, 8), "by": clerk, "at": clock.now()}
    services.record_dose(addressee=mother, **dose)
    assert page.gather(mother, today=clock.today()).doses[0].verdict.reasons[0].code == "no_due_date"
    record(mother, clerk, KIND.PREGNANCY, due_on=date(2026, 12, 31), basis=Basis.HANDBOOK)
    verdict = page.gather(mother, today=clock.today()).doses[0].verdict
    assert (verdict.evaluation, verdict.routine) == ("valid", True)
    found = services.preview_dose(addressee=mother, vaccine="RSV-preF-maternal", date=date(2026, 10, 7))
    assert "too_early" in {finding.code for finding in found}


BAD = [
    (KIND.LONG_TERM_ILLNESS, {"code": "cold"}, "code", "事由を選んで"),
    (KIND.LONG_TERM_ILLNESS, {"code": "illness", "ends_on": date(2026, 11, 23)}, "ends_on", "未来"),
    (KIND.LONG_TERM_ILLNESS, {"code": "illness", "concerns": ["smallpox"]}, "concerns", "接種種類"),
    (KIND.EXCLUSION, {"code": "had-disease"}, "concerns", "どの疾病"),
    (KIND.EXCLUSION, {"code": "had-disease", "concerns": ["zoster"]}, "concerns", "当てはまらない"),
    (KIND.EXCLUSION, {"code": "fever", "starts_on": date(2026, 11, 23)}, "starts_on", "未来"),
    (KIND.EXCLUSION, {"code": "fever", "starts_on": date(2020, 1, 1)}, "starts_on", "生年月日"),
    (
        KIND.EXCLUSION,
        {"code": "fever", "starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)},
        "ends_on",
        "前です",
    ),
    (KIND.EXCLUSION, {"code": "fever", "basis": "hearsay"}, "basis", "根拠"),
    (KIND.EXCLUSION, {"code": "fever", "confirmed_on": date(2026, 12, 1)}, "confirmed_on", "未来"),
    (KIND.CONDITION, {"code": "old"}, "code", "事由を選んで"),
    (KIND.PREGNANCY, {}, "due_on", "入力"),
    (KIND.PREGNANCY, {"due_on": date(2026, 12, 31)}, "due_on", "年齢"),
    (KIND.PREGNANCY, {"due_on": date(2030, 1, 1)}, "due_on", "先すぎ"),
]


@pytest.mark.parametrize(("kind", "items", "field", "words"), BAD)
def test_what_cannot_be_is_refused_by_its_field(
    child: Addressee, clerk: Any, kind: str, items: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(EntryRefused) as error:
        record(child, clerk, kind, **items)
    assert field in {finding.field for finding in error.value.findings}
    assert words in str(error.value)
    assert not PersonalCircumstance.objects.exists()


def test_a_man_has_no_pregnancy(clerk: Any) -> None:
    man = make("0000000105", date(1995, 5, 5), sex="1")
    with pytest.raises(EntryRefused, match="性別"):
        record(man, clerk, KIND.PREGNANCY, due_on=date(2026, 12, 31))


def test_the_same_is_not_recorded_twice(mother: Addressee, child: Addressee, clerk: Any) -> None:
    record(mother, clerk, KIND.PREGNANCY, due_on=date(2026, 12, 31))
    with pytest.raises(EntryRefused, match="分娩予定日 令和8年12月31日"):
        record(mother, clerk, KIND.PREGNANCY, due_on=date(2027, 1, 4))
    record(mother, clerk, KIND.PREGNANCY, due_on=date(2025, 1, 4))
    record(child, clerk, KIND.EXCLUSION, code="had-disease", concerns=["varicella"])
    with pytest.raises(EntryRefused, match="すでに記録"):
        record(child, clerk, KIND.EXCLUSION, code="had-disease", concerns=["measles", "varicella"])
    record(child, clerk, KIND.EXCLUSION, code="had-disease", concerns=["measles"])


def test_a_correction_and_a_void_stay_to_be_read(toddler: Addressee, clerk: Any) -> None:
    old = illness(toddler, clerk)
    new = replace_circumstance(
        old, reason="退院日の誤記", by=clerk, at=clock.now(), ends_on=date(2026, 9, 30)
    )
    old.refresh_from_db()
    assert (old.replaced_by, old.void_reason, old.voided_by) == (new, "退院日の誤記", clerk)
    assert (new.ends_on, new.starts_on, new.basis) == (date(2026, 9, 30), date(2024, 9, 1), "opinion")
    with pytest.raises(EntryRefused, match="理由"):
        void_circumstance(new, reason=" ", by=clerk, at=clock.now())
    void_circumstance(new, reason="別人", by=clerk, at=clock.now())
    with pytest.raises(EntryRefused, match="すでに取り消され"):
        void_circumstance(new, reason="別人", by=clerk, at=clock.now())
    assert len(selectors.circumstances(toddler.pk)) == 2
    assert selectors.known_of_person(toddler.pk) == Circumstances()
    actions = AuditEvent.objects.filter(subjects=[toddler.pk]).order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["circumstance.record", "circumstance.replace", "circumstance.void"]


def test_a_refused_correction_leaves_the_old_one_standing(toddler: Addressee, clerk: Any) -> None:
    old = illness(toddler, clerk)
    with pytest.raises(EntryRefused):
        replace_circumstance(old, reason="誤記", by=clerk, at=clock.now(), ends_on=date(2030, 1, 1))
    old.refresh_from_db()
    assert not old.is_void


def test_the_table_itself_keeps_due_dates_to_pregnancies(child: Addressee, clerk: Any) -> None:
    row = record(child, clerk, KIND.EXCLUSION, code="fever")
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonalCircumstance.objects.filter(pk=row.pk).update(due_on=date(2026, 12, 1))


def test_they_follow_a_merge_and_come_back(child: Addressee, clerk: Any) -> None:
    gone = make("0000000999", date(2025, 8, 1))
    record(gone, clerk, KIND.EXCLUSION, code="had-disease", concerns=["varicella"])
    done = merging.merge(winner=child.pk, loser=gone.pk, by=clerk, at=clock.now(), reason="同一人")
    assert status(child, "varicella").status == "not_target"
    merging.undo(merge=done.pk, by=clerk, at=clock.now())
    assert status(child, "varicella").status == "eligible"
    assert selectors.known_of_person(gone.pk).exclusions


def test_another_city_sees_none(child: Addressee, clerk: Any) -> None:
    record(child, clerk, KIND.EXCLUSION, code="fever")
    with acting_for(ensure_municipality("192015").code):
        assert not PersonalCircumstance.objects.exists()
        assert selectors.circumstances_of([child.pk]) == {}


def test_a_file_s_due_date_is_kept_once(mother: Addressee) -> None:
    told = [(mother.pk, date(2026, 12, 31)), (mother.pk, date(2027, 1, 2)), (mother.pk, date(2025, 3, 1))]
    assert note_due_dates(told, by=None, at=clock.now()) == 2
    assert note_due_dates(told, by=None, at=clock.now()) == 0
    assert selectors.known_of_person(mother.pk).due_dates == (date(2025, 3, 1), date(2026, 12, 31))
    assert AuditEvent.objects.get(action="circumstance.record").subjects == [mother.pk]


def test_every_disease_of_the_pack_has_its_name() -> None:
    assert set(DISEASES) == load_pack("jp").diseases


@given(
    st.lists(
        st.builds(
            PersonalCircumstance,
            kind=st.just("long-term-illness"),
            code=st.sampled_from(["illness", "disaster"]),
            starts_on=st.none() | st.dates(),
            ends_on=st.none() | st.dates(),
            voided_at=st.none() | st.just(clock.now()),
        )
        | st.builds(
            PersonalCircumstance,
            kind=st.just("exclusion"),
            code=st.sampled_from(["fever", "unfit"]),
            starts_on=st.none() | st.dates(),
            ends_on=st.none() | st.dates(),
            voided_at=st.none() | st.just(clock.now()),
        )
        | st.builds(
            PersonalCircumstance,
            kind=st.just("pregnancy"),
            due_on=st.dates(),
            voided_at=st.none() | st.just(clock.now()),
        ),
        max_size=6,
    )
)
def test_only_what_stands_is_told_to_the_rules(rows: list[PersonalCircumstance]) -> None:
    standing = [row for row in rows if row.voided_at is None]
    known = known_of(rows)
    assert known == known_of(standing)
    assert set(known.due_dates) == {row.due_on for row in standing if row.kind == "pregnancy"}
    assert known.exclusions == tuple(
        Exclusion(row.code, frozenset(), row.starts_on, row.ends_on)
        for row in standing
        if row.kind == "exclusion"
    )
    assert known.long_term_illness == tuple(
        LongTermIllness(row.ends_on, row.starts_on, row.code)
        for row in standing
        if row.kind == "long-term-illness" and row.ends_on
    )
