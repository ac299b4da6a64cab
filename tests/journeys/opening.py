"""Open the journeys' house: Ise at work, Kofu on its first day (``python -m tests.journeys.opening FOLDER``).

Kofu has its accounts and no resident yet: the first journey loads its files through the screens.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

RESIDENTS = 400
SEED = 1
ISE, KOFU = "242039", "192015"


def main(folder: Path) -> None:
    from sesshu.config import database

    database.prepare()
    import django

    django.setup()
    from django.conf import settings

    from sesshu.demo.installing import install
    from sesshu.protection.roles import Role
    from sesshu.protection.services import ensure_municipality, open_account

    password = settings.DEMO_PASSWORD
    install(
        municipality_code=ISE,
        login="demo-ise",
        password=password,
        residents=RESIDENTS,
        seed=SEED,
        folder=folder / ISE,
        tell=print,
    )
    open_account(
        login="demo-ise-security",
        name="情報セキュリティ責任者（デモ）",
        municipality=ensure_municipality(ISE),
        roles=[Role.SECURITY],
        password=password,
    )
    open_account(
        login="demo-kofu",
        name="予防接種担当（デモ）",
        municipality=ensure_municipality(KOFU),
        roles=[Role.PROGRAMME],
        password=password,
    )
    for login, name, role in (
        ("demo-engineer", "システム担当（デモ）", Role.SYSTEM),
        ("demo-manager", "承認者（デモ）", Role.MANAGER),
    ):
        open_account(
            login=login, name=name, municipality=ensure_municipality(ISE), roles=[role], password=password
        )
    # Whom the journey of accounts lets go; nobody else uses it.
    open_account(
        login="leaver",
        name="退職 予定",
        municipality=ensure_municipality(ISE),
        roles=[Role.COUNTER],
        password=password,
    )


if __name__ == "__main__":
    os.umask(0o077)
    main(Path(sys.argv[1]))
