"""Tells the numbers of a municipality's issues by state, once for each line on standard input."""

from __future__ import annotations

import sys

import django


def main(code: str) -> None:
    django.setup()
    from sesshu.health.notices.models import Issue
    from sesshu.protection.tenancy import acting_for

    for _ in sys.stdin:
        with acting_for(code):
            found = dict[str, list[str]]()
            for state, number in Issue.objects.values_list("state", "code"):
                found.setdefault(state, []).append(number)
        words = [f"{state}={','.join(found.get(state, []))}" for state in ("prepared", "issued")]
        print(*words, flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
