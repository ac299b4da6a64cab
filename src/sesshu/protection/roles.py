"""Roles as sets of actions, least privilege first."""

from __future__ import annotations

from django.db import models

from sesshu.protection.actions import Action as A
from sesshu.protection.purposes import Purpose as P

_COUNTER = frozenset(
    {A.ADDRESSEE_SEARCH, A.ADDRESSEE_READ, A.LEDGER_READ, A.LEDGER_WRITE, A.NOTICES_PRINT,
     A.CATALOGUE_READ, A.JOBS_READ}
)  # fmt: skip
_PROGRAMME = _COUNTER | {
    A.ADDRESSEE_WRITE, A.ADDRESSEE_IMPORT, A.ADDRESSEE_MERGE, A.RESULTS_IMPORT, A.TARGETS_EXTRACT,
    A.LISTS_EXPORT, A.REPORT_READ, A.REPORT_KEEP, A.CATALOGUE_WRITE, A.TAKING_OUT_REQUEST,
    A.RETENTION_REQUEST, A.EXCHANGE_DECIDE, A.EXCHANGE_FLAGS,
}  # fmt: skip


class Role(models.TextChoices):
    """A role never gathers what two persons must do: who asks and who approves hold different ones."""

    COUNTER = "counter", "窓口"
    PROGRAMME = "programme", "予防接種担当"
    ACCOUNTING = "accounting", "請求・支払担当"
    PROTECTED = "protected", "支援措置対象者の閲覧"
    NUMBERS = "numbers", "個人番号利用事務"
    STATISTICS = "statistics", "統計"
    SYSTEM = "system", "システム管理"
    MANAGER = "manager", "承認者（所属長）"
    SECURITY = "security", "情報セキュリティ責任者"
    AUDITOR = "auditor", "監査"
    EXCHANGE_DESK = "exchange-desk", "情報連携担当"
    EXCHANGE_DECIDER = "exchange-decider", "提供の決定者"
    EXCHANGE_RECORDS = "exchange-records", "情報提供等記録担当"
    EXCHANGE_OPERATOR = "exchange-operator", "中間サーバー運用"

    @property
    def actions(self) -> frozenset[str]:
        """The actions that this role allows."""
        return _ACTIONS[self]

    @property
    def purposes(self) -> frozenset[str]:
        """The purposes for which one in this role may open a person, where its actions let it."""
        return _PURPOSES.get(self, frozenset())


_ACTIONS: dict[Role, frozenset[str]] = {
    Role.COUNTER: _COUNTER,
    Role.PROGRAMME: frozenset(_PROGRAMME),
    Role.ACCOUNTING: frozenset(
        {A.ADDRESSEE_SEARCH, A.ADDRESSEE_READ, A.LEDGER_READ, A.CATALOGUE_READ, A.JOBS_READ, A.REPORT_READ}
    ),
    Role.PROTECTED: frozenset({A.PROTECTED_READ}),
    Role.NUMBERS: frozenset(
        {A.NUMBER_WRITE, A.NUMBER_SEARCH, A.NUMBER_REVEAL, A.EXCHANGE_INQUIRE, A.EXCHANGE_DECIDE,
         A.EXCHANGE_FLAGS}
    ),
    Role.STATISTICS: frozenset({A.REPORT_READ}),
    Role.SYSTEM: frozenset(
        {A.ACCOUNTS_READ, A.ACCOUNTS_REQUEST, A.TERMINALS_REQUEST, A.ROLES_WRITE, A.FACTORS_RECOVER,
         A.KEYS_MANAGE, A.JOBS_READ, A.TERMINALS_READ, A.TERMINALS_STOP}
    ),
    Role.MANAGER: frozenset(
        {A.ACCOUNTS_READ, A.ACCOUNTS_APPROVE, A.ACCOUNTS_REVIEW, A.TERMINALS_APPROVE, A.FACTORS_RECOVER,
         A.TAKING_OUT_APPROVE, A.RETENTION_APPROVE, A.TERMINALS_READ, A.TERMINALS_STOP}
    ),
    Role.SECURITY: frozenset(
        {A.AUDIT_READ, A.AUDIT_REVIEW, A.ACCOUNTS_READ, A.ACCOUNTS_REVIEW, A.MEDIA_WRITE,
         A.TERMINALS_READ, A.TERMINALS_STOP}
    ),
    Role.AUDITOR: frozenset({A.AUDIT_READ}),
    Role.EXCHANGE_DESK: frozenset(
        {A.INTERMEDIATE_INQUIRIES, A.INTERMEDIATE_PERSONS, A.INTERMEDIATE_PROVISIONS, A.INTERMEDIATE_CHECK,
         A.INTERMEDIATE_FLAGS, A.INTERMEDIATE_REPLICAS, A.INTERMEDIATE_LIST}
    ),
    Role.EXCHANGE_DECIDER: frozenset(
        {A.INTERMEDIATE_PERSONS, A.INTERMEDIATE_PROVISIONS, A.INTERMEDIATE_DECIDE, A.INTERMEDIATE_LIST}
    ),
    Role.EXCHANGE_RECORDS: frozenset(
        {A.INTERMEDIATE_INQUIRIES, A.INTERMEDIATE_PERSONS, A.INTERMEDIATE_RECORDS, A.INTERMEDIATE_CORRECT,
         A.INTERMEDIATE_DISCLOSE, A.INTERMEDIATE_LIST}
    ),
    Role.EXCHANGE_OPERATOR: frozenset(
        {A.INTERMEDIATE_INQUIRIES, A.INTERMEDIATE_REPLICAS, A.INTERMEDIATE_LIST, A.INTERMEDIATE_STATE,
         A.INTERMEDIATE_OPERATE, A.JOBS_READ, A.RETENTION_REQUEST}
    ),
}  # fmt: skip
# Of the roles those that have something to do in one system only; the rest administer any.
_ONLY_IN: dict[str, frozenset[Role]] = {
    "city": frozenset(
        {Role.COUNTER, Role.PROGRAMME, Role.ACCOUNTING, Role.PROTECTED, Role.NUMBERS, Role.STATISTICS}
    ),
    "intermediate": frozenset(
        {Role.EXCHANGE_DESK, Role.EXCHANGE_DECIDER, Role.EXCHANGE_RECORDS, Role.EXCHANGE_OPERATOR}
    ),
}


def roles_of(system: str) -> tuple[Role, ...]:
    """The roles that the staff web of a system offers (``settings.SYSTEM``)."""
    elsewhere = frozenset[Role]().union(*(held for name, held in _ONLY_IN.items() if name != system))
    return tuple(role for role in Role if role not in elsewhere)


_AT_THE_COUNTER = frozenset({P.COUNTER, P.TELEPHONE, P.RECORDING, P.NOTICES})
_PURPOSES: dict[Role, frozenset[str]] = {
    Role.COUNTER: _AT_THE_COUNTER,
    Role.PROGRAMME: frozenset(P) - {P.INSPECTION},
    Role.ACCOUNTING: frozenset({P.CLAIMS}),
    Role.NUMBERS: frozenset({P.EXCHANGE, P.UPKEEP}),
    Role.SECURITY: frozenset({P.INSPECTION}),
    Role.AUDITOR: frozenset({P.INSPECTION}),
    Role.EXCHANGE_DESK: frozenset({P.EXCHANGE}),
    Role.EXCHANGE_DECIDER: frozenset({P.EXCHANGE}),
    Role.EXCHANGE_RECORDS: frozenset({P.EXCHANGE, P.DISCLOSURE}),
}
