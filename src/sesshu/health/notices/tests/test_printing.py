"""From the list to the paper: numbers, real pages, the issue history (H05, H10, H11)."""

from __future__ import annotations

from datetime import timedelta

import pypdfium2
import pytest

from sesshu.addressees.models import Addressee
from sesshu.health.eligibility.tests.invented import TODAY, dose, extract, fate_of, protect, resident
from sesshu.health.notices import documents, preparing, printing, selectors, services
from sesshu.health.notices.models import Issue, PrintRun
from sesshu.kernel import clock
from sesshu.kernel.check_digits import has_check_digit
from sesshu.protection.models import AuditEvent

pytestmark = pytest.mark.usefixtures("ise")
ISE = "242039"


@pytest.fixture
def press(tmp_path):
    def run(extraction, name="out.pdf", **more):
        return printing.print_run(
            ISE, extraction.pk, by=None, at=clock.now(), out=lambda run: tmp_path / name, **more
        )

    return run


def text_of(path):
    document = pypdfium2.PdfDocument(path)
    try:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    finally:
        document.close()


def test_h10_each_target_has_a_page_a_number_and_a_history(press):
    children = [resident() for _ in range(3)]
    printed = press(extract())
    assert (printed.documents, printed.pages, printed.dropped, printed.refused) == (3, 3, {}, ())
    pages = text_of(printed.file)
    for child in children:
        issue = selectors.issues_of(child.pk).get()
        assert (issue.state, issue.reason, issue.programme, issue.dose_number) == ("issued", "bulk", "mr", 1)
        assert (issue.issued_on, issue.fiscal_year, issue.valid_to) == (TODAY, 2026, issue.valid_to)
        assert has_check_digit(issue.code)
        assert issue.code.startswith(ISE[:5])
        (page,) = [page for page in pages if issue.code in page]
        assert child.number in page
        assert child.name.replace("　", "") in page.replace("　", "").replace(" ", "")
    assert len(set(Issue.objects.values_list("code", flat=True))) == 3
    issued = AuditEvent.objects.get(action="notices.issue")
    assert (sorted(issued.subjects), issued.count) == ([child.pk for child in children], 3)


def test_h10_pages_come_in_the_order_of_the_post(press):
    last, first = resident(postal_code="5169000"), resident(postal_code="5160001")
    pages = text_of(press(extract()).file)
    assert first.number in pages[0]
    assert last.number in pages[1]


def test_h05_a_second_run_prints_nobody_twice(press):
    child = resident()
    press(extract())
    again = extract()
    assert again.counts["excluded"]["notified_before"] == 1
    printed = press(again)
    assert (printed.documents, printed.file) == (0, None)
    assert Issue.objects.get(addressee=child).state == "issued"


def test_h05_asked_again_a_printed_list_tells_what_came_of_it(press):
    resident()
    listed = extract()
    first, second = press(listed), press(listed)
    assert (second.run.pk, second.documents, second.file) == (first.run.pk, 1, first.file)
    assert PrintRun.objects.count() == 1


def test_h05_the_next_dose_is_notified_anew(press):
    child = resident(birth_date=TODAY - timedelta(days=150))
    press(extract("hepb"))
    dose(child, "HepB", TODAY - timedelta(days=40), "hepb")
    later = extract("hepb")
    assert fate_of(later, child) == "target"
    assert later.rows.get(addressee=child).dose_number == 2


@pytest.mark.parametrize(
    ("change", "fate"),
    [
        ({"status": "3"}, "dead"),
        ({"status": "2"}, "moved_out"),
        ({"status": "4"}, "removed"),
        ({}, "protective_measure"),
    ],
    ids=["died", "moved", "struck-off", "protected"],
)  # fmt: skip
def test_h05_who_changed_since_the_extraction_is_not_printed(press, change, fate):
    stays, goes = resident(), resident(town="隠し町")
    listed = extract()
    if change:
        Addressee.objects.filter(pk=goes.pk).update(**change)
    else:
        protect(goes)
    printed = press(listed)
    assert (printed.documents, printed.dropped) == (1, {fate: 1})
    (page,) = text_of(printed.file)
    assert stays.number in page
    assert goes.number not in page
    assert "隠し町" not in page
    assert not Issue.objects.filter(addressee=goes).exists()


def test_h05_who_was_vaccinated_since_is_not_printed_and_who_was_added_by_hand_is(press, clerk):
    from sesshu.health.eligibility import services as eligibility

    done, early = resident(), resident(birth_date=TODAY - timedelta(days=330))
    listed = extract()
    dose(done, "MR", TODAY - timedelta(days=3), "mr")
    eligibility.add_person(
        extraction=listed, addressee_id=early.pk, reason="渡航のため", by=clerk, at=clock.now()
    )
    printed = press(listed)
    assert (printed.documents, printed.dropped) == (1, {"not_yet": 1})
    assert Issue.objects.get().addressee == early


def test_h10_a_protected_person_is_never_printed(press):
    hidden = resident(town="隠し町")
    protect(hidden)
    printed = press(extract())
    assert (printed.documents, printed.file) == (0, None)
    assert not Issue.objects.exists()


def test_h10_a_reissue_cancels_the_former_number(press):
    child = resident()
    press(extract())
    former = Issue.objects.get()
    printed = press(extract(), "again.pdf", reissue=True)
    assert printed.documents == 1
    former.refresh_from_db()
    assert (former.state, former.closing_reason) == ("cancelled", "再発行のため")
    new = Issue.objects.get(addressee=child, state="issued")
    assert (new.reason, new.code > former.code) == ("reissue", True)


def test_h10_a_clerks_own_addition_of_a_notified_person_cancels_the_former_number_too(press, clerk):
    from sesshu.health.eligibility import services as eligibility

    child = resident()
    press(extract())
    listed = extract()
    eligibility.add_person(extraction=listed, addressee_id=child.pk, reason="紛失", by=clerk, at=clock.now())
    press(listed, "again.pdf")
    assert sorted(Issue.objects.values_list("state", flat=True)) == ["cancelled", "issued"]


def test_h10_an_earlier_doses_paper_is_left_as_it_was(press):
    child = resident(birth_date=TODAY - timedelta(days=150))
    press(extract("hepb"))
    dose(child, "HepB", TODAY - timedelta(days=40), "hepb")
    press(extract("hepb"))
    press(extract("hepb"), reissue=True)
    states = list(Issue.objects.order_by("pk").values_list("dose_number", "state"))
    assert states == [(1, "issued"), (2, "cancelled"), (2, "issued")]


def test_h10_a_name_without_glyphs_is_told_and_the_others_are_printed(press):
    good, bad = resident(), resident(name="見本　\U0002ffff")
    printed = press(extract())
    assert printed.documents == 1
    assert [one["addressee_number"] for one in printed.refused] == [bad.number]
    assert Issue.objects.get(addressee=bad).state == "unprintable"
    assert Issue.objects.get(addressee=good).state == "issued"
    assert fate_of(extract(), bad) == "target"


def test_h05_numbers_that_got_no_paper_are_taken_up_again(press):
    child = resident()
    listed = extract()
    prepared = preparing.prepare(extraction=listed, by=None, at=clock.now())
    waiting = Issue.objects.get()
    assert waiting.state == "prepared"
    assert not selectors.issues_of(child.pk).exists()
    printed = press(extract())
    assert Issue.objects.get().pk == waiting.pk
    assert waiting.code in text_of(printed.file)[0]
    prepared.run.refresh_from_db()
    assert prepared.run.state == "cancelled"


def test_h05_a_cancelled_press_leaves_nothing_issued_and_no_file(press, tmp_path):
    class Stopping:
        def update(self, done, total, message=""):
            raise RuntimeError("取り消されました")

    resident()
    with pytest.raises(RuntimeError):
        press(extract(), progress=Stopping())
    assert list(tmp_path.iterdir()) == []
    assert list(Issue.objects.values_list("state", flat=True)) == ["prepared"]


def test_h05_what_a_killed_run_left_half_written_is_removed(press, tmp_path):
    (tmp_path / ".out.pdf.abc.part").write_bytes(b"%PDF-")
    (tmp_path / ".other.pdf.abc.part").write_bytes(b"%PDF-")
    resident()
    press(extract())
    assert sorted(path.name for path in tmp_path.iterdir()) == [".other.pdf.abc.part", "out.pdf"]


def test_h10_before_the_post_a_whole_run_is_taken_back(press, clerk):
    child = resident()
    printed = press(extract())
    count = services.cancel_run(run=printed.run, reason="宛名の誤り", by=clerk, at=clock.now())
    assert count == 1
    assert fate_of(extract(), child) == "target"
    assert AuditEvent.objects.get(action="notices.cancel-run").subjects == [child.pk]


@pytest.mark.parametrize(
    ("programme", "born", "says", "never"),
    [
        (
            "mr",
            TODAY - timedelta(days=715),
            ["接種を受けることをお勧めします", "保護者"],
            ["希望する場合に限り"],
        ),
        (
            "pneumococcal-senior",
            TODAY - timedelta(days=66 * 365 + 3),
            ["受ける義務はなく", "希望する場合に限り"],
            ["お勧め"],
        ),
    ],
)  # fmt: skip
def test_h11_a_reminder_recommends_a_and_only_announces_b(press, programme, born, says, never):
    child = resident(birth_date=born)
    listed = extract(programme, purpose="reminder")
    printed = press(listed)
    assert (printed.run.kind, printed.documents) == ("reminder", 1)
    page = "".join(text_of(printed.file)).replace("\n", "").replace(" ", "")
    assert Issue.objects.get(addressee=child).code in page
    for words in says:
        assert words in page
    for words in never:
        assert words not in page


def test_h11_who_was_reminded_lately_is_left_in_peace(press):
    child = resident(birth_date=TODAY - timedelta(days=715))
    press(extract(purpose="reminder"))
    assert fate_of(extract(purpose="reminder"), child) == "notified_before"
    assert fate_of(extract(), child) == "target"


def test_h11_returned_mail_leaves_a_person_out_until_written_to_again(press, clerk):
    child = resident(birth_date=TODAY - timedelta(days=715))
    press(extract())
    services.mark_returned(issue=Issue.objects.get(), by=clerk, at=clock.now())
    assert fate_of(extract(purpose="reminder"), child) == "returned"
    assert fate_of(extract(), child) == "target"
    press(extract(), "again.pdf")
    assert fate_of(extract(purpose="reminder"), child) == "notified_before"
    assert AuditEvent.objects.get(action="notices.returned").subjects == [child.pk]


def test_h10_another_press_of_the_same_programme_is_refused(press, tmp_path):
    from django.db import connections

    resident()
    listed = extract()
    other = connections["default"].copy()
    key = [printing._key(f"press {ISE}"), printing._key("questionnaire mr")]
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", key)
        with pytest.raises(printing.AlreadyPrinting, match="印刷中"):
            press(listed)
    finally:
        other.close()
    assert not Issue.objects.exists()


def test_h10_the_paper_is_never_valid_before_it_is_printed():
    issue = Issue(
        code="1", programme="mr", dose_label="", issued_on=TODAY, valid_to=TODAY + timedelta(days=9)
    )
    facts = documents.facts_of(issue, due_from=TODAY - timedelta(days=99), age_on=TODAY)
    assert (facts.valid_from, facts.valid_to) == (TODAY, TODAY + timedelta(days=9))
