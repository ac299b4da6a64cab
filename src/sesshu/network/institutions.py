"""The institutions of the network: enrolled and stopped at the command line, told in a signed directory."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from sesshu.kernel import clock
from sesshu.network import core_keys
from sesshu.network.choices import Kind
from sesshu.network.models import Institution
from sesshu.protection import audit
from sesshu.protocol import codes, envelopes, messages
from sesshu.protocol.messages import Directory
from sesshu.protocol.messages import Institution as Entry


class NotEnrolled(ValueError):
    """The institution is not enrolled; the message says why and what to do."""


def enrol(
    *,
    code: str,
    name: str,
    kind: str,
    address: str,
    certificate: str,
    signing_key: dict[str, Any],
    sealing_key: dict[str, Any],
    juki_certificate: str = "",
) -> Institution:
    """Enrol an institution, or renew its keys, certificates and route.

    :param certificate: ``x5t#S256`` of its intermediate server's client certificate;
    :param juki_certificate: the same of its 統合端末, empty where it has none.
    :raises NotEnrolled: for a wrong code, kind, address or key.
    """
    check(code, name, kind, address)
    signing, sealing = _public(signing_key, "署名"), _public(sealing_key, "封緘")
    if signing["kid"] == sealing["kid"]:
        raise NotEnrolled("署名の鍵と封緘の鍵には、別の鍵を使ってください。")
    values = {
        "name": name, "kind": kind, "address": address.rstrip("/"), "certificate": certificate,
        "juki_certificate": juki_certificate, "signing_key": signing, "sealing_key": sealing,
        "is_active": True,
    }  # fmt: skip
    institution, _ = Institution.objects.update_or_create(code=code, defaults=values)
    audit.record("network.enrolled", by=None, count=1, detail={"institution": code, "kind": kind})
    return institution


def disable(code: str) -> None:
    """Stop it: its next message is refused, no permit names it, it leaves the directory.

    :raises NotEnrolled: when there is no such institution.
    """
    if not Institution.objects.filter(pk=code).update(is_active=False):
        raise NotEnrolled(f"機関「{code}」は登録されていません。")
    audit.record("network.disabled", by=None, count=1, detail={"institution": code})


def directory() -> str:
    """All active institutions, signed (JWS)."""
    entries = (_entry(each) for each in Institution.objects.filter(is_active=True).order_by("code"))
    said = Directory(issued_at=int(clock.now().timestamp()), institutions=tuple(entries))
    key = core_keys.own_key()
    return envelopes.signed(said.model_dump(mode="json"), key, typ=messages.DIRECTORY)


def _entry(institution: Institution) -> Entry:
    return Entry(
        code=institution.code,
        name=institution.name,
        kind=institution.kind,
        address=institution.address,
        certificate=institution.certificate,
        signing_key=institution.signing_key,
        sealing_key=institution.sealing_key,
    )


def check(code: str, name: str, kind: str, address: str) -> None:
    """:raises NotEnrolled: when an institution cannot be enrolled so."""
    if not re.fullmatch(codes.INSTITUTION, code):
        raise NotEnrolled(f"機関コード「{code}」は16桁の数字で指定してください。")
    if not name.strip():
        raise NotEnrolled("機関の名称を指定してください。")
    if kind not in Kind.values:
        raise NotEnrolled(f"種別「{kind}」はありません。選べるもの: {'、'.join(Kind.values)}")
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/"):
        raise NotEnrolled(f"経路情報「{address}」は https://ホスト名:ポート の形で指定してください。")


def _public(jwk: dict[str, Any], use: str) -> dict[str, Any]:
    try:
        return envelopes.public(envelopes.imported(jwk))
    except envelopes.BadEnvelope as refused:
        raise NotEnrolled(f"{use}の{refused}") from None
