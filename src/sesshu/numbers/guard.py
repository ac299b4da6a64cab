"""Who may call an operation, and the transaction that it runs in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest
from ninja.security import HttpBearer

from sesshu.kernel.number_scanner import contains_number
from sesshu.numbers import callers, oauth, refusals
from sesshu.numbers.callers import Caller
from sesshu.numbers.choices import Scope
from sesshu.numbers.schemas import Asked
from sesshu.protection.keys.roots import KeyTrouble, NotAuthentic
from sesshu.protection.keys.wrapping import KeyDestroyed
from sesshu.protection.services import UnknownMunicipality, ensure_municipality
from sesshu.protection.tenancy import acting_for

Answer = TypeVar("Answer")
_ATTEMPTS = 3


class Needs(HttpBearer):
    """An access token with this scope, shown over the connection of the certificate it is bound to."""

    openapi_description = "OAuth 2.0 client credentials (/oauth2/token), bound to the client certificate"

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> oauth.Access | None:
        access = oauth.access(token, oauth.certificate_thumbprint(request))
        if access is not None and self.scope not in access.scopes:
            raise refusals.not_allowed(f"このシステムには「{self.scope.label}」が許可されていません。")
        return access


def within(request: HttpRequest, asked: Asked, operation: str, act: Callable[[Caller], Answer]) -> Answer:
    """Run ``act`` for the municipality asked for. A refusal is recorded and its records are kept.

    Met in the midst of a change of keys, it runs again.

    :raises Refusal: what ``act`` raised, or when system, municipality or purpose do not go together.
    """
    access: oauth.Access = request.auth  # type: ignore[attr-defined]
    caller = _caller(access, asked)
    _examine(access, asked)
    for attempt in range(_ATTEMPTS):
        try:
            return _once(asked, caller, operation, act)
        except (NotAuthentic, KeyDestroyed):
            raise
        except KeyTrouble:
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError


def _caller(access: oauth.Access, asked: Asked) -> Caller:
    system = access.system
    return Caller(
        system.client, asked.actor, asked.terminal, asked.request_id, system.business, system.own_numbers
    )


def _once(asked: Asked, caller: Caller, operation: str, act: Callable[[Caller], Answer]) -> Answer:
    with acting_for(asked.municipality):
        try:
            return act(caller)
        except refusals.Refusal as refusal:
            callers.record(caller, operation, result=refusal.code[:20])
            refused = refusal
    raise refused


def _examine(access: oauth.Access, asked: Asked) -> None:
    if asked.municipality not in access.system.municipalities:
        raise refusals.not_allowed("このシステムには、この市区町村の個人番号の利用が許可されていません。")
    if contains_number((asked.actor, asked.terminal)):  # they stand in the log
        raise refusals.Refusal(422, "invalid", "actor または terminal に個人番号とみられる数字があります。")
    purpose: Any = getattr(asked, "purpose", None)
    if purpose is not None and purpose not in access.system.purposes:
        raise refusals.not_allowed("このシステムには、この目的での個人番号の利用が許可されていません。")
    try:
        ensure_municipality(asked.municipality)
    except UnknownMunicipality as error:
        raise refusals.Refusal(422, "municipality", str(error)) from None
