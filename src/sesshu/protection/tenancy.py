"""One database serves many municipalities; a row belongs to one and is seen by no other.

PostgreSQL enforces it: every tenant table has FORCE ROW LEVEL SECURITY with a policy that compares
``municipality_code`` with the setting ``sesshu.municipality`` of the current transaction. Where the
setting is unset nothing is visible and nothing can be written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, models, transaction

SETTING = "sesshu.municipality"
_municipality: ContextVar[str | None] = ContextVar("municipality", default=None)


class NoTenant(RuntimeError):
    """Residents' data was asked for outside :func:`acting_for`."""


def current() -> str:
    """The municipality code acted for.

    :raises NoTenant: outside :func:`acting_for`.
    """
    code = _municipality.get()
    if code is None:
        raise NoTenant("処理する市区町村が定まっていません。")
    return code


def acting() -> str | None:
    """The municipality code acted for, or None outside :func:`acting_for`."""
    return _municipality.get()


@contextmanager
def acting_for(municipality_code: str) -> Iterator[None]:
    """One transaction in which only this municipality's rows exist."""
    before, outermost = _municipality.get(), not connection.in_atomic_block
    with transaction.atomic():
        _set(municipality_code)
        token = _municipality.set(municipality_code)
        try:
            yield
        finally:
            _municipality.reset(token)
        # An outer block of another municipality goes on in the same transaction; after an error the
        # savepoint's rollback has restored the setting already, and one that is to come will. The
        # transaction's own end takes the setting with it.
        if not outermost and not connection.needs_rollback:
            _set(before or "")


def _set(code: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, code])


class TenantModel(models.Model):
    """A row that belongs to one municipality."""

    municipality_code = models.CharField("市区町村コード", max_length=6, default=current, editable=False)

    class Meta:
        abstract = True
