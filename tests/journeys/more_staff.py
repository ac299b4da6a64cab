"""Two members of staff more (``python -m tests.journeys.more_staff``): one at the counter, one approver."""

from __future__ import annotations

import secrets


def main() -> None:
    import django

    django.setup()
    from sesshu.protection.roles import Role
    from sesshu.protection.services import ensure_municipality, open_account

    for login, name, role in (
        ("counter-1", "窓口 花子", Role.COUNTER),
        ("manager-2", "承認 次郎", Role.MANAGER),
    ):
        open_account(
            login=login, name=name, municipality=ensure_municipality("242039"), roles=[role],
            password=secrets.token_urlsafe(24),
        )  # fmt: skip


if __name__ == "__main__":
    main()
