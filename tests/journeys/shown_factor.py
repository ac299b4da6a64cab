"""All who are signed in have shown their second factor just now (``python -m tests.journeys.shown_factor``).

A journey that is about something else does not go through the authenticator for each sensitive act.
"""

from __future__ import annotations


def main() -> None:
    from sesshu.config import database

    database.prepare()
    import django

    django.setup()
    from importlib import import_module

    from django.conf import settings
    from django.contrib.sessions.models import Session

    from sesshu.kernel import clock

    store = import_module(settings.SESSION_ENGINE).SessionStore
    for key in Session.objects.values_list("session_key", flat=True):
        session = store(key)
        session["factor_shown_at"] = clock.now().isoformat()
        session.save()


if __name__ == "__main__":
    main()
