"""Enrolment with all that goes with it: certificates, keys, and the files that the institution is handed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sesshu.network import certificates, institutions
from sesshu.network.certificates import Folder
from sesshu.network.choices import Kind, Part
from sesshu.network.models import Institution
from sesshu.protocol import codes


def enrol(
    code: str,
    *,
    name: str,
    kind: str,
    address: str,
    folder: Path,
    requests: Mapping[Part, Path | None] | None = None,
    keys: Path | None = None,
) -> Institution:
    """Enrol it and write what it gets into ``folder``.

    :param code: 機関コード, or a municipality's 団体コード.
    :param requests: public keys or signing requests of parts whose private key stays where it is.
    :param keys: its public keys, where it has made them itself (``sesshu intermediate keys``).
    :raises NotEnrolled: when something is not right; nothing is enrolled then.
    """
    code = codes.institution_of(code) if re.fullmatch(r"[0-9]{6}", code) else code
    institutions.check(code, name, kind, address)
    handed, given = Folder(folder, code), requests or {}
    public = certificates.read_keys(keys, code) if keys else handed.keys()
    certificate = handed.certificate(Part.INTERMEDIATE, given.get(Part.INTERMEDIATE))
    is_city = kind == Kind.MUNICIPALITY
    juki = handed.certificate(Part.JUKI, given.get(Part.JUKI)) if is_city else ""
    if is_city:
        handed.certificate(Part.NUMBERS, given.get(Part.NUMBERS))
    handed.door(f"intermediate-{_short(code)}-door", address)
    handed.network()
    return institutions.enrol(
        code=code, name=name, kind=kind, address=address, certificate=certificate,
        juki_certificate=juki, **public,
    )  # fmt: skip


def _short(code: str) -> str:
    try:
        return codes.municipality_of(code)
    except ValueError:
        return code
