"""Migration operation that puts a tenant table under FORCE ROW LEVEL SECURITY."""

from __future__ import annotations

from django.conf import settings
from django.db import migrations

from sesshu.protection.tenancy import SETTING

_PROTECT = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS own_municipality ON {table};
CREATE POLICY own_municipality ON {table}
    USING (municipality_code = current_setting('{setting}', true))
    WITH CHECK (municipality_code = current_setting('{setting}', true));
"""
_RELEASE = """
DROP POLICY own_municipality ON {table};
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
"""


class Protect(migrations.RunSQL):
    """``Protect("ledger_dose", …)`` in the migration that makes these tables."""

    def __init__(self, *tables: str) -> None:
        self.tables = tables
        super().__init__(
            "".join(_PROTECT.format(table=table, setting=SETTING) for table in tables),
            "".join(_RELEASE.format(table=table) for table in tables),
        )

    def deconstruct(self) -> tuple[str, list[str], dict[str, object]]:
        return (self.__class__.__name__, list(self.tables), {})


class AppendOnly(migrations.RunSQL):
    """``AppendOnly("protection_auditevent")``: this system's application role may add rows and read them,
    and neither change nor remove one. ``may_change=True`` forbids removal only."""

    def __init__(self, *tables: str, may_change: bool = False) -> None:
        self.tables, self.may_change = tables, may_change
        role, rights = settings.APPLICATION_ROLE, "DELETE" if may_change else "UPDATE, DELETE"
        super().__init__(
            [f"REVOKE {rights}, TRUNCATE ON {table} FROM {role}" for table in tables],
            [f"GRANT {rights} ON {table} TO {role}" for table in tables],
        )

    def deconstruct(self) -> tuple[str, list[str], dict[str, object]]:
        return (self.__class__.__name__, list(self.tables), {"may_change": self.may_change})
