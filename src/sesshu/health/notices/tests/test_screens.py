"""Preview, print, download, the counter and the post-room on the screen (H10, H11)."""

from __future__ import annotations

from datetime import timedelta

import pypdfium2
import pytest

from sesshu.health.eligibility.tests.invented import TODAY, extract, protect, resident
from sesshu.health.notices import files, jobs, printing, services
from sesshu.health.notices.models import Issue, PrintRun
from sesshu.jobs.models import Job
from sesshu.jobs.registry import Silent
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import acting_for

pytestmark = pytest.mark.usefixtures("ise")
ISE = "242039"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def text(content):
    document = pypdfium2.PdfDocument(content)
    try:
        return "".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def printed(clerk, extraction):
    return printing.print_run(ISE, extraction.pk, by=clerk, at=clock.now(), out=files.path_of)


def actions():
    return list(AuditEvent.objects.order_by("pk").values_list("action", flat=True))


def test_h10_preview_shows_the_pages_under_a_specimens_number(client, clerk):
    child = resident()
    listed = extract(by=clerk)
    answer = client.get(f"/notices/extractions/{listed.pk}/preview/")
    assert answer["Content-Type"] == "application/pdf"
    assert child.number in text(answer.content)
    assert not Issue.objects.exists()
    event = AuditEvent.objects.get(action="notices.preview")
    assert (event.subjects, event.account) == ([child.pk], clerk)


def test_h10_preview_leaves_out_who_came_under_a_measure_since(client, clerk):
    hidden, other = resident(town="隠し町"), resident()
    listed = extract(by=clerk)
    protect(hidden)
    shown = text(client.get(f"/notices/extractions/{listed.pk}/preview/").content)
    assert other.number in shown
    assert "隠し町" not in shown
    assert hidden.number not in shown
    assert AuditEvent.objects.get(action="notices.preview").subjects == [other.pk]


def test_h10_preview_of_a_list_of_nobody_says_so(client, clerk):
    listed = extract(by=clerk)
    answer = client.get(f"/notices/extractions/{listed.pk}/preview/", follow=True)
    assert "印刷する人がいません" in answer.content.decode()


def test_h10_printing_is_planned_done_listed_and_fetched(client, clerk):
    child = resident()
    listed = extract(by=clerk)
    client.post(f"/notices/extractions/{listed.pk}/print/")
    job = Job.objects.get()
    result = jobs.print_notices(Silent(), job.payload)
    assert result["documents"] == 1
    run = PrintRun.objects.get()
    assert "印刷済み" in client.get("/notices/").content.decode()
    assert "PDFを取り出す" in client.get(f"/notices/runs/{run.pk}/").content.decode()
    answer = client.get(f"/notices/runs/{run.pk}/file/")
    content = b"".join(answer.streaming_content)
    assert child.number in text(content)
    event = AuditEvent.objects.get(action="notices.download")
    assert (event.subjects, event.account) == ([child.pk], clerk)
    assert {"notices.prepare", "notices.issue"} <= set(actions())
    assert jobs.print_notices(Silent(), job.payload)["run"] == run.pk
    client.post(f"/notices/extractions/{listed.pk}/print/")
    assert Job.objects.count() == 1


def test_h10_a_file_that_tells_where_a_now_protected_person_lives_is_not_given_out(client, clerk):
    child = resident(town="隠し町")
    run = printed(clerk, extract(by=clerk)).run
    protect(child)
    answer = client.get(f"/notices/runs/{run.pk}/file/", follow=True)
    assert "支援措置の対象になった方が1人" in answer.content.decode()
    assert "notices.download" not in actions()


def test_h10_a_run_is_taken_back_with_a_reason(client, clerk):
    resident()
    run = printed(clerk, extract(by=clerk)).run
    client.post(f"/notices/runs/{run.pk}/cancel/", {"reason": " "})
    assert Issue.objects.get().state == "issued"
    client.post(f"/notices/runs/{run.pk}/cancel/", {"reason": "刷り直し"})
    assert Issue.objects.get().state == "cancelled"
    assert client.get(f"/notices/runs/{run.pk}/file/").status_code == 404


def issue(client, person, **more):
    given = {"programme": "mr", "identity_document": "licence"} | more
    return client.post(f"/notices/persons/{person.pk}/issue/", given).content.decode()


def test_h10_the_counter_issues_after_an_identity_check(client, clerk):
    child = resident()
    assert "本人確認書類" in issue(client, child, identity_document="")
    assert not Issue.objects.exists()
    assert "発行しました" in issue(client, child)
    first = Issue.objects.get()
    assert (first.reason, first.identity_document, first.issued_by) == ("counter", "licence", clerk)
    paper = client.get(f"/notices/issues/{first.pk}/paper/")
    assert first.code in text(paper.content)
    assert "前に発行した予診票の番号は使えなくなりました" in issue(client, child)
    first.refresh_from_db()
    assert (first.state, first.closing_reason) == ("cancelled", "窓口で再発行")
    assert client.get(f"/notices/issues/{first.pk}/paper/").status_code == 404
    events = AuditEvent.objects.filter(action="notices.issue")
    assert [(event.purpose, event.detail["for"]) for event in events] == [("notices", "counter")] * 2
    assert "notices.print" in actions()
    history = client.get(f"/ledger/{child.pk}/").content.decode()
    assert first.code in history
    assert "窓口で再発行" in history


def test_h10_the_counter_issues_nothing_that_is_not_due(client, clerk):
    early = resident(birth_date=TODAY - timedelta(days=300))
    issue(client, early)
    with pytest.raises(services.NotAllowed, match="対象ではない"):
        services.issue_at_counter(
            addressee_id=early.pk, programme="mr", identity_document="licence", by=clerk, at=clock.now()
        )
    assert not Issue.objects.exists()


def test_h10_the_counters_paper_leaves_a_protected_address_blank(client):
    hidden = resident(
        town="隠し町", telephone="09012345678", household_head="守秘　世帯主", postal_code="5169999"
    )
    protect(hidden)
    page = client.get(f"/notices/persons/{hidden.pk}/issue/").content.decode()
    assert "住所と電話番号は空欄" in page
    issue(client, hidden)
    shown = text(client.get(f"/notices/issues/{Issue.objects.get().pk}/paper/").content)
    for secret in ("隠し町", "09012345678", "守秘", "5169999", "516-9999"):
        assert secret not in page
        assert secret not in shown
    assert hidden.number in shown


def test_h10_a_single_document_is_taken_back_with_a_reason(client):
    child = resident()
    issue(client, child)
    found = Issue.objects.get()
    client.post(f"/notices/issues/{found.pk}/cancel/", {"reason": ""})
    client.post(f"/notices/issues/{found.pk}/cancel/", {"reason": "書き損じ"})
    found.refresh_from_db()
    assert (found.state, found.closing_reason) == ("cancelled", "書き損じ")
    with pytest.raises(services.NotAllowed, match="取消"):
        services.mark_returned(issue=found, by=None, at=clock.now())


def test_h11_returned_mail_is_scanned(client, clerk):
    resident()
    printed(clerk, extract(by=clerk))
    code = Issue.objects.get().code
    wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert "読み取れませんでした" in client.post("/notices/returned/", {"code": wrong}).content.decode()
    assert code in client.post("/notices/returned/", {"code": code}, follow=True).content.decode()
    assert Issue.objects.get().state == "returned"
    again = client.post("/notices/returned/", {"code": code}, follow=True).content.decode()
    assert "返戻" in again


def test_h10_another_citys_documents_are_not_found(client, clerk):
    ensure_municipality("192015")
    with acting_for("192015"):
        child = resident()
        listed = extract()
        run = printing.print_run("192015", listed.pk, by=None, at=clock.now(), out=files.path_of).run
        found = Issue.objects.get()
    with acting_for(ISE):
        pages = [
            f"/notices/extractions/{listed.pk}/preview/",
            f"/notices/runs/{run.pk}/",
            f"/notices/runs/{run.pk}/file/",
            f"/notices/persons/{child.pk}/issue/",
            f"/notices/issues/{found.pk}/paper/",
        ]
        assert [client.get(page).status_code for page in pages] == [404] * len(pages)
        assert client.post(f"/notices/extractions/{listed.pk}/print/").status_code == 404
        assert client.post(f"/notices/issues/{found.pk}/cancel/", {"reason": "x"}).status_code == 404
        scanned = client.post("/notices/returned/", {"code": found.code}, follow=True)
        assert "発行されていません" in scanned.content.decode()
    with acting_for("192015"):
        assert Issue.objects.get().state == "issued"
