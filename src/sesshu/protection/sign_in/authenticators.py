"""The second factor: WebAuthn ceremonies of allauth, with user verification required and counters compared.

W3C Web Authentication Level 3, §7.1 (registering) and §7.2 (asserting). allauth and fido2 check challenge,
origin, relying party, signature and, because the request asks for it, the flag of user verification. This
module checks that flag once more by itself, so that no setting can loosen it, uses each challenge only once,
and compares the signature counter (§7.2 step 22), which neither of them does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from sesshu.kernel import clock
from sesshu.protection.models import Account

_COUNT = "sign_count"
_SMALL = re.compile(r"-?[0-9]{1,5}")
_LONGEST = 20_000  # characters; an authenticator's answer has about two thousand


class FactorRefused(ValueError):
    """The authenticator's answer was not accepted. ``why`` is for the log, the text for the person."""

    def __init__(self, why: str) -> None:
        super().__init__(_WORDS.get(why, _WORDS["wrong"]))
        self.why = why


_WORDS = {
    "wrong": "認証器を確かめられませんでした。登録した認証器で、もう一度お試しください。",
    "unreadable": "認証器からの応答を読み取れませんでした。もう一度お試しください。",
    "late": "時間が経ったため受け付けられませんでした。もう一度お試しください。",
    "user-not-verified": "この機器は本人の確認（指紋・顔・暗証番号）をしていないため使えません。"
    "本人の確認ができる認証器をお使いください。",
    "counter": "この認証器は、複製されたおそれがあるため受け付けませんでした。"
    "情報セキュリティ責任者に連絡し、認証器を登録し直してください。",
    "taken": "この認証器は、すでに登録されています。",
}


def of(account: Account) -> QuerySet[Authenticator]:
    """The authenticators of an account, the oldest first."""
    return Authenticator.objects.filter(  # type: ignore[no-any-return]
        user_id=account.pk, type=Authenticator.Type.WEBAUTHN
    ).order_by("created_at", "pk")


def begin_registration(request: HttpRequest, account: Account) -> str:
    """The options for ``navigator.credentials.create``, as JSON."""
    with context.request_context(request):
        return json.dumps(auth.begin_registration(account, passwordless=False))


def begin_assertion(request: HttpRequest, account: Account) -> str:
    """The options for ``navigator.credentials.get``, as JSON."""
    with context.request_context(request):
        return json.dumps(auth.begin_authentication(account))


def register(request: HttpRequest, account: Account, *, name: str, answer: str) -> Authenticator:
    """Add the authenticator that answered to :func:`begin_registration`.

    :raises FactorRefused: when the answer is not of this ceremony or its user was not verified.
    """
    credential = _read(answer)
    with context.request_context(request):
        data = _ceremony(lambda: auth.parse_registration_response(credential)).response.attestation_object
        _needs_verified_user(data.auth_data)
        _ceremony(lambda: auth.complete_registration(credential))
        _is_new(account, data.auth_data.credential_data.credential_id)
    made: Authenticator = auth.WebAuthn.add(account, name.strip(), credential).instance
    made.data[_COUNT] = data.auth_data.counter
    made.created_at = clock.now()
    made.save()
    return made


def assert_shown(request: HttpRequest, account: Account, *, answer: str) -> Authenticator:
    """The account's authenticator that answered to :func:`begin_assertion`.

    :raises FactorRefused: when it is none of them, its user was not verified or its counter went back.
    """
    credential = _read(answer)
    with context.request_context(request):
        data = _ceremony(lambda: auth.parse_authentication_response(credential)).response.authenticator_data
        _needs_verified_user(data)
        shown = _ceremony(lambda: auth.complete_authentication(account, credential))
    return _count_on(shown, data.counter)


def forget_challenge(request: HttpRequest) -> None:
    """A challenge is good for one answer, whether right or wrong."""
    request.session.pop(auth.STATE_SESSION_KEY, None)


@transaction.atomic
def _count_on(shown: Authenticator, counter: int) -> Authenticator:
    row: Authenticator = Authenticator.objects.select_for_update().get(pk=shown.pk)
    known = int(row.data.get(_COUNT, 0))
    if (counter or known) and counter <= known:
        raise FactorRefused("counter")
    row.data[_COUNT] = counter
    row.last_used_at = clock.now()
    row.save()
    return row


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > _LONGEST:
        raise FactorRefused("unreadable")
    try:
        read = json.loads(answer, parse_int=_small, parse_float=_small, parse_constant=_small)
    except ValueError:
        raise FactorRefused("unreadable") from None
    if not isinstance(read, dict):
        raise FactorRefused("unreadable")
    return read


def _small(number: str) -> int:
    """An algorithm's number; a parser that took a large one for a length would fill the memory."""
    if not _SMALL.fullmatch(number):
        raise ValueError(number)
    return int(number)


def _needs_verified_user(data: Any) -> None:
    if not data.is_user_verified():
        raise FactorRefused("user-not-verified")


def _is_new(account: Account, identity: bytes) -> None:
    if auth.get_authenticator_by_credential_id(account, identity) is not None:
        raise FactorRefused("taken")


def _ceremony(step: Callable[[], Any]) -> Any:
    try:
        return step()
    except ValidationError:
        raise FactorRefused("wrong") from None
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        AssertionError,
        OverflowError,
    ) as error:
        # Whatever a made-up answer breaks in the parser: it is no answer of an authenticator.
        raise FactorRefused("unreadable") from error
