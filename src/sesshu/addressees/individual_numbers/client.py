"""The vault's API as the city uses it: mutual TLS, a token of minutes, nothing kept and nothing logged.

A failure of the network is told apart from a refusal: a refusal's sentence is shown to the person.
"""

from __future__ import annotations

import logging
import secrets
import threading
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey

from sesshu.addressees.individual_numbers import credentials
from sesshu.kernel import clock
from sesshu.protocol import peers

_log = logging.getLogger(__name__)
_ISSUER = "urn:sesshu:numbers"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_LASTS = timedelta(seconds=60)
_EARLY = timedelta(seconds=30)


class Unreachable(RuntimeError):
    """The vault does not answer; nothing was changed there, or the same request may safely be sent again."""


class Refused(ValueError):
    """The vault said no. The text is for the person at the screen; ``code`` for the program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asking:
    """For whom the city asks. ``request_id`` stands in both systems' logs."""

    municipality: str
    actor: str
    terminal: str
    request_id: uuid.UUID

    def fields(self) -> dict[str, str]:
        return {
            "municipality": self.municipality,
            "actor": self.actor,
            "terminal": self.terminal,
            "request_id": str(self.request_id),
        }


class Vault:
    """Connections are kept open and shared by the threads of a process."""

    def __init__(self, address: str, *, timeout: float = 10.0) -> None:
        transport = peers.transports.get(address)
        self._http = httpx.Client(
            base_url=address,
            verify=credentials.context() if transport is None else True,
            transport=transport,
            timeout=timeout,
            follow_redirects=False,
            trust_env=False,
        )
        self._lock = threading.Lock()
        self._token, self._until = "", clock.now()

    def ask(self, path: str, asking: Asking, *, key: str = "", **fields: Any) -> Any:
        """POST one operation and give its answer.

        :param key: the Idempotency-Key of a write.
        :raises Unreachable: when there is no answer.
        :raises Refused: when the vault refuses.
        """
        body = asking.fields() | fields
        answer = self._post(path, body, key)
        if answer.status_code == 401:  # the token ended, or the vault was given new keys
            self._until = clock.now()
            answer = self._post(path, body, key)
        return _read(answer)

    def _post(self, path: str, body: dict[str, Any], key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._access()}"} | ({"Idempotency-Key": key} if key else {})
        try:
            return self._http.post(path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise _not_reached(error) from error

    def _access(self) -> str:
        with self._lock:
            if clock.now() >= self._until - _EARLY:
                self._token, self._until = self._granted()
            return self._token

    def _granted(self) -> tuple[str, Any]:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": _assertion(),
        }
        try:
            answer = self._http.post("/oauth2/token", data=form)
        except httpx.HTTPError as error:
            raise _not_reached(error) from error
        if answer.status_code != 200:
            raise Refused(
                "not_listed",
                "この市のシステムは個人番号システムへの接続を許可されていません。システム管理者に連絡してください。",
            )
        said = answer.json()
        return said["access_token"], clock.now() + timedelta(seconds=said["expires_in"])


_vaults: dict[str, Vault] = {}
_vaults_lock = threading.Lock()


def vault() -> Vault:
    """The installation's vault. :raises Unreachable: when none is set up."""
    address = settings.VAULT["address"]
    if not address:
        raise Unreachable("個人番号システムが設定されていません。システム管理者に連絡してください。")
    # Where the demo sign-in is on, which production refuses, a double on this machine may be spoken to.
    plain = settings.DEMO_SIGN_IN and address.startswith("http://127.0.0.1:")
    if not address.startswith("https://") and not plain:
        raise Unreachable(
            "個人番号システムのアドレスが https:// で始まっていません。システム管理者に連絡してください。"
        )
    with _vaults_lock:
        if address not in _vaults:
            _vaults[address] = Vault(address)
        return _vaults[address]


def _assertion() -> str:
    now = clock.now()
    claims = {
        "iss": credentials.CLIENT,
        "sub": credentials.CLIENT,
        "aud": _ISSUER,
        "iat": int(now.timestamp()),
        "exp": int((now + _ASSERTION_LASTS).timestamp()),
        "jti": secrets.token_urlsafe(16),
    }
    key = ECKey.import_key(credentials.key_path().read_bytes())
    return jwt.encode({"alg": "ES256"}, claims, key, algorithms=["ES256"])


def _read(answer: httpx.Response) -> Any:
    if answer.status_code == 200:
        return answer.json()
    try:
        said = answer.json()
        code, message = str(said["error"]), str(said["message"])
    except (ValueError, KeyError, TypeError):
        raise Unreachable(_away()) from None
    if answer.status_code >= 500:
        raise Unreachable(message)
    raise Refused(code, message)


def _not_reached(error: httpx.HTTPError) -> Unreachable:
    # Kinds alone: the text of an error may quote what was sent.
    kinds: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        kinds.append(str(getattr(cause, "reason", "") or type(cause).__name__))
        cause = cause.__cause__ or cause.__context__
    _log.error("the vault cannot be reached: %s", ", ".join(kinds))
    return Unreachable(_away())


def _away() -> str:
    return (
        "個人番号システムに接続できません。時間をおいてやり直してください。"
        "続くときはシステム管理者に連絡してください。"
    )
