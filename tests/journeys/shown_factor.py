"""All who are signed in have shown their second factor just now, or MINUTES ago
(``python -m tests.journeys.shown_factor [MINUTES]``).

A journey that is about something else does not go through the authenticator for each sensitive act.
"""

from __future__ import annotations

import sys


def main(minutes: int = 0) -> None:
    from sesshu.config import database

    database.prepare()
    import django

    django.setup()
    from datetime import timedelta

    from sesshu.kernel import clock
    from sesshu.protection.sign_in.models import Session
    from sesshu.protection.sign_in.sessions import SessionStore

    store, shown = SessionStore(), clock.now() - timedelta(minutes=minutes)
    for row in Session.objects.exclude(account_id=None):
        data = store.decode(row.session_data) | {"factor_shown_at": shown.isoformat()}
        row.session_data = store.encode(data)
        row.save()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
