"""Beside the vault's door: erasures and old answers once a minute, 符号 every few seconds."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time

_EVERY, _ROUND = 60.0, 5.0  # seconds: of keeping, and of a look into the outbox of 符号


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "sesshu.config.settings.numbers"
    import django

    django.setup()
    from django.db import DatabaseError

    from sesshu.protection.keys.roots import KeyTrouble

    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    kept = -_EVERY
    while not stopped.is_set():
        try:
            if time.monotonic() - kept >= _EVERY:
                kept = time.monotonic()
                keep()
            exchange()
        except (DatabaseError, KeyTrouble) as error:  # the next round tries again
            # Its text may quote a row.
            logging.getLogger(__name__).error("keeping failed: %s", type(error).__name__)
        stopped.wait(_ROUND)


def keep() -> None:
    """One round."""
    from django.db import close_old_connections

    from sesshu.numbers import repeating
    from sesshu.numbers.integrated import attaching
    from sesshu.protection.keys import destruction
    from sesshu.protection.models import Municipality
    from sesshu.protection.tenancy import acting_for

    close_old_connections()
    for code in Municipality.objects.values_list("code", flat=True):
        destruction.complete(code)
        with acting_for(code):
            repeating.forget_old()
            attaching.attach()


def exchange() -> None:
    """What is due of 符号, of every municipality with an intermediate server."""
    from django.db import close_old_connections

    from sesshu.numbers.exchange import places, state
    from sesshu.protection.models import Municipality

    close_old_connections()
    wanted = Municipality.objects.filter(code__in=places.configured())
    for code in wanted.values_list("code", flat=True):
        state.run(code)


if __name__ == "__main__":
    main()
