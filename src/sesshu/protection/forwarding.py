"""Events of the audit log on their way to another system (ASVS V16.4.3), once they are committed.

Who did what kind of act where and with what result; never whom it concerned, nor the act's detail: these
stay in the audit log, behind its rights. ``settings.AUDIT_TO_LOG`` switches it on, the text log carries it.
"""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import transaction

from sesshu.protection.models import AuditEvent

_log = logging.getLogger("sesshu.audit")


def after_commit(event: AuditEvent) -> None:
    """Tell the event when the transaction that holds it is committed; a log that fails undoes nothing."""
    if settings.AUDIT_TO_LOG:
        said = _said(event)
        transaction.on_commit(lambda: _tell(said), robust=True)


def _said(event: AuditEvent) -> dict[str, Any]:
    return {
        "number": event.pk,
        "at": event.at.isoformat(),
        "municipality": event.municipality_code,
        "account": event.account_id,
        "actor": event.actor,
        "terminal": event.terminal,
        "action": event.action,
        "purpose": event.purpose,
        "count": event.count,
        "result": event.result,
    }


def _tell(said: dict[str, Any]) -> None:
    _log.info("audit %s %s", said["action"], said["result"], extra={"event": said})
