"""A dose as the 副本 holds it: the items of 予防接種法施行規則4条1項 (docs/formats/exchange.md)."""

from __future__ import annotations

from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.ledger.models import Dose
from sesshu.protocol.codes import VACCINATION

INFORMATION = VACCINATION
Content = dict[str, str | None]


def content_of(dose: Dose) -> Content:
    """Every value as text, None where nothing is known; ``administered_on`` as an ISO date."""
    known = catalogue.national_programme(dose.programme)
    return {
        "programme": dose.programme,
        "disease": known.name if known else None,
        "dose_number": str(dose.reported_dose_number) if dose.reported_dose_number else None,
        "administered_on": dose.date.isoformat(),
        "vaccine": dose.vaccine,
        "manufacturer": dose.maker or None,
        "lot": dose.lot_number or None,
        "volume_ml": str(dose.volume_ml) if dose.volume_ml is not None else None,
        "route": dose.route or None,
        "site": dose.site or None,
        "provider": dose.provider_name or None,
        "doctor": dose.doctor or None,
        "legal_class": known.category if known else None,
        "note": None,
    }
