"""The import from the screen: planned as a job, its result with each row's fate."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sesshu.addressees import jobs, uploads
from sesshu.addressees.models import Addressee
from sesshu.addressees.tests.feed_files import change, resident, write
from sesshu.jobs.models import Job
from sesshu.jobs.registry import Silent
from sesshu.kernel import clock
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account
from sesshu.protection.tenancy import acting_for


@pytest.fixture(autouse=True)
def the_day(ise):
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture
def upload(client, clerk, tmp_path):
    """Upload rows (or bytes), run the job as the worker does, and give its result page."""

    def taken(rows, **form):
        content = rows if isinstance(rows, bytes) else write(tmp_path / "u.csv", rows).read_bytes()
        client.force_login(clerk)
        response = client.post(
            reverse("addressees:import"), {"file": SimpleUploadedFile("u.csv", content), **form}
        )
        assert response.status_code == 302
        job = Job.objects.latest("pk")
        job.result = jobs.run(Silent(), job.payload)
        job.state = "done"
        job.save()
        return client.get(job.result["url"]).content.decode()

    return taken


def test_each_rows_fate_is_shown(client, upload):
    page = upload([resident(1), resident(2, 性別="9"), resident(3, 住民状態="2")])
    assert Addressee.objects.count() == 2
    assert "取り込めない行" in page
    assert "1(男)" in page
    assert "消除年月日" in page
    token = Job.objects.latest("pk").payload["token"]
    csv = b"".join(client.get(reverse("addressees:import-errors", args=[token])).streaming_content).decode(
        "utf-8-sig"
    )
    assert csv.splitlines()[0] == "種別,行,列,内容,対処"
    assert csv.splitlines()[1].startswith("エラー,3,性別,")
    assert csv.splitlines()[2].startswith("注意,4,消除年月日,")


def test_the_upload_does_not_stay(upload):
    upload([resident(1)])
    assert not uploads.feed_path(Job.objects.latest("pk").payload["token"]).exists()


def test_changes_are_listed_with_what_changed(upload):
    upload([resident(1)])
    page = upload([change("A1", "2026-11-01", "03", 住所_町字="例示町"), change("A2", "2026-11-02", "01", 2)])
    assert "住所_町字" in page
    assert "例示町" not in page
    assert "新規" in page


def test_a_file_that_is_no_feed_is_told(upload):
    assert "PDF" in upload(b"%PDF-1.7 not a feed")


def test_strict_takes_nothing(upload):
    assert "何も取り込みませんでした" in upload([resident(1), resident(2, 性別="9")], strict="on")
    assert not Addressee.objects.exists()


def test_a_rerun_of_the_job_before_its_end_adds_nothing(client, clerk, tmp_path):
    """A worker killed after the commit runs the job again from its start."""
    content = write(tmp_path / "u.csv", [resident(1)]).read_bytes()
    client.force_login(clerk)
    client.post(reverse("addressees:import"), {"file": SimpleUploadedFile("u.csv", content)})
    payload = Job.objects.latest("pk").payload
    kept = uploads.feed_path(payload["token"]).read_bytes()
    assert jobs.run(Silent(), payload)["created"] == 1
    uploads.feed_path(payload["token"]).write_bytes(kept)
    assert jobs.run(Silent(), payload)["unchanged"] == 1


def test_an_empty_form_says_what_is_missing(client, clerk):
    client.force_login(clerk)
    assert "住民ファイルを選んでください" in client.post(reverse("addressees:import"), {}).content.decode()


def test_another_citys_result_does_not_exist(client, upload):
    upload([resident(1)])
    token = Job.objects.latest("pk").payload["token"]
    from sesshu.protection.services import ensure_municipality

    kofu = open_account(
        login="test-kofu",
        name="試験 甲府",
        municipality=ensure_municipality("192015"),
        roles=[Role.PROGRAMME],
        password="test-password-1234",
    )
    client.force_login(kofu)
    with acting_for("192015"):
        for name in ("addressees:import-result", "addressees:import-errors"):
            assert client.get(reverse(name, args=[token])).status_code == 404
