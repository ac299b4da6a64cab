"""Asking a witness over HTTP for its signature (C2SP tlog-witness); never inside an act's transaction."""

from __future__ import annotations

import httpx

from sesshu.kernel import clock
from sesshu.protection.tenancy import acting_for
from sesshu.protection.trail import checkpoints
from sesshu.protection.trail.models import Witness
from sesshu.protection.trail.notes import BadNote

_TIMEOUT = 10.0  # seconds
_PATH = "/add-checkpoint"


class NotSigned(Exception):
    """The witness gave no signature; the message says in Japanese why."""


def ask_all(municipality_code: str, client: httpx.Client | None = None) -> list[str]:
    """Ask every active witness that has an address to sign the newest checkpoint; what went wrong."""
    with acting_for(municipality_code):
        asked = list(
            Witness.objects.filter(municipality_code=municipality_code, is_active=True).exclude(url="")
        )
    failures = []
    for witness in asked:
        failure = ""
        try:
            ask(municipality_code, witness, client)
        except NotSigned as error:
            failure = str(error)
            failures.append(f"{witness.body}: {failure}")
        with acting_for(municipality_code):
            Witness.objects.filter(pk=witness.pk).update(asked_at=clock.now(), failure=failure[:200])
    return failures


def ask(municipality_code: str, witness: Witness, client: httpx.Client | None = None) -> None:
    """Have the newest checkpoint signed; one signed already is not sent again.

    :raises NotSigned: when the witness refuses or does not answer.
    """
    with acting_for(municipality_code):
        newest = checkpoints.newest()
        old = checkpoints.last_seen_by(witness)
    if newest is None or newest.size == old:
        return
    answer = _sent(municipality_code, witness, old, client)
    with acting_for(municipality_code):
        try:
            checkpoints.keep_answer(newest, witness, answer)
        except BadNote as error:
            raise NotSigned(str(error)) from error


def _sent(municipality_code: str, witness: Witness, old: int, client: httpx.Client | None) -> str:
    status, text = _post(municipality_code, witness, old, client)
    if status == 409 and text.strip().isdecimal() and int(text) != old:
        # It has signed a later one whose answer we lost; or it has seen a log that was not this one.
        status, text = _post(municipality_code, witness, int(text), client)
    if status == 200:
        return text
    if status in (409, 422):
        raise NotSigned(f"証人が前に見た記録の続きではないため、署名を断られました（{text.strip()[:80]}）。")
    raise NotSigned(f"証人が署名しませんでした（{status} {text.strip()[:80]}）。")


def _post(municipality_code: str, witness: Witness, old: int, client: httpx.Client | None) -> tuple[int, str]:
    with acting_for(municipality_code):
        newest = checkpoints.newest()
        assert newest is not None
        try:
            request = checkpoints.request_for(newest, old)
        except ValueError as error:
            raise NotSigned(str(error)) from error
    try:
        with client or httpx.Client(timeout=_TIMEOUT, trust_env=False) as door:
            answer = door.post(witness.url.rstrip("/") + _PATH, content=str(request).encode())
    except httpx.HTTPError as error:
        raise NotSigned(f"証人に届きません（{type(error).__name__}）。") from error
    return answer.status_code, answer.text
