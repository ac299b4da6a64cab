"""A municipality erased as a whole: nothing of it is left, and the other's rows stay exactly (H21, S08)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models

from sesshu.protection.actions import Action
from sesshu.protection.keys import destruction, emptying, ordering, services, signing
from sesshu.protection.keys.models import SubjectKey
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.retention import services as retention
from sesshu.protection.retention import whole
from sesshu.protection.retention.choices import WHOLE, RunState
from sesshu.protection.retention.models import ErasureRecord, ErasureRun, Hold
from sesshu.protection.roles import Role
from sesshu.protection.tenancy import acting_for

from .conftest import ISE, KOFU, NAME, signed_in, staff
from .personal_data import PERSON_DATA
from .rows import Rows, tenant_models

LOGS = {"protection.AuditEvent", "trail.Leaf"}


def rows_of(city: str) -> dict[str, list[Any]]:
    """Every value of every row of a city, but the log that goes on being written."""
    with acting_for(city):
        return {
            model._meta.label: sorted(map(repr, model._base_manager.values_list()))
            for model in tenant_models()
            if model._meta.label not in LOGS
        }


def approved(by: Account, other: Account) -> ErasureRun:
    run = whole.request(reason="利用の終了", by=by)
    return retention.decide(run=run.pk, approve=True, by=other)


@pytest.fixture
def asker(ise: object) -> Account:
    return staff("asker", ISE, Role.PROGRAMME)


@pytest.fixture
def approver(ise: object) -> Account:
    return staff("approver", ISE, Role.MANAGER)


@pytest.fixture
def nothing_held(own_rows: Rows) -> None:
    Hold.objects.all().delete()


def test_every_table_with_persons_is_emptied_or_kept_with_its_reason() -> None:
    emptied = {model._meta.label for model in emptying.emptied_tables()}
    ids_only = {label for label in PERSON_DATA if label not in emptied}
    assert {label.split(".")[0] for label in ids_only} <= {
        "protection", "trail", "retention", "sign_in", "intermediate",
    }  # fmt: skip
    known = {model._meta.label for model in apps.get_models()} | {
        each.label for each in apps.get_app_configs()
    }
    of_the_vault = {"numbers.Access", "numbers.DuplicateAlarm"}
    assert set(emptying.KEPT) - of_the_vault <= known
    assert all(emptying.KEPT.values())


def test_nothing_that_stays_points_at_what_goes() -> None:
    emptied = set(emptying.emptied_tables())
    for model in apps.get_models():
        if model not in emptied:
            assert not [f for f in model._meta.concrete_fields if f.related_model in emptied], model


def test_h21_all_of_one_city_goes_and_the_other_s_rows_stay_exactly(
    own_rows: Rows, foreign_rows: Rows, nothing_held: None, asker: Account, approver: Account,
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    settings.KEYS = settings.KEYS | {"folder": tmp_path / "keys"}
    monkeypatch.setattr(emptying, "STEP", 1)  # steps that end between rows that point at each other
    for city in (ISE, KOFU):
        (tmp_path / city / "lists").mkdir(parents=True)
        (tmp_path / city / "lists" / "1.zip").write_bytes(b"sealed")
    own = own_rows.of(apps.get_model("addressees.Addressee"))
    own_rows.another(type(own), merged_into=own)
    SubjectKey.objects.all().delete()
    with acting_for(KOFU):
        SubjectKey.objects.all().delete()
        apps.get_model("keys.TenantKey").objects.all().delete()
    apps.get_model("keys.TenantKey").objects.all().delete()
    theirs = services.seal(b"theirs", municipality=KOFU, subject="file:1", context="t")
    ours = services.seal(b"ours", municipality=ISE, subject="file:1", context="t")
    before, had = rows_of(KOFU), rows_of(ISE)

    run = whole.execute(ISE, approved(asker, approver).pk)

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    after = rows_of(ISE)
    for model in emptying.emptied_tables():
        assert after[model._meta.label] == [], model
    now = rows_of(KOFU)
    # The root was changed, so the other city's wrapped key is another one; it opens the same.
    assert len(now.pop("keys.TenantKey")) == len(before.pop("keys.TenantKey")) == 1
    assert now == before
    assert services.open_sealed(theirs, municipality=KOFU, subject="file:1", context="t") == b"theirs"
    with pytest.raises(Exception, match="廃棄されている"):
        services.open_sealed(ours, municipality=ISE, subject="file:1", context="t")
    assert not (tmp_path / ISE).exists()
    assert (tmp_path / KOFU / "lists" / "1.zip").read_bytes() == b"sealed"

    said = signing.verified(run.receipt, typ=ordering.RECEIPT)
    gone = {m._meta.label: len(had[m._meta.label]) for m in emptying.emptied_tables()}
    assert said["rows"] == {label: count for label, count in gone.items() if count}
    assert (said["requested_by"], said["approved_by"]) == ("asker", "approver")
    assert signing.verified(said["keys_receipt"], typ=destruction.RECEIPT)["keys"] == 1
    record = ErasureRecord.objects.get(rule=WHOLE)
    assert record.rows == said["rows"]
    assert NAME not in str(said)
    assert not AuditEvent.objects.filter(detail__icontains="目印").exists()


def test_a_rerun_after_a_break_anywhere_counts_all_once(
    own_rows: Rows, nothing_held: None, asker: Account, approver: Account, settings: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    settings.KEYS = settings.KEYS | {"folder": tmp_path / "keys"}
    for city in (KOFU, ISE):  # rows that were filled in hold no key
        with acting_for(city):
            for table in ("keys.SubjectKey", "keys.TenantKey"):
                apps.get_model(table).objects.all().delete()
    had = {model._meta.label: model._base_manager.count() for model in emptying.emptied_tables()}
    pk, left = approved(asker, approver).pk, [0]
    real_step, real_complete = emptying._empty_step, destruction.complete

    def breaking(*arguments: Any) -> int:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return real_step(*arguments)

    monkeypatch.setattr(emptying, "_empty_step", breaking)
    for steps in (3, 7, 11):
        left[0] = steps
        with pytest.raises(KeyboardInterrupt):
            whole.execute(ISE, pk)
        assert ErasureRun.objects.get(pk=pk).state == RunState.APPROVED
    monkeypatch.setattr(emptying, "_empty_step", real_step)
    monkeypatch.setattr(destruction, "complete", lambda city: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        whole.execute(ISE, pk)
    monkeypatch.setattr(destruction, "complete", real_complete)
    run = whole.execute(ISE, pk)
    said = signing.verified(run.receipt, typ=ordering.RECEIPT)
    assert said["rows"] == {label: count for label, count in had.items() if count}
    assert whole.execute(ISE, pk).receipt == run.receipt


def test_it_takes_two_persons_and_nothing_held(
    own_rows: Rows, asker: Account, approver: Account, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with pytest.raises(retention.NotAllowed, match="保全"):
        whole.request(reason="利用の終了", by=asker)
    Hold.objects.all().delete()
    with pytest.raises(retention.NotAllowed, match="申請できません"):
        whole.request(reason="利用の終了", by=approver)
    with pytest.raises(retention.NotAllowed, match="理由"):
        whole.request(reason=" ", by=asker)
    run = whole.request(reason="利用の終了", by=asker)
    with pytest.raises(retention.NotAllowed, match="すでに"):
        whole.request(reason="利用の終了", by=asker)
    with pytest.raises(retention.NotAllowed, match="承認待ち"):
        whole.execute(ISE, run.pk)
    with pytest.raises(retention.NotAllowed, match="自分の申請"):
        retention.decide(run=run.pk, approve=True, by=asker)
    assert rows_of(ISE)["addressees.Addressee"]


def test_what_is_still_written_is_not_called_erased(
    own_rows: Rows, nothing_held: None, asker: Account, approver: Account, settings: Any, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    pk = approved(asker, approver).pk
    real = emptying._empty_table

    def all_but_persons(city: str, model: type[models.Model], *rest: Any) -> None:
        if model._meta.label not in ("addressees.Addressee", "eligibility.Stale"):
            real(city, model, *rest)

    monkeypatch.setattr(emptying, "_empty_table", all_but_persons)
    with pytest.raises(emptying.StillWrittenTo, match=r"addressees\.Addressee"):
        whole.execute(ISE, pk)
    assert ErasureRun.objects.get(pk=pk).state == RunState.APPROVED


def test_the_approver_reads_what_will_go_and_how_it_is_done(
    own_rows: Rows, nothing_held: None, asker: Account, approver: Account
) -> None:
    run = whole.request(reason="利用の終了", by=asker)
    client = signed_in(approver)
    page = client.get(f"/administration/retention/approvals/{run.pk}/").content.decode()
    assert "利用の終了" in page
    assert "暗号鍵が廃棄されます" in page
    assert approver.may(Action.RETENTION_APPROVE)
    done = client.post(
        f"/administration/retention/approvals/{run.pk}/decide/", {"decision": "approve"}, follow=True
    ).content.decode()
    assert f"--run {run.pk}" in done
    overview = signed_in(asker).get("/administration/retention/").content.decode()
    assert "市区町村のすべてのデータ" in overview
