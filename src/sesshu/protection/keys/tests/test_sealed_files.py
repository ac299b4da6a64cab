"""No private key lies readable in a file; one of an earlier version goes over without loss (A06)."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesshu.protection import authority
from sesshu.protection.keys import rotation, sealed_files, signing
from sesshu.protection.keys.roots import KeyTrouble, Root, root_of
from sesshu.protection.keys.sealed_files import SealedFiles


@pytest.fixture
def held(root: Root, tmp_path: Path) -> SealedFiles:
    return SealedFiles(tmp_path / "sealed", "test-private")


@pytest.fixture
def own_authority(root: Root, settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.AUTHORITY_FOLDER = tmp_path / "authority"
    if settings.KEYS["root"] == "pkcs11":  # one token for all tests
        _forget_root("authority", tmp_path)
    yield tmp_path / "authority"
    if settings.KEYS["root"] == "pkcs11":
        _forget_root("authority", tmp_path)


def _forget_root(system: str, folder: Path) -> None:
    store = root_of(system, folder)
    for version in store.versions():
        store.destroy_version(version)


def pem(key: Any) -> bytes:
    found: bytes = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return found


def secrets_of(key: Any) -> list[bytes]:
    """The private part as it would stand in a file."""
    if isinstance(key, Ed25519PrivateKey):
        return [key.private_bytes_raw(), pem(key).splitlines()[1]]
    number = key.private_numbers().private_value
    return [number.to_bytes(32, "big"), *pem(key).splitlines()[1:-1]]


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def issued() -> x509.Certificate:
    return authority.issue(authority.Subject("T0001", "242039"), authority.new_key().public_key(),
                           usage=authority.CLIENT)  # fmt: skip


@pytest.mark.parametrize("kind", [Ed25519PrivateKey.generate, authority.new_key])
def test_what_is_sealed_opens_the_same_and_shows_nothing(held: SealedFiles, kind: Any) -> None:
    key = kind()
    held.write("one", key)
    assert pem(held.read("one")) == pem(key)
    assert held.read("other") is None
    lying = contents(held.folder)
    assert not [part for part in secrets_of(key) if part in lying]
    assert (held.folder / "one.sealed").stat().st_mode & 0o077 == 0


def test_the_authority_and_the_signer_leave_no_private_key_in_a_file(
    own_authority: Path, settings: Any, tmp_path: Path
) -> None:
    certificate = issued()
    certificate.verify_directly_issued_by(authority.root())
    assert x509.load_pem_x509_crl(authority.revocation_list([])).is_signature_valid(
        authority.root().public_key()  # type: ignore[arg-type]
    )
    token = signing.signed({"a": 1}, typ="t")
    assert signing.verified(token, typ="t") == {"a": 1}
    for folder, key in (
        (own_authority, authority._signing_key()), (settings.KEYS["folder"], signing._private()),
    ):  # fmt: skip
        assert b"PRIVATE KEY" not in contents(folder)
        assert not [part for part in secrets_of(key) if part in contents(folder)]


def test_an_authority_of_an_earlier_version_goes_over_without_loss(own_authority: Path) -> None:
    own_authority.mkdir()
    key = authority.new_key()
    certificate = authority._self_signed(key)
    (own_authority / "authority-key.pem").write_bytes(pem(key))
    (own_authority / "authority.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    issued().verify_directly_issued_by(certificate)
    assert not (own_authority / "authority-key.pem").exists()
    assert authority.root() == certificate
    issued().verify_directly_issued_by(certificate)


def test_a_signer_of_an_earlier_version_goes_over_without_loss(root: Root, settings: Any) -> None:
    key, folder = Ed25519PrivateKey.generate(), settings.KEYS["folder"]
    folder.mkdir(exist_ok=True)
    readable = folder / f"signing-{settings.KEYS['system']}.pem"
    readable.write_bytes(pem(key))
    signature = key.sign(b"data")
    assert signing.verify(b"data", signature)
    assert signing.sign(b"data") == signature
    assert not readable.exists()


def test_a_kill_while_a_key_goes_over_loses_nothing(
    held: SealedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Ed25519PrivateKey.generate()
    held.folder.mkdir()
    (held.folder / "one.pem").write_bytes(pem(key))
    for step in ("_replace", "_destroy"):
        with monkeypatch.context() as broken:
            broken.setattr(sealed_files, step, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                held.read("one")
        assert (held.folder / "one.pem").exists()
    assert pem(held.read("one")) == pem(key)
    assert not (held.folder / "one.pem").exists()


def test_two_different_keys_are_told_and_neither_is_destroyed(held: SealedFiles) -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    held.write("one", key)
    (held.folder / "one.pem").write_bytes(pem(other))
    with pytest.raises(KeyTrouble, match="2つ"):
        held.read("one")
    assert (held.folder / "one.pem").read_bytes() == pem(other)
    (held.folder / "one.pem").unlink()
    assert pem(held.read("one")) == pem(key)


def test_a_file_that_was_changed_or_moved_does_not_open(held: SealedFiles) -> None:
    held.write("one", Ed25519PrivateKey.generate())
    sealed = (held.folder / "one.sealed").read_text()
    (held.folder / "other.sealed").write_text(sealed)
    with pytest.raises(KeyTrouble):
        held.read("other")
    root = root_of(held.system, held.folder)
    for version in root.versions():
        root.destroy_version(version)
    with pytest.raises(KeyTrouble):
        held.read("one")


def test_rotation_brings_all_along_and_goes_on_after_a_kill(
    held: SealedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {name: Ed25519PrivateKey.generate() for name in ("one", "three", "two")}
    for name, key in keys.items():
        held.write(name, key)
    before = root_of(held.system, held.folder).versions()
    real, left = sealed_files._replace, [1]

    def breaking(path: Path, text: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        real(path, text)

    with monkeypatch.context() as broken:
        broken.setattr(sealed_files, "_replace", breaking)
        with pytest.raises(KeyboardInterrupt):
            held.rotate()
    assert all(pem(held.read(name)) == pem(key) for name, key in keys.items())
    version = held.rotate()
    assert root_of(held.system, held.folder).versions() == (version,)
    assert version not in before
    assert all(pem(held.read(name)) == pem(key) for name, key in keys.items())


def test_the_destruction_of_data_keys_leaves_the_private_keys(ise: object, root: Root) -> None:
    signature = signing.sign(b"data")
    rotation.rotate_root(by="test")
    signing._load.cache_clear()
    assert signing.sign(b"data") == signature


def test_a_forked_process_opens_both_roots_of_the_token(root: Root, held: SealedFiles, ise: object) -> None:
    """A process opens the token's library anew after a fork; the second root must not close the first's."""
    root.add_version()
    held.write("one", Ed25519PrivateKey.generate())
    context = multiprocessing.get_context("fork")
    answers = context.Queue()

    def child() -> None:
        first = root.new_pair(root.versions()[-1])
        key = held.read("one")
        root.opened(first, root.versions()[-1]).digest(b"data")
        answers.put(key.sign(b"data") if key else b"")

    process = context.Process(target=child)
    process.start()
    process.join(30)
    assert process.exitcode == 0
    assert answers.get(timeout=5) == held.read("one").sign(b"data")


def test_a_certificate_is_signed_with_the_sealed_key(own_authority: Path) -> None:
    authority.root()
    key = authority._signing_key()
    signature = key.sign(b"data", ec.ECDSA(hashes.SHA256()))
    public = authority.root().public_key()
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(signature, b"data", ec.ECDSA(hashes.SHA256()))
