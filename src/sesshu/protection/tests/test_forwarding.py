"""S05, ASVS V16.4.3: committed events of the audit log go on to another system, without whom they concern."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from sesshu.protection import audit
from sesshu.protection.tenancy import acting_for

ISE = "242039"


@pytest.fixture
def forwarding(settings: Any, caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    settings.AUDIT_TO_LOG = True
    caplog.set_level("INFO", "sesshu.audit")
    return caplog


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """What runs once the transaction is committed."""
    return django_capture_on_commit_callbacks


def told(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [each.event for each in caplog.records if each.name == "sesshu.audit"]  # type: ignore[attr-defined]


def test_a_committed_event_is_told_without_its_persons(ise: object, forwarding: Any, committed: Any) -> None:
    with committed(execute=True), acting_for(ISE):
        event = audit.record(
            "sign-in", by=None, subjects=[77_001, 77_002], detail={"why": "password"}, result="refused"
        )
        assert told(forwarding) == []
    (one,) = told(forwarding)
    assert one == {
        "number": event.pk, "at": event.at.isoformat(), "municipality": ISE, "account": None,
        "actor": "command-line", "terminal": "", "action": "sign-in", "purpose": "", "count": 2,
        "result": "refused",
    }  # fmt: skip
    assert "77001" not in str(one)


def test_what_is_rolled_back_is_not_told(ise: object, forwarding: Any, committed: Any) -> None:
    with committed(execute=True), acting_for(ISE), transaction.atomic():
        audit.record("sign-out", by=None)
        transaction.set_rollback(True)
    assert told(forwarding) == []


def test_a_log_that_fails_undoes_nothing(
    ise: object, forwarding: Any, committed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sesshu.protection import forwarding as module
    from sesshu.protection.models import AuditEvent

    def full(*arguments: object, **values: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(module._log, "info", full)
    with committed(execute=True), acting_for(ISE):
        audit.record("sign-out", by=None)
    with acting_for(ISE):
        assert AuditEvent.objects.filter(action="sign-out").count() == 1


def test_nothing_is_told_where_it_is_not_wanted(
    ise: object, forwarding: Any, committed: Any, settings: Any
) -> None:
    settings.AUDIT_TO_LOG = False
    with committed(execute=True), acting_for(ISE):
        audit.record("sign-out", by=None)
    assert told(forwarding) == []
