"""All who are signed in have shown their second factor just now (``python -m tests.journeys.shown_factor``).

A journey that is about something else does not go through the authenticator for each sensitive act.
"""

from __future__ import annotations


def main() -> None:
    from sesshu.config import database

    database.prepare()
    import django

    django.setup()
    from sesshu.kernel import clock
    from sesshu.protection.sign_in.models import Session
    from sesshu.protection.sign_in.sessions import SessionStore

    store = SessionStore()
    for row in Session.objects.exclude(account_id=None):
        data = store.decode(row.session_data) | {"factor_shown_at": clock.now().isoformat()}
        row.session_data = store.encode(data)
        row.save()


if __name__ == "__main__":
    main()
