"""One row of any table, filled by what its fields allow: the inventory walks tables that it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models

from sesshu.kernel import clock
from sesshu.protection.models import Account, Municipality
from sesshu.protection.tenancy import TenantModel

HOUSE = "sesshu."
_numbers = count(1)


def house_models() -> Iterator[type[models.Model]]:
    """Every table of the house."""
    return (model for model in apps.get_models() if model.__module__.startswith(HOUSE))


def tenant_models() -> tuple[type[models.Model], ...]:
    """Those whose rows belong to one municipality."""
    return tuple(model for model in house_models() if issubclass(model, TenantModel))


class Rows:
    """Makes rows that hang together: each table's first row serves as the target of foreign keys."""

    def __init__(self, account: Account, **known: Any) -> None:
        self.account = account
        self.made: dict[type[models.Model], models.Model] = {}
        self.known = known

    def of(self, model: type[models.Model]) -> models.Model:
        """The table's row, made on first asking with those it points at."""
        if model is Account:
            return self.account
        if model is Municipality:
            return self.account.municipality
        if model not in self.made:
            self.made[model] = self.another(model)
        return self.made[model]

    def another(self, model: type[models.Model], **given: Any) -> models.Model:
        """One row more."""
        number = next(_numbers)
        values = {
            field.name: self._value(field, number)
            for field in model._meta.concrete_fields
            if field.name not in given and self._is_needed(field)
        }
        fields = {field.name for field in model._meta.concrete_fields}
        own = {
            name: value(number) if callable(value) else value
            for name, value in self._known(model).items()
            if name in fields  # another room's table may have the same name
        }
        row = model(**(values | own | given))
        row.save(force_insert=True)
        return row

    def _known(self, model: type[models.Model]) -> dict[str, Any]:
        """What is given for the table; where two rooms call one alike, by its label."""
        return self.known.get(model._meta.label, self.known.get(model.__name__, {}))

    def _is_needed(self, field: models.Field[Any, Any]) -> bool:
        if field.auto_created or field.name == "municipality_code":
            return False
        return not field.null and (field.is_relation or not field.has_default())

    def _value(self, field: models.Field[Any, Any], number: int) -> Any:
        if isinstance(field, models.ForeignKey):
            return self.of(field.related_model)  # type: ignore[arg-type]
        if field.choices:
            return next(value for value, _ in field.flatchoices)
        for kind, value in (
            (models.BooleanField, False),
            (models.BinaryField, b"v"),
            (models.DateTimeField, clock.now()),
            (models.DateField, date(2026, 4, 1)),
            (models.DecimalField, Decimal("0.5")),
            (models.SmallIntegerField, number % 30_000),
            (models.IntegerField, number),
            (models.BinaryField, number.to_bytes(32)),
            (models.JSONField, {}),
            (models.BinaryField, number.to_bytes(32)),
            (ArrayField, []),
        ):
            if isinstance(field, kind):
                return value
        # A letter keeps joined values, such as an address, from looking like an Individual Number.
        return f"{number}" if (field.max_length or 99) < 8 else f"v{number}"
