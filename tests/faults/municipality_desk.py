"""A city's two persons, and what is left of it: ``python -m tests.faults.municipality_desk hire CODE``."""

import hashlib
import json
import sys

import django


def hire(code):
    """Who asks and who approves."""
    from sesshu.protection.roles import Role
    from sesshu.protection.services import ensure_municipality, open_account
    from sesshu.protection.tenancy import acting_for

    city = ensure_municipality(code)
    with acting_for(code):
        for login, role in (("asker", Role.PROGRAMME), ("approver", Role.MANAGER)):
            open_account(login=login, name="試験", municipality=city, roles=[role], password="p" * 20)
    return {}


def approve(code, run):
    """The approver's decision, as the screen makes it."""
    from sesshu.protection.models import Account
    from sesshu.protection.retention import services
    from sesshu.protection.tenancy import acting_for

    with acting_for(code):
        services.decide(run=int(run), approve=True, by=Account.objects.get(login="approver"))
    return {}


def state(code):
    """Rows by table, a digest of each table, and the counts that the log tells."""
    from sesshu.protection.keys import emptying
    from sesshu.protection.tenancy import acting_for

    with acting_for(code):
        rows = {
            model._meta.label: sorted(map(repr, model._base_manager.values_list()))
            for model in emptying.emptied_tables()
        }
    counts = {label: len(found) for label, found in rows.items() if found}
    return {"rows": counts, "digest": hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest()}


def main(what, *words):
    django.setup()
    print(json.dumps({"hire": hire, "approve": approve, "state": state}[what](*words)))


if __name__ == "__main__":
    main(*sys.argv[1:])
