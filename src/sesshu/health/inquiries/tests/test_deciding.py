"""The answer beside the ledger: same, like ours, contradicting, new; and what is decided (M02, H01)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.numbers_double import Door, dose

from sesshu.health.inquiries import answer, comparing, deciding, provided, services
from sesshu.health.inquiries.choices import Closing, Decision, Fate, State
from sesshu.health.inquiries.deciding import NotDecided
from sesshu.health.inquiries.models import Inquiry, Received
from sesshu.health.inquiries.tests.invented import FORMER, MR, TODAY, VARICELLA, moved_in, turn
from sesshu.health.ledger import page
from sesshu.health.ledger import services as ledger
from sesshu.health.ledger.models import Dose
from sesshu.health.ledger.services import EntryRefused
from sesshu.kernel import clock
from sesshu.protection.models import Account, AuditEvent


@pytest.fixture
def answered(door: Door, asker: Account) -> Any:
    """``answered([record, …], ours=[dose, …])``: the inquiry with its answer."""

    def make(records: list[dict[str, Any]], ours: list[dict[str, Any]] | None = None) -> Inquiry:
        who = moved_in()
        for items in ours or []:
            ledger.record_dose(addressee=who, by=None, at=clock.now(), **items)
        made = services.ask(addressee=who, kind="vaccination", provider=FORMER, by=asker, at=clock.now())
        door.answers[who.number] = records
        turn()
        made.refresh_from_db()
        assert made.state == State.ANSWERED
        return made

    return make


def fates(inquiry: Inquiry) -> list[str]:
    rows = list(inquiry.received.filter(decision="").order_by("place"))
    ours = list(Dose.objects.filter(addressee=inquiry.addressee))
    return [str(each.fate) for each in deciding.compared(inquiry, rows, ours)]


OURS = {"vaccine": "MR", "date": date(2025, 4, 10), "lot_number": "K100"}


@pytest.mark.parametrize(
    ("theirs", "ours", "fate"),
    [
        (MR, [], "new"),
        (MR, [OURS], "same"),
        (MR, [OURS | {"lot_number": ""}], "same"),
        (MR, [OURS | {"date": date(2025, 4, 13)}], "similar"),
        (MR, [OURS | {"date": date(2025, 4, 18)}], "new"),
        (MR, [OURS | {"lot_number": "OTHER"}], "contradictory"),
        (MR, [OURS | {"volume_ml": Decimal("0.25")}], "contradictory"),
        (MR | {"dose_number": "1"}, [OURS | {"date": date(2025, 6, 1), "reported_dose_number": 1}],
         "contradictory"),
        # 2期 begins at 1 again, as each season does.
        (MR | {"dose_number": "1"}, [OURS | {"date": date(2025, 6, 10), "reported_dose_number": 1}], "new"),
        (VARICELLA, [OURS], "new"),
        (MR | {"vaccine": "なぞのワクチン", "programme": None}, [], "unknown"),
        (MR | {"administered_on": "昨年の春"}, [], "unknown"),
        (MR | {"vaccine": "麻しん風しん混合"}, [], "new"),
    ],
)  # fmt: skip
def test_m02_each_record_is_told_beside_ours(answered: Any, theirs: Any, ours: Any, fate: str) -> None:
    from sesshu.health.catalogue.selectors import vaccine_name

    if theirs["vaccine"] == "麻しん風しん混合":
        theirs = theirs | {"vaccine": vaccine_name("MR")}  # another system tells the name
    assert fates(answered([theirs], ours)) == [fate]


def test_m02_one_of_ours_is_the_same_as_one_of_theirs_at_most(answered: Any) -> None:
    assert sorted(fates(answered([MR, MR], [OURS]))) == ["new", "same"]


def test_m02_new_doses_go_into_the_ledger_with_where_they_come_from(answered: Any, asker: Account) -> None:
    inquiry = answered([MR, VARICELLA])
    assert deciding.take_all_new(inquiry, by=asker, at=clock.now()) == 2
    taken = Dose.objects.get(vaccine="MR")
    assert (taken.source, taken.outside_municipality, taken.claimable, taken.counted) == (
        "exchange", True, False, False,
    )  # fmt: skip
    assert (taken.lot_number, taken.volume_ml, taken.route) == ("K100", Decimal("0.50"), "SC")
    assert taken.provider_name == "甲府見本小児科"
    assert inquiry.processing_number in taken.note
    assert "R8.11.22回答" in taken.note
    assert taken.received.inquiry == inquiry
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.closing) == (State.CLOSED, Closing.DECIDED)
    # The schedule has judged it.
    shown = page.gather(inquiry.addressee, today=TODAY).doses
    assert [row.verdict.evaluation for row in shown if row.verdict] == ["valid", "valid"]


def test_m02_an_answer_of_the_small_hours_is_of_that_day(answered: Any, asker: Account) -> None:
    inquiry = answered([MR])
    Inquiry.objects.update(answered_at=datetime(2026, 11, 21, 16, 30, tzinfo=UTC))
    (row,) = inquiry.received.all()
    assert "R8.11.22回答" in deciding.take(row, by=asker, at=clock.now()).note


def test_m02_nothing_is_taken_twice(answered: Any, asker: Account) -> None:
    inquiry = answered([MR, MR | {"lot": None}])
    first, second = inquiry.received.order_by("place")
    deciding.take(first, by=asker, at=clock.now())
    with pytest.raises(NotDecided, match="処理されています"):
        deciding.take(first, by=asker, at=clock.now())
    with pytest.raises(NotDecided, match="同じ記録"):
        deciding.take(second, by=asker, at=clock.now())
    deciding.confirm_same(second, by=asker, at=clock.now())
    assert Dose.objects.count() == 1


def test_m02_of_two_equal_new_records_all_at_once_takes_none(answered: Any, asker: Account) -> None:
    inquiry = answered([MR, MR])
    with pytest.raises(EntryRefused, match="同じ日に同じワクチン"):
        deciding.take_all_new(inquiry, by=asker, at=clock.now())
    assert not Dose.objects.exists()
    assert set(inquiry.received.values_list("decision", flat=True)) == {""}


def test_m02_a_decision_is_undone_with_a_reason(answered: Any, asker: Account) -> None:
    inquiry = answered([MR])
    (row,) = inquiry.received.all()
    deciding.take(row, by=asker, at=clock.now())
    with pytest.raises(EntryRefused, match="理由"):
        deciding.undo(row, reason="", by=asker, at=clock.now())
    deciding.undo(row, reason="別人の記録", by=asker, at=clock.now())
    assert Dose.objects.get().void_reason == "別人の記録"
    inquiry.refresh_from_db()
    assert (inquiry.state, fates(inquiry)) == (State.ANSWERED, ["new"])
    deciding.take(Received.objects.get(), by=asker, at=clock.now())
    assert Dose.objects.filter(voided_at__isnull=True).count() == 1


def test_m02_ours_is_corrected_by_theirs_and_stands_again_after_an_undo(
    answered: Any, asker: Account
) -> None:
    inquiry = answered([MR], [OURS | {"lot_number": "OTHER"}])
    (row,) = inquiry.received.all()
    with pytest.raises(NotDecided):
        deciding.take(row, by=asker, at=clock.now())
    made = deciding.correct_ours(row, reason="前住所地の記録が正しい", by=asker, at=clock.now())
    assert (made.lot_number, made.source) == ("K100", "exchange")
    deciding.undo(Received.objects.get(), reason="母子手帳で確認", by=asker, at=clock.now())
    standing = Dose.objects.get(voided_at__isnull=True)
    assert (standing.lot_number, standing.source) == ("OTHER", "entry")


def test_m02_a_record_that_is_decided_contradicts_no_other_of_the_answer(
    answered: Any, asker: Account
) -> None:
    numbered = MR | {"dose_number": "1"}
    inquiry = answered([numbered, numbered | {"administered_on": "2025-06-01", "lot": "K200"}])
    first, second = inquiry.received.order_by("place")
    taken = deciding.take(first, by=asker, at=clock.now())
    assert fates(inquiry) == ["new"]
    ledger.replace(taken, reason="ロット番号の誤り", by=asker, at=clock.now(), lot_number="K101")
    assert fates(inquiry) == ["new"]
    deciding.take(second, by=asker, at=clock.now())
    assert Dose.objects.filter(voided_at__isnull=True).count() == 2


def test_m02_one_found_to_be_ours_leaves_the_next_record_new(answered: Any, asker: Account) -> None:
    numbered = MR | {"dose_number": "1"}
    ours = [OURS | {"reported_dose_number": 1}]
    inquiry = answered([numbered, numbered | {"administered_on": "2025-06-01"}], ours)
    first, second = inquiry.received.order_by("place")
    deciding.confirm_same(first, by=asker, at=clock.now())
    assert fates(inquiry) == ["new"]
    deciding.undo(Received.objects.get(pk=first.pk), reason="誤り", by=asker, at=clock.now())
    assert Received.objects.get(pk=first.pk).same_as is None
    assert not Dose.objects.get().is_void
    assert second.decision == ""


@pytest.mark.parametrize("on", ["2025-04-10", "2025-05-30"])
def test_m02_what_contradicts_ours_is_taken_with_a_reason(answered: Any, asker: Account, on: str) -> None:
    theirs = MR | {"dose_number": "1", "administered_on": on}
    inquiry = answered([theirs], [OURS | {"lot_number": "OTHER", "reported_dose_number": 1}])
    assert fates(inquiry) == ["contradictory"]
    (row,) = inquiry.received.all()
    with pytest.raises(NotDecided, match="理由を入力"):
        deciding.take(row, by=asker, at=clock.now(), reason=" ")
    deciding.take(row, by=asker, at=clock.now(), reason="母子手帳に両方ある")
    row.refresh_from_db()
    assert (row.decision, row.reason) == (Decision.TAKEN, "母子手帳に両方ある")
    assert Dose.objects.filter(voided_at__isnull=True).count() == 2
    assert AuditEvent.objects.get(action="inquiry.decide").detail["fate"] == "contradictory"


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"vaccine": "9999", "programme": "x"}, "^ワクチンを選んでください"),
        ({"administered_on": "昨年の春"}, "接種台帳に手で入力"),
    ],
)
def test_m02_what_cannot_be_read_is_refused_with_what_to_do(
    answered: Any, asker: Account, record: Any, words: str
) -> None:
    (row,) = answered([MR | record]).received.all()
    with pytest.raises(NotDecided, match=words):
        deciding.take(row, by=asker, at=clock.now())


def test_m02_what_is_left_out_wants_a_reason(answered: Any, asker: Account) -> None:
    inquiry = answered([MR])
    (row,) = inquiry.received.all()
    with pytest.raises(NotDecided, match="理由"):
        deciding.leave(row, reason=" ", by=asker, at=clock.now())
    with pytest.raises(NotAskedNow, match="まだ決めていない"):
        services.close(inquiry, closing=Closing.DECIDED, by=asker, at=clock.now())
    deciding.leave(row, reason="任意接種のため", by=asker, at=clock.now())
    row.refresh_from_db()
    assert (row.decision, row.reason) == (Decision.LEFT, "任意接種のため")


NotAskedNow = services.NotAsked


def test_m02_a_vaccine_nobody_knows_is_read_by_the_clerk(answered: Any, asker: Account) -> None:
    inquiry = answered([MR | {"vaccine": "9999", "programme": "x"}])
    (row,) = inquiry.received.all()
    with pytest.raises(NotDecided):
        deciding.take(row, by=asker, at=clock.now())
    with pytest.raises(NotDecided, match="ワクチン"):
        deciding.take(row, by=asker, at=clock.now(), vaccine="nothing")
    assert deciding.take(row, by=asker, at=clock.now(), vaccine="MR").programme == "mr"


def test_m02_what_cannot_have_happened_is_said_and_refused(answered: Any, asker: Account) -> None:
    inquiry = answered([MR | {"administered_on": "2020-01-01"}])
    (compared,) = answer.shown(inquiry, hides=False)["compared"]
    assert any("生年月日" in remark for remark in compared.remarks)
    (row,) = inquiry.received.all()
    with pytest.raises(EntryRefused, match="生年月日"):
        deciding.take(row, by=asker, at=clock.now())


def test_m02_a_dose_voided_here_before_is_remarked_upon(answered: Any, asker: Account) -> None:
    inquiry = answered([MR], [OURS])
    ledger.void(Dose.objects.get(), reason="別人の記録", by=asker, at=clock.now())
    (compared,) = answer.shown(inquiry, hides=False)["compared"]
    assert (compared.fate, compared.remarks) == (
        Fate.NEW,
        ("同じ接種を台帳で取り消しています（別人の記録）。",),
    )


def test_m02_the_schedule_is_asked_before_anything_is_taken(answered: Any) -> None:
    inquiry = answered([MR | {"administered_on": "2024-04-10"}])
    (compared,) = answer.shown(inquiry, hides=False)["compared"]
    assert compared.verdict is not None
    assert compared.verdict.evaluation != "valid"  # at one month of age
    assert not Dose.objects.exists()


def test_of_other_kinds_nothing_goes_into_the_ledger(door: Door, asker: Account) -> None:
    who = moved_in()
    made = services.ask(addressee=who, kind="local-tax", provider=FORMER, by=asker, at=clock.now())
    door.answers[who.number] = [{"fiscal_year": "2026", "taxed": "非課税", "income_levy": "0", "x": "y"}]
    turn()
    made.refresh_from_db()
    shown = answer.shown(made, hides=False)["facts"]
    (facts,) = shown
    assert dict(facts) == {
        "年度": "2026", "課税・非課税": "非課税", "所得割額（円）": "0", "均等割額（円）": None,
        "合計所得金額（円）": None,
    }  # fmt: skip
    with pytest.raises(NotDecided, match="台帳に登録できません"):
        deciding.take(made.received.get(), by=asker, at=clock.now())
    services.close(made, closing=Closing.DECIDED, by=asker, at=clock.now())
    who.refresh_from_db()
    assert who.tax_class == "0"


_TEXT = st.one_of(st.none(), st.text(max_size=30), st.integers(), st.booleans())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(content=st.dictionaries(st.sampled_from(sorted(dose())), _TEXT))
def test_any_record_is_read_without_breaking(ise: object, content: dict[str, Any]) -> None:
    found = provided.read(Received(place=0, municipality_code="242039"), content)
    items = provided.items_of(found)
    assert found.on is not None or found.problem
    assert all(len(items[name]) <= 100 for name in ("maker", "lot_number", "site", "doctor"))
    (compared,) = comparing.compare([found], [])
    assert compared.fate in (Fate.NEW, Fate.UNKNOWN)
