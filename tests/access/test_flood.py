"""A flood of refusals is counted and not lost, and does not fill the log (S05)."""

from __future__ import annotations

from datetime import timedelta

from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent
from sesshu.protection.trail import refusals
from sesshu.protection.trail.models import RefusalCount
from sesshu.protection.trail.refusals import EACH
from tests.inventory.conftest import ISE, ORDINARY, TODAY, signed_in, staff


def test_a_flood_of_refusals_is_counted_and_not_lost(ise: object) -> None:
    with clock.fixed(TODAY):
        client = signed_in(staff("flood", ISE, *ORDINARY))
        for _ in range(EACH + 30):
            client.get("/no/such/page/")
        assert AuditEvent.objects.filter(action="access.refused").count() == EACH
        later = clock.now() + timedelta(minutes=5)
    with clock.fixed(later):
        assert refusals.flush(ISE) == 30
        assert refusals.flush(ISE) == 0
    assert AuditEvent.objects.get(action="access.refused-more").detail["more"] == 30
    assert not RefusalCount.objects.exists()
