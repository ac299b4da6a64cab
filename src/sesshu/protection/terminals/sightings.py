"""When a terminal was last used: written at most once a minute, and never waited for."""

from __future__ import annotations

from datetime import timedelta

from sesshu.kernel import clock
from sesshu.protection.terminals import services
from sesshu.protection.terminals.models import Certificate, Sighting

EVERY = timedelta(minutes=1)


def note(certificate: Certificate) -> None:
    """The certificate was shown just now; its first showing ends the ones before it."""
    at, seen = clock.now(), certificate.sighting.at
    if seen is not None and at - seen < EVERY:
        return
    # Where another request of this terminal is writing the same minute, that is enough.
    free = Sighting.objects.select_for_update(skip_locked=True).filter(pk=certificate.pk)
    if Sighting.objects.filter(pk__in=free.values("pk")).update(at=at) and seen is None:
        services.supersede_older(certificate)
