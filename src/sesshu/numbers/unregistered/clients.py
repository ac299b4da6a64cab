"""The businesses that may call the API. Their list is kept by the database's owner, at the command line."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Sequence

from django.conf import settings

from sesshu.kernel.check_digits import is_municipality_code
from sesshu.numbers.unregistered.choices import ApiScope
from sesshu.numbers.unregistered.models import ApiClient

_LETTERS = string.ascii_letters + string.digits


class NotListed(ValueError):
    """The entry cannot be made; the message says why."""


def allow(*, name: str, municipality: str, business: str, scopes: Sequence[str]) -> ApiClient:
    """A new client; its secret is told by :func:`secret`. :raises NotListed: for what does not exist."""
    if not is_municipality_code(municipality):
        raise NotListed(f"市区町村コード「{municipality}」が正しくありません。")
    if not re.fullmatch(r"[0-9]{3}", business):
        raise NotListed(f"業務ID「{business}」が正しくありません。3桁の数字にしてください。")
    unknown = set(scopes) - set(ApiScope.values)
    if unknown or not scopes:
        raise NotListed(f"選べるスコープ: {'、'.join(ApiScope.values)}")
    return ApiClient.objects.create(
        client_id=_new_id(),
        name=name,
        city=municipality,
        business=business,
        scopes=list(scopes),
        nonce=secrets.token_hex(32),
    )


def renew(client_id: str) -> ApiClient:
    """Another secret; the old one serves no more. :raises NotListed: for an unknown client."""
    client = ApiClient.objects.filter(pk=client_id).first()
    if client is None:
        raise NotListed(f"クライアント「{client_id}」は登録されていません。")
    client.nonce = secrets.token_hex(32)
    client.save(update_fields=["nonce"])
    return client


def forbid(client_id: str) -> None:
    """Off the list: its tokens end at once. :raises NotListed: for an unknown client."""
    if not ApiClient.objects.filter(pk=client_id).update(is_active=False):
        raise NotListed(f"クライアント「{client_id}」は登録されていません。")


def secret(client: ApiClient) -> str:
    """64 characters, derived from the installation's secret and the client's nonce."""
    of = f"{client.client_id}|{client.nonce}".encode()
    return hmac.new(settings.NATIONAL_API_SECRET.encode(), of, hashlib.sha256).hexdigest()


def _new_id() -> str:
    """32 characters [0-9A-Za-z]; it begins with a letter, so that it is no number."""
    return secrets.choice(string.ascii_letters) + "".join(secrets.choice(_LETTERS) for _ in range(31))
