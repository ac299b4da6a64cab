"""Open an intermediate server's house (``python -m tests.journeys.opening_intermediate``): a network
that is played, a provision that waits for a person, one that was answered, and one that is 不開示.
"""

from __future__ import annotations

import os

ISE = "242039"


def main() -> None:
    os.environ |= {
        "SESSHU_INTERMEDIATE": ISE, "DJANGO_SETTINGS_MODULE": "sesshu.config.settings.intermediate_demo",
    }  # fmt: skip
    from sesshu.config import database

    database.prepare(database.intermediate(ISE))
    import django

    django.setup()
    exchange()


def exchange() -> None:
    import httpx
    from django.conf import settings

    from sesshu.intermediate import identity
    from sesshu.intermediate.tests import world
    from sesshu.protection.tenancy import acting_for
    from sesshu.protocol import envelopes, peers

    settings.EXCHANGE = settings.EXCHANGE | {"network": world.CORE}
    core = world.Core()
    other = world.Other(world.OTHER, world.OTHER_DOOR)
    core.others = {world.OTHER: other}
    for address, handle in ((world.CORE, core.handle), (world.OTHER_DOOR, other.handle)):
        peers.transports[address] = httpx.MockTransport(handle)
    with acting_for(ISE):
        identity.trust_core(envelopes.public(core.key))
    world.refresh(core)
    world.get_codes(core, 1, 2, 3)
    world.put_replicas(*((n, f"dose-{n}", world.record(lot=f"LOT-{n}")) for n in (1, 2, 3)))
    flags = {1: (True, False), 3: (False, True)}
    world.from_numbers(
        "/dbm/flags",
        flags=[
            {"integrated_number": world.number(n), "information": None, "no_auto_reply": waits,
             "nondisclosure": hidden}
            for n, (waits, hidden) in flags.items()
        ],
    )  # fmt: skip
    core.post("/network/permits", [core.signed(core.permit(code=world.code(n))) for n in (1, 2, 3)])
    world.inquire(world.inquiry(2, "journey-1"))
    world.dispatch()


if __name__ == "__main__":
    main()
