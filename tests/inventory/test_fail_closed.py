"""S05: an act whose event cannot be written is not done, whoever calls it: screens, jobs, command line."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

import sesshu
from sesshu.addressees import merging
from sesshu.addressees import services as addressees
from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.health.catalogue import services as catalogue
from sesshu.health.ledger import services as ledger
from sesshu.health.ledger.models import Dose, Screening
from sesshu.health.notices import services as notices
from sesshu.health.notices.models import Issue, PrintRun
from sesshu.health.providers import services as providers
from sesshu.health.providers.models import Provider
from sesshu.health.reporting import services as reporting
from sesshu.jobs import services as jobs
from sesshu.jobs.models import Job
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.trail import alerts, reviews
from sesshu.protection.trail import services as trail
from sesshu.protection.trail.models import Alert, Review, ReviewItem, Witness

from .rows import Rows
from .test_trail import _rows

SOURCES = Path(sesshu.__file__).parent
Command = Callable[[Rows, Any], object]
AT = {"at": clock.now()}
PERSON = {"name": "目印 二郎", "name_kana": "メジルシ ジロウ", "sex": "1", "birth_date": date(2024, 1, 1)}


def _of(rows: Rows, model: type) -> Any:
    return rows.of(model)


COMMANDS: dict[str, Command] = {
    "register": lambda r, by: addressees.register_unregistered(by=by, at=clock.now(), values=PERSON),
    "telephone": lambda r, by: addressees.set_telephone(
        by=by, at=clock.now(), pk=_of(r, Addressee).pk, telephone="0596000000"
    ),
    "protect": lambda r, by: addressees.add_protective_measure(
        by=by, at=clock.now(), pk=_of(r, Addressee).pk, starts_on=date(2026, 11, 1), ends_on=None, reason="x"
    ),
    "merge": lambda r, by: merging.merge(
        winner=_of(r, Addressee).pk, loser=r.another(Addressee).pk, by=by, at=clock.now(), reason="x"
    ),
    "dose": lambda r, by: ledger.record_dose(
        addressee=_of(r, Addressee),
        vaccine="BCG",
        date=date(2025, 10, 10),
        by=by,
        at=clock.now(),
        confirmed=True,
    ),
    "void": lambda r, by: ledger.void(_of(r, Dose), reason="x", by=by, at=clock.now()),
    "void screening": lambda r, by: ledger.void(_of(r, Screening), reason="x", by=by, at=clock.now()),
    "provider": lambda r, by: providers.save_provider(code="24999", by=by, at=clock.now(), name="試験医院"),
    "doctor": lambda r, by: providers.add_doctor(provider=_of(r, Provider), name="医師 一", by=by),
    "lot": lambda r, by: catalogue.add_lot(
        product=_of(r, catalogue.Product), number="L-1", expires_on=None, by=by
    ),
    "notice": lambda r, by: notices.cancel(issue=_issued(r), reason="x", by=by, at=clock.now()),
    "run": lambda r, by: notices.cancel_run(run=_of(r, PrintRun), reason="x", by=by, at=clock.now()),
    "report": lambda r, by: reporting.keep_report(fiscal_year=2025, by=by),
    "job": lambda r, by: jobs.plan("trail.verify", by=by, payload={}),
    "cancel a job": lambda r, by: jobs.cancel(_of(r, Job), by=by),
    "witness": lambda r, by: trail.retire_witness(_of(r, Witness), by=by),
    "staff": lambda r, by: trail.set_staff_person(account=by, addressee_id=5, by=by),
    "rule": lambda r, by: alerts.set_rule(rule="walking", enabled=False, thresholds={}, by=by),
    "alert": lambda r, by: alerts.handle(_other_s(r, Alert), state="justified", note="task", by=_approver()),
    "review": lambda r, by: reviews.open_review(month=date(2026, 10, 1), by=by),
    "draw": lambda r, by: reviews.draw(_of(r, Review), by=by),
    "finding": lambda r, by: reviews.find(r.another(ReviewItem), finding="fine", note="task", by=_approver()),
}


def _issued(rows: Rows) -> Any:
    issue = rows.another(Issue)
    Issue.objects.filter(pk=issue.pk).update(state="issued")
    issue.refresh_from_db()
    return issue


def _other_s(rows: Rows, model: type) -> Any:
    return rows.of(model)


def _approver() -> Account:
    return Account.objects.exclude(login="ise-clerk").get(login="second")


@pytest.fixture
def second(ise: Any) -> Account:
    from .conftest import ISE, ORDINARY, staff

    return staff("second", ISE, *ORDINARY)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_without_its_event_changes_nothing(
    own_rows: Rows, second: Account, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, before = own_rows.account, {}
    # Rows that the command is prepared with are made inside the same savepoint and vanish with it.
    before = _rows()
    events = AuditEvent.objects.count()
    broken = audit._INSERT.replace("protection_auditevent", "no_such_table")
    monkeypatch.setattr(audit, "_INSERT", broken)
    with pytest.raises(audit.NotRecorded, match="操作記録を残せないため"), transaction.atomic():
        COMMANDS[name](own_rows, by)
    assert _rows() == before
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("name", COMMANDS)
def test_with_its_event_the_same_command_does_something(own_rows: Rows, second: Account, name: str) -> None:
    """Without this the test above would pass for commands that refuse whatever they are asked."""
    before, known = _rows(), set(AuditEvent.objects.values_list("pk", flat=True))
    COMMANDS[name](own_rows, own_rows.account)
    assert _rows() != before
    assert AuditEvent.objects.exclude(pk__in=known).exists()


# What takes any error, and why the act is not done all the same.
SWALLOWING = {
    "sesshu/jobs/tasks.py": "ends the job as failed and raises again",
    "sesshu/protection/trail/cli.py": "the rules read; they do nothing for anybody",
    "sesshu/health/inquiries/jobs.py": "one city's own transaction is gone; the next city's turn begins",
    "sesshu/health/replicas/jobs.py": "one city's own transaction is gone; the next city's begins",
    "sesshu/protection/trail/jobs.py": "one city's own transaction is gone; the next city's begins",
    "sesshu/health/reporting/services.py": "removes the unfinished file and raises again",
    "sesshu/intermediate/lanes.py": "one lane's own transaction is gone; the others go on",
    "sesshu/network/dispatcher.py": "one institution's own transaction is gone; the others' letters go on",
    "sesshu/numbers/exchange/media_sealing.py": "opens a ZIP; no database",
    "sesshu/schedule/checking/workbook.py": "reads a file; no database",
}


def test_nobody_swallows_the_refusal_of_the_log() -> None:
    found = set()
    for path in SOURCES.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and (
                node.type is None
                or ast.unparse(node.type)
                in {"Exception", "BaseException", "RuntimeError", "audit.NotRecorded"}
            ):
                found.add(str(path.relative_to(SOURCES.parent)))
    found -= {"sesshu/protection/trail/middleware.py"}  # undoes the request and says so
    assert found == set(SWALLOWING)


def test_no_row_of_a_city_is_written_outside_a_transaction(ise: Any) -> None:
    """The city is set for one transaction only: what is written was begun together with its event."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('sesshu.municipality')")
        assert cursor.fetchone() == ("242039",)
    assert connection.in_atomic_block
    assert ProtectiveMeasure._meta.get_field("municipality_code")
