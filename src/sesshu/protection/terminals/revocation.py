"""The revocation list that the doors read at each handshake (RFC 5280 §5).

The rows decide, at every request; the list keeps a revoked terminal from getting as far as a request.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from sesshu.kernel import clock
from sesshu.protection import authority
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for
from sesshu.protection.terminals.models import Certificate

# A list is good for thirty days; it is written anew long before, should nothing be revoked.
_RENEWED_AFTER = timedelta(days=1)


def path() -> Path:
    """Where the list stands (PEM)."""
    return Path(settings.AUTHORITY_FOLDER) / "revoked.pem"


def current() -> Path:
    """The list's path; written anew when it is missing or more than a day old."""
    if not path().exists() or _age() > _RENEWED_AFTER:
        write()
    return path()


def write() -> None:
    """Write the list anew from the register of every municipality.

    Read under the lock, so that of two writers the later one knows what the earlier one knew.
    """
    with authority.locked("revoked"):
        authority.write_private(path(), authority.revocation_list(_revoked()))


def _revoked() -> Iterator[tuple[int, datetime]]:
    for code in Municipality.objects.values_list("code", flat=True).order_by("code"):
        with acting_for(code):
            rows = Certificate.objects.filter(revoked_at__isnull=False, ends_at__gt=clock.now())
            found = list(rows.order_by("pk").values_list("serial", "revoked_at"))
        for serial, moment in found:
            if moment is not None:
                yield int(serial, 16), moment


def _age() -> timedelta:
    # Of the file, not of the law: a day that was set for a demonstration does not age it.
    return timedelta(seconds=time.time() - path().stat().st_mtime)
