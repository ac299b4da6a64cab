"""S07, S09: the ciphers, keys and connections of the sources; each stands in a page of docs/security."""

from __future__ import annotations

import ast
import re

import pytest

from .asvs import HOUSE
from .test_sources import SOURCES, sources

KEYS = HOUSE / "docs" / "security" / "keys.md"
CONNECTIONS = HOUSE / "docs" / "security" / "connections.md"
_CRYPTO = ("cryptography", "joserfc", "pkcs11", "pyzipper", "hmac", "ssl")
_NETWORK = {
    "socket", "httpx", "urllib.request", "http.client", "http.server", "psycopg", "requests", "ssl",
}  # fmt: skip
# Every name that is taken from where the ciphers are.
PRIMITIVES = {
    "AESGCM", "AESSIV", "HKDF", "InvalidUnwrap", "SHA256", "aes_key_unwrap", "aes_key_wrap",
    "Ed25519PrivateKey", "Ed25519PublicKey",
    "EllipticCurvePublicKey", "ec", "rsa", "hashes", "serialization", "pkcs12",
}  # fmt: skip
MECHANISMS = {"AES_GCM", "AES_KEY_WRAP", "SHA256_HMAC"}
_WEAK = re.compile(
    r"modes\.(?:ECB|CBC|CFB|OFB)|PKCS1v15|\bMD5\b|\bSHA1\b|TripleDES|ARC4|Blowfish|\bDES\b|SECP(?:160|192|224)"
)


def imported(tree: ast.AST) -> set[tuple[str, str]]:
    """Module and name of every import."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(alias.name, "") for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "", alias.name) for alias in node.names}
    return found


def users(modules: tuple[str, ...] | set[str]) -> list[str]:
    """Sources that import one of these or a part of them."""
    return sorted(
        name
        for name, tree in sources()
        if any(f"{module}.".startswith(f"{each}.") for module, _ in imported(tree) for each in modules)
    )


def test_no_cipher_is_used_but_those_that_are_listed() -> None:
    """AES-256-GCM, AES key wrap, Ed25519 and ECDSA: no cipher without authentication, no padding of ours."""
    taken = {
        name
        for _, tree in sources()
        for module, name in imported(tree)
        if module.startswith("cryptography.hazmat.primitives")
    }
    assert taken == PRIMITIVES
    weak = [name for name, _ in sources() if _WEAK.search((SOURCES / name).read_text(encoding="utf-8"))]
    assert weak == []


def test_the_hsm_is_asked_for_those_alone() -> None:
    used = {
        node.attr
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Mechanism"
    }
    assert used == MECHANISMS


def test_the_rule_sees_the_weak_ones() -> None:
    for weak in (
        "modes.ECB()",
        "padding.PKCS1v15()",
        "hashes.MD5()",
        "hashes.SHA1()",
        "algorithms.TripleDES(k)",
    ):
        assert _WEAK.search(weak)


@pytest.mark.parametrize("source", users(_CRYPTO))
def test_whoever_uses_keys_stands_in_the_page_of_keys(source: str) -> None:
    assert f"`{source}`" in KEYS.read_text(encoding="utf-8")


@pytest.mark.parametrize("source", users(_NETWORK))
def test_whoever_speaks_to_others_stands_in_the_page_of_connections(source: str) -> None:
    assert f"`{source}`" in CONNECTIONS.read_text(encoding="utf-8")


def test_the_pages_name_nothing_that_is_gone() -> None:
    for page in (KEYS, CONNECTIONS):
        for name in re.findall(r"`((?:[\w]+/)+\w+\.py)`", page.read_text(encoding="utf-8")):
            assert (HOUSE / "src" / "sesshu" / name).is_file(), name


def test_every_key_says_how_long_it_lasts_and_how_it_ends() -> None:
    rows = [row for row in KEYS.read_text(encoding="utf-8").splitlines() if row.startswith("| K")]
    assert len(rows) >= 12
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 7, row
        assert all(cells), row
