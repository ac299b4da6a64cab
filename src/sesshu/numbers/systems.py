"""The list of systems that may connect. It is kept by the database's owner, at the server's command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from joserfc.jwk import ECKey

from sesshu.kernel.check_digits import is_municipality_code
from sesshu.numbers import oauth
from sesshu.numbers.choices import NumberPurpose, Scope
from sesshu.numbers.models import System


class NotListed(ValueError):
    """The entry cannot be made; the message says why."""


def allow(
    *,
    client: str,
    name: str,
    certificate: bytes,
    public_key: bytes | None = None,
    scopes: Sequence[str],
    purposes: Sequence[str],
    municipalities: Sequence[str],
    business: str = "019",
    own_numbers: bool = False,
) -> System:
    """Put a system on the list, or renew its entry.

    :param certificate: of its connections (PEM). :param public_key: of its assertions (PEM); the
        certificate's own when none is given. :param business: 業務ID (デジタル庁; 019 is 健康管理).
    :param own_numbers: its 宛名番号 are not the city's, so that only the 個人番号 joins persons.
    :raises NotListed: for an unknown scope, purpose or municipality, or a file that is no certificate.
    """
    _known(scopes, Scope.values, "権限")
    _known(purposes, NumberPurpose.values, "目的")
    if not re.fullmatch(r"[0-9]{3}", business):
        raise NotListed(f"業務ID「{business}」が正しくありません。3桁の数字にしてください。")
    for code in municipalities:
        if not is_municipality_code(code):
            raise NotListed(f"市区町村コード「{code}」が正しくありません。")
    shown = _certificate(certificate)
    values = {
        "name": name,
        "certificate": oauth.thumbprint(shown.public_bytes(serialization.Encoding.DER)),
        "public_key": _jwk(public_key, shown),
        "scopes": list(scopes),
        "purposes": list(purposes),
        "municipalities": list(municipalities),
        "business": business,
        "own_numbers": own_numbers,
        "is_active": True,
    }
    system, _ = System.objects.update_or_create(client=client, defaults=values)
    return system


def forbid(client: str) -> None:
    """Take it off the list; its next request is refused. :raises NotListed: when it is not on it."""
    if not System.objects.filter(pk=client).update(is_active=False):
        raise NotListed(f"システム「{client}」は登録されていません。")


def _known(given: Sequence[str], all_: Sequence[Any], what: str) -> None:
    unknown = set(given) - set(map(str, all_))
    if unknown:
        raise NotListed(
            f"{what}「{'、'.join(sorted(unknown))}」はありません。選べるもの: {'、'.join(map(str, all_))}"
        )


def _certificate(pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise NotListed("証明書のファイルを読めません。PEM 形式の証明書を指定してください。") from None


def _jwk(pem: bytes | None, shown: x509.Certificate) -> dict[str, Any]:
    key = serialization.load_pem_public_key(pem) if pem else shown.public_key()
    if not isinstance(key, EllipticCurvePublicKey):
        raise NotListed("公開鍵は ECDSA P-256 のものを指定してください。")
    return dict(ECKey.import_key(key).as_dict(private=False))
