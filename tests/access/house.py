"""What the tests of the door do inside its house, each in a process of its own, as an engineer would.

``python -m tests.access.house open FOLDER``: two cities, staff and terminals; certificates and their keys
and a signed-in session go to FOLDER. ``… lost T0002`` / ``… seen T0001``: the act on a terminal of Ise.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

ISE, KOFU = "242039", "192015"


def main(words: list[str]) -> None:
    from sesshu.config import database

    database.prepare()
    import django

    django.setup()
    {"open": _open, "lost": _lost, "seen": _seen, "hold": _hold}[words[0]](*words[1:])


def _open(folder: str) -> None:
    from sesshu.protection.tenancy import acting_for

    place = Path(folder)
    for city in (ISE, KOFU):
        staff = _staff(city)
        with acting_for(city):
            for name in ("counter", "spare"):
                _put(place / f"{city}-{name}.pem", *_registered(name, staff))
        (place / f"{city}.json").write_text(json.dumps({"session": _session(staff["system"])}))
    _put_others(place)


def _staff(city: str) -> dict[str, Any]:
    from sesshu.protection.roles import Role
    from sesshu.protection.services import ensure_municipality, open_account

    roles = (Role.SYSTEM, Role.MANAGER)
    return {
        str(role): open_account(
            login=f"{city}-{role}", name=f"職員 {role}", municipality=ensure_municipality(city),
            roles=[role], password="a long password for a test",
        )
        for role in roles
    }  # fmt: skip


def _registered(name: str, staff: dict[str, Any]) -> tuple[Any, Any]:
    from cryptography.hazmat.primitives.serialization import pkcs12

    from sesshu.protection.terminals import services
    from sesshu.protection.terminals.choices import Kind

    application = services.request_registration(
        name=name, place="1階", kind=Kind.COUNTER, section="健康課", by=staff["system"]
    )
    services.approve(application=application, by=staff["manager"])
    package = services.collect(application=application, by=staff["system"])
    key, certificate, _ = pkcs12.load_key_and_certificates(package.content, package.passphrase.encode())
    return key, certificate


def _put_others(place: Path) -> None:
    """Certificates that open nothing: expired, not in the register, of a door, of another authority."""
    from django.conf import settings

    from sesshu.kernel import clock
    from sesshu.protection import authority

    def issued(usage: Any = authority.CLIENT) -> tuple[Any, Any]:
        key = authority.new_key()
        return key, authority.issue(authority.Subject("T0001", ISE), key.public_key(), usage=usage)

    with clock.fixed(clock.now() - timedelta(days=400)):
        expired = issued()
    _put(place / "expired.pem", *expired)
    _put(place / "unregistered.pem", *issued())
    _put(place / "door.pem", *issued(authority.SERVER))
    settings.AUTHORITY_FOLDER = place / "other-authority"
    _put(place / "foreign.pem", *issued())


def _put(path: Path, key: Any, certificate: Any) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    from sesshu.protection import authority

    path.write_bytes(certificate.public_bytes(Encoding.PEM) + authority.key_bytes(key))


def _session(account: Any) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(account.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = account.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _terminal(identifier: str) -> Any:
    from sesshu.protection.terminals.models import Terminal

    return Terminal.objects.get(number=int(identifier[1:]))


def _lost(identifier: str) -> None:
    from sesshu.protection.models import Account
    from sesshu.protection.tenancy import acting_for
    from sesshu.protection.terminals import services

    by = Account.objects.get(login=f"{ISE}-manager")
    with acting_for(ISE):
        services.report_lost(terminal=_terminal(identifier), reason="会場に置き忘れ", by=by)


def _seen(identifier: str) -> None:
    from sesshu.protection.models import AuditEvent
    from sesshu.protection.tenancy import acting_for

    with acting_for(ISE):
        certificate = _terminal(identifier).certificates.get()
        refusals = AuditEvent.objects.filter(action="terminal.refused").order_by("pk")
        told = {
            "seen": certificate.sighting.at is not None,
            "refusals": [event.detail["reason"] for event in refusals],
        }
    print(json.dumps(told))


def _hold(identifier: str) -> None:
    """Hold the row of the last use, as a long request of the same terminal does, until told to let go."""
    from sesshu.protection.tenancy import acting_for
    from sesshu.protection.terminals.models import Sighting

    with acting_for(ISE):
        list(Sighting.objects.select_for_update().filter(certificate__terminal=_terminal(identifier)))
        print("held", flush=True)
        sys.stdin.readline()


if __name__ == "__main__":
    main(sys.argv[1:])
