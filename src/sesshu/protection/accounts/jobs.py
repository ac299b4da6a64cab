"""Once an hour, note which reviews ran out; their rights count no more whether or not this runs."""

from __future__ import annotations

from procrastinate.contrib.django import app

from sesshu.protection.accounts import review
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for


@app.periodic(cron="7 * * * *")
@app.task(name="sesshu.protection.accounts.lock_overdue", queueing_lock="accounts-review")
def lock_overdue(timestamp: int) -> None:
    """For every city of the installation."""
    for code in Municipality.objects.values_list("code", flat=True):
        with acting_for(code):
            review.lock_overdue()
