"""What an extraction may be narrowed to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class Conditions:
    """All optional. The last two belong to reminders.

    ``closing_months``: also those whose statutory window closes within so many months, though the recommended
    period (標準的な接種期間) is not over. ``quiet_days``: nobody who was written to within so many days.
    """

    dose_number: int | None = None
    district: str = ""
    born_from: date | None = None
    born_to: date | None = None
    recommended_started: bool = False
    closing_months: int = 3
    quiet_days: int = 60

    def as_data(self) -> dict[str, Any]:
        """For a JSON field; :meth:`from_data` reads it back."""
        return {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Conditions:
        known = {name: data[name] for name in cls.__dataclass_fields__ if name in data}
        for name in ("born_from", "born_to"):
            known[name] = date.fromisoformat(data[name]) if data.get(name) else None
        return cls(**known)
