"""The list and the directory are fetched from the core, and believed when it signed them."""

from __future__ import annotations

import logging

from sesshu.intermediate import doors, network_copies, outbox, place
from sesshu.intermediate.identity import NotSetUp
from sesshu.protection import audit
from sesshu.protection.tenancy import acting_for
from sesshu.protocol.envelopes import BadEnvelope
from sesshu.protocol.peers import Refused, Unreachable
from sesshu.protocol.points import reach

_log = logging.getLogger(__name__)


def refresh() -> bool:
    """Fetch both; whether it went well. Nothing that happens at the other side is raised."""
    code = place.municipality()
    try:
        listing = doors.post(outbox.CORE, "/v1/list", {})["list"]
        directory = doors.post(outbox.CORE, "/v1/directory", {})["directory"]
        reach("refresh.fetched")
        with acting_for(code):
            _keep(str(listing), str(directory))
    except (Unreachable, Refused, NotSetUp, BadEnvelope, network_copies.Stale, KeyError, TypeError) as error:
        _log.warning("list and directory were not refreshed: %s", type(error).__name__)
        return False
    return True


def _keep(listing: str, directory: str) -> None:
    before, known = network_copies.permission_list(), network_copies.directory()
    version, institutions = network_copies.take_list(listing), network_copies.take_directory(directory)
    if before is None or before.version != version:
        audit.record("intermediate.list", by=None, actor="dispatcher", detail={"version": version})
    if network_copies.directory() is not known:
        audit.record(
            "intermediate.directory", by=None, actor="dispatcher", detail={"institutions": institutions}
        )
