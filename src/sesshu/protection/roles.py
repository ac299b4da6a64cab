"""Roles as sets of actions, least privilege first."""

from __future__ import annotations

from django.db import models

from sesshu.protection.actions import Action as A

_COUNTER = frozenset(
    {A.ADDRESSEE_SEARCH, A.ADDRESSEE_READ, A.LEDGER_READ, A.LEDGER_WRITE, A.NOTICES_PRINT,
     A.CATALOGUE_READ, A.JOBS_READ}
)  # fmt: skip
_PROGRAMME = _COUNTER | {
    A.ADDRESSEE_WRITE, A.ADDRESSEE_IMPORT, A.ADDRESSEE_MERGE, A.RESULTS_IMPORT, A.TARGETS_EXTRACT,
    A.LISTS_EXPORT, A.REPORT_READ, A.REPORT_KEEP, A.CATALOGUE_WRITE,
}  # fmt: skip


class Role(models.TextChoices):
    COUNTER = "counter", "窓口"
    PROGRAMME = "programme", "予防接種担当"
    PROTECTED = "protected", "支援措置対象者の閲覧"
    STATISTICS = "statistics", "統計"
    AUDITOR = "auditor", "監査"

    @property
    def actions(self) -> frozenset[str]:
        """The actions that this role allows."""
        return _ACTIONS[self]


_ACTIONS: dict[Role, frozenset[str]] = {
    Role.COUNTER: _COUNTER,
    Role.PROGRAMME: frozenset(_PROGRAMME),
    Role.PROTECTED: frozenset({A.PROTECTED_READ}),
    Role.STATISTICS: frozenset({A.REPORT_READ}),
    Role.AUDITOR: frozenset({A.AUDIT_READ}),
}
