"""Beside the vault's door: completes approved erasures and forgets old answers, once a minute."""

from __future__ import annotations

import logging
import os
import signal
import threading

_EVERY = 60.0  # seconds


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sesshu.config.settings.numbers"
    import django

    django.setup()
    from django.db import DatabaseError

    from sesshu.protection.keys.roots import KeyTrouble

    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    while not stopped.is_set():
        try:
            keep()
        except (DatabaseError, KeyTrouble) as error:  # the next round tries again
            # Its text may quote a row.
            logging.getLogger(__name__).error("keeping failed: %s", type(error).__name__)
        stopped.wait(_EVERY)


def keep() -> None:
    """One round."""
    from django.db import close_old_connections

    from sesshu.numbers import repeating
    from sesshu.protection.keys import destruction
    from sesshu.protection.models import Municipality
    from sesshu.protection.tenancy import acting_for

    close_old_connections()
    for code in Municipality.objects.values_list("code", flat=True):
        destruction.complete(code)
        with acting_for(code):
            repeating.forget_old()


if __name__ == "__main__":
    main()
