"""Prints a digest of a municipality's ledger: ``python -m tests.faults.ledger_state 242039``."""

import hashlib
import json
import sys

import django

COLUMNS = (
    "addressee__number",
    "programme",
    "date",
    "provider_name",
    "source_key",
    "source_digest",
    "voided_at",
    "questionnaire_code",
    "receipt_number",
)


def main(code):
    django.setup()
    from sesshu.health.ledger.models import Dose, Screening
    from sesshu.protection.models import AuditEvent
    from sesshu.protection.tenancy import acting_for

    with acting_for(code):
        rows = [
            sorted(map(str, model.objects.values_list(*COLUMNS, *more)))
            for model, more in ((Dose, ("vaccine", "lot_number", "volume_ml")), (Screening, ("reason",)))
        ]
        events = AuditEvent.objects.filter(action="results.import").count()
    state = {"rows": sum(map(len, rows)), "digest": hashlib.sha256(repr(rows).encode()).hexdigest()}
    print(json.dumps(state | {"events": events}))


if __name__ == "__main__":
    main(sys.argv[1])
