"""Who handles 個人番号 and who does not, with codes to enrol (``python -m tests.journeys.number_staff``)."""

from __future__ import annotations

import json
import secrets

ISE = "242039"
OFFICER, COUNTER = "number-officer", "counter-2"


def main() -> None:
    import django

    django.setup()
    from sesshu.protection.roles import Role
    from sesshu.protection.services import ensure_municipality, open_account
    from sesshu.protection.sign_in import tickets
    from sesshu.protection.sign_in.choices import TicketKind
    from sesshu.protection.tenancy import acting_for

    codes, city = {}, ensure_municipality(ISE)
    for login, name, roles in (
        (OFFICER, "番号 春子", [Role.NUMBERS, Role.COUNTER]),
        (COUNTER, "窓口 夏子", [Role.COUNTER]),
    ):
        with acting_for(ISE):
            account = open_account(
                login=login, name=name, municipality=city, roles=roles, password=secrets.token_urlsafe(24)
            )
            _, codes[login] = tickets.issue(
                account=account, kind=TicketKind.FIRST, requested_by=None, approved_by=None
            )
    print(json.dumps(codes))


if __name__ == "__main__":
    main()
