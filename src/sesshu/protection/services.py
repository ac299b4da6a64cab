"""Commands on municipalities and accounts."""

from __future__ import annotations

from collections.abc import Sequence

from sesshu.kernel.check_digits import is_municipality_code
from sesshu.protection import rights
from sesshu.protection.models import Account, Municipality
from sesshu.protection.roles import Role

_KNOWN = {
    "242039": ("三重県", "伊勢市"),
    "192015": ("山梨県", "甲府市"),
}


class UnknownMunicipality(ValueError):
    """The code is not a 全国地方公共団体コード (six digits, check digit included)."""


def ensure_municipality(code: str) -> Municipality:
    """The municipality of this code, registered on first use.

    :raises UnknownMunicipality: when the check digit (JIS X 0402, 検査数字) is wrong.
    """
    if not is_municipality_code(code):
        raise UnknownMunicipality(
            f"市区町村コード「{code}」が正しくありません。検査数字を含む6桁で指定してください（例: 242039）。"
        )
    prefecture, name = _KNOWN.get(code, ("", f"市区町村 {code}"))
    municipality, _ = Municipality.objects.get_or_create(
        code=code, defaults={"prefecture": prefecture, "name": name}
    )
    return municipality


def open_account(
    *, login: str, name: str, municipality: Municipality, roles: Sequence[Role], password: str
) -> Account:
    """Make or renew an account by the server's own hand: setting up, demo, tests.

    It holds exactly these built-in roles, without a limit. In a running city an account is opened and
    changed by two persons (:mod:`sesshu.protection.accounts`).
    """
    account, _ = Account.objects.get_or_create(
        login=login, defaults={"name": name, "municipality": municipality}
    )
    account.name, account.municipality = name, municipality
    account.set_password(password)
    account.save()
    rights.give(account, [str(role) for role in roles])
    return account
