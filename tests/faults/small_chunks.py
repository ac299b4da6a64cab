"""Refreshes a city's standings in chunks of a few: ``python -m tests.faults.small_chunks 242039 50``."""

import sys

import django


def main(code: str, chunk: str) -> None:
    django.setup()
    from sesshu.health.eligibility import engines, refreshing
    from sesshu.kernel import clock

    refreshing.CHUNK, engines.WORTH_COLUMNS = int(chunk), 0
    refreshing.refresh_city(code, by=None, at=clock.now(), on=clock.today())


if __name__ == "__main__":
    main(*sys.argv[1:])
