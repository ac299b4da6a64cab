"""A clinic's file looked through before it is committed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from sesshu.health.intake import batches
from sesshu.health.intake.jobs import commit, load
from sesshu.health.intake.models import Batch, BatchState, RowFate
from sesshu.health.intake.tests.people import CLINIC, file, person, row
from sesshu.health.ledger.models import Dose
from sesshu.jobs.models import Job
from sesshu.jobs.registry import Silent
from sesshu.kernel import clock
from sesshu.kernel.cells import TableError

pytestmark = pytest.mark.usefixtures("ise")


@pytest.fixture(autouse=True)
def today():
    with clock.fixed(date(2026, 11, 22)):
        yield


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def hana():
    return person("0000000101", "見本 はな子", "ミホン ハナコ", date(2025, 8, 1))


@pytest.fixture
def uploaded(tmp_path, hana, clerk):
    person("0000000102", "見本 さく子", "ミホン サクコ", date(2025, 8, 1))
    rows = [
        row(),
        row(接種年月日="2026-07-01", 接種種類="varicella", ワクチンコード="VZV-live"),
        row(宛名番号="", 氏名_読み仮名="ミホン ナゾコ", 接種年月日="2026-08-01"),
        row(接種種類="mumps"),
        row(接種年月日="2026-02-30"),
    ]
    return upload(tmp_path, clerk, *rows)


def upload(tmp_path, clerk, *rows):
    content = file(tmp_path / "clinic.csv", *rows).read_bytes()
    batch = batches.upload(
        file=SimpleUploadedFile("clinic.csv", content), provider_code=CLINIC, by=clerk, at=clock.now()
    )
    load(Silent(), Job.objects.get(kind=batches.LOAD, pk=batch.job_id).payload)
    batch.refresh_from_db()
    return batch


def fates(batch):
    return dict(batch.rows.values_list("row", "fate"))


def test_each_row_waits_with_its_fate(uploaded):
    assert uploaded.state == BatchState.REVIEW
    assert fates(uploaded) == {
        2: RowFate.NEW,
        3: RowFate.WARNING,
        4: RowFate.UNDECIDED,
        5: RowFate.REJECTED,
        6: RowFate.REJECTED,
    }
    assert not Dose.objects.exists()


def test_a_job_that_runs_again_changes_nothing(uploaded):
    before = list(uploaded.rows.values_list("row", "fate", "messages"))
    load(Silent(), Job.objects.get(pk=uploaded.job_id).payload)
    assert list(uploaded.rows.values_list("row", "fate", "messages")) == before


def test_only_what_is_clear_or_decided_is_committed(uploaded, clerk, hana):
    finish(uploaded, clerk)
    assert [dose.date for dose in Dose.objects.all()] == [date(2026, 9, 15)]
    uploaded.refresh_from_db()
    assert (uploaded.state, uploaded.counts["created"]) == (BatchState.COMMITTED, 1)


def test_a_person_chooses_among_the_candidates(uploaded, clerk, hana):
    undecided = uploaded.rows.get(row=4)
    assert hana.pk in undecided.candidates
    with pytest.raises(batches.BatchRefused):
        batches.decide(undecided, decision="take", addressee_id=None, by=clerk)
    with pytest.raises(batches.BatchRefused):
        batches.decide(undecided, decision="take", addressee_id=999_999, by=clerk)
    batches.decide(undecided, decision="take", addressee_id=hana.pk, by=clerk)
    assert batches.accept_warnings(uploaded, by=clerk) == 1
    batches.decide(uploaded.rows.get(row=2), decision="skip", addressee_id=None, by=clerk)
    finish(uploaded, clerk)
    assert sorted(dose.date for dose in hana.doses.all()) == [date(2026, 7, 1), date(2026, 8, 1)]


def test_an_unusable_row_cannot_be_taken(uploaded, clerk):
    with pytest.raises(batches.BatchRefused):
        batches.decide(uploaded.rows.get(row=5), decision="take", addressee_id=None, by=clerk)


def test_a_commit_that_runs_again_adds_nothing(uploaded, clerk):
    finish(uploaded, clerk)
    commit(Silent(), {"municipality": "242039", "batch": uploaded.pk, "by": clerk.pk})
    assert Dose.objects.count() == 1


def test_the_same_file_again_is_known(uploaded, clerk, tmp_path, hana):
    finish(uploaded, clerk)
    again = upload(tmp_path, clerk, row())
    assert fates(again) == {2: RowFate.UNCHANGED}


def test_a_duplicate_of_another_clinic_is_for_a_person_to_decide(uploaded, clerk, tmp_path, hana):
    finish(uploaded, clerk)
    other = upload(tmp_path, clerk, row(医療機関コード="2410000002"))
    doubtful = other.rows.get()
    assert doubtful.fate == RowFate.UNDECIDED
    assert "同じ日に同じワクチン" in doubtful.messages[0]["message"]
    batches.decide(doubtful, decision="take", addressee_id=None, by=clerk)
    finish(other, clerk)
    assert hana.doses.count() == 2


def test_a_file_that_is_no_table_says_so(tmp_path, clerk):
    batch = batches.upload(
        file=SimpleUploadedFile("x.csv", b"%PDF-1.7"), provider_code=CLINIC, by=clerk, at=clock.now()
    )
    with pytest.raises(TableError, match="PDF"):
        load(Silent(), {"municipality": "242039", "batch": batch.pk})


def test_a_discarded_file_leaves_nothing(uploaded, clerk):
    path = uploaded.file.path
    batches.discard(uploaded, by=clerk)
    assert not uploaded.rows.exists()
    assert not Path(path).exists()
    with pytest.raises(batches.BatchRefused):
        batches.plan_commit(uploaded, by=clerk)


def test_the_review_page(uploaded, clerk, hana):
    client = Client()
    client.force_login(clerk)
    shown = client.get(f"/intake/{uploaded.pk}/").content.decode()
    assert "ミホン ナゾコ" in shown
    assert f'value="{hana.pk}"' in shown
    undecided = uploaded.rows.get(row=4)
    answer = client.post(
        f"/intake/rows/{undecided.pk}/",
        {"decision": "take", "addressee": hana.pk},
        headers={"HX-Request": "true"},
    )
    assert 'aria-pressed="true"' in answer.content.decode()
    undecided.refresh_from_db()
    assert undecided.addressee == hana
    client.post(f"/intake/{uploaded.pk}/commit/")
    assert Batch.objects.get(pk=uploaded.pk).job.kind == batches.COMMIT


def finish(batch, clerk):
    batch.refresh_from_db()
    batches.plan_commit(batch, by=clerk)
    commit(Silent(), Job.objects.get(pk=batch.job_id).payload)
