"""Rotation of tenants' and root keys, and erasure by destroying them (S08, control 64)."""

from __future__ import annotations

import pytest

from sesshu.protection.keys import carrying, destruction, rotation, signing, wrapping
from sesshu.protection.keys.models import Destruction, SubjectKey, TenantKey
from sesshu.protection.keys.roots import KeyTrouble, Root, WrappedPair
from sesshu.protection.keys.services import open_sealed, seal
from sesshu.protection.models import AuditEvent
from sesshu.protection.services import ensure_municipality

ISE, KOFU = "242039", "192015"


def sealed(number: int, city: str = ISE) -> bytes:
    return seal(b"content %d" % number, municipality=city, subject=f"file:{number}", context="t")


def opened(content: bytes, number: int, city: str = ISE) -> bytes:
    return open_sealed(content, municipality=city, subject=f"file:{number}", context="t")


@pytest.fixture
def files(ise: object, root: Root) -> dict[int, bytes]:
    return {number: sealed(number) for number in range(5)}


def test_after_rotation_everything_is_read_under_the_new_version(
    files: dict[int, bytes], root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    told: list[int] = []
    done = rotation.rotate_tenant(ISE, by="test", told=told.append)
    assert (done.version, done.rewrapped) == (2, 5)
    assert told[:3] == [2, 4, 5]
    assert list(TenantKey.objects.values_list("version", flat=True)) == [2]
    assert all(opened(content, number) == b"content %d" % number for number, content in files.items())


def test_in_the_midst_of_a_rotation_both_versions_are_read(
    files: dict[int, bytes], root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    newest = wrapping.new_tenant_key()
    rotation._rewrap_some(newest)
    assert SubjectKey.objects.filter(tenant_key=newest).count() == 2
    assert all(opened(content, number) == b"content %d" % number for number, content in files.items())
    assert not rotation._give_up_old(ISE)  # something stands under the old version
    assert rotation.finish_tenant(ISE).rewrapped == 3


def test_root_rotation_keeps_all_cities_readable_and_destroys_the_old_root(
    files: dict[int, bytes], root: Root
) -> None:
    ensure_municipality(KOFU)
    theirs = sealed(9, KOFU)
    before = root.versions()
    done = rotation.rotate_root(by="test")
    assert done.rewrapped == 2
    assert root.versions() == (done.version,)
    assert not set(before) & set(root.versions())
    assert opened(theirs, 9, KOFU) == b"content 9"
    assert opened(files[0], 0) == b"content 0"


def test_a_root_version_in_use_is_not_destroyed(files: dict[int, bytes], root: Root) -> None:
    used = root.versions()[0]
    root.add_version()
    assert rotation.destroy_unused_roots() == []
    assert used in root.versions()


def erase(number: int) -> Destruction:
    row = destruction.request(subject=f"file:{number}", reason="保存期間満了", requested_by="a")
    destruction.approve(row.pk, approved_by="b")
    (done,) = destruction.complete(ISE)
    return done


def test_an_erased_file_is_gone_and_the_others_are_there(files: dict[int, bytes], root: Root) -> None:
    erase(3)
    with pytest.raises(wrapping.KeyDestroyed):
        opened(files[3], 3)
    assert opened(files[2], 2) == b"content 2"


def test_the_wrapped_key_of_before_opens_nothing_any_more(files: dict[int, bytes], root: Root) -> None:
    """What a backup holds: the rows of the moment before the erasure."""
    subject = SubjectKey.objects.select_related("tenant_key").get(subject="file:3")
    tenant_key = TenantKey.objects.get()
    assert wrapping.unwrap(subject)
    erase(3)
    wrapping.close_all()
    wrapped = WrappedPair(bytes(tenant_key.wrapped_cipher), bytes(tenant_key.wrapped_index))
    with pytest.raises(KeyTrouble):
        root.opened(wrapped, tenant_key.root_version)
    with pytest.raises(KeyTrouble):
        wrapping.unwrap(subject)
    for version in root.versions():  # nor does any key that is left
        with pytest.raises(KeyTrouble):
            root.opened(wrapped, version)


def test_a_process_that_held_the_old_key_open_lets_it_go(files: dict[int, bytes], root: Root) -> None:
    old = SubjectKey.objects.select_related("tenant_key").get(subject="file:3")
    held = dict(wrapping._pairs)  # as another process has them
    erase(3)
    wrapping._pairs.update(held)
    opened(files[2], 2)  # meets the new version
    with pytest.raises(KeyTrouble):
        wrapping.unwrap(old)


def test_who_asked_cannot_approve(files: dict[int, bytes], root: Root) -> None:
    row = destruction.request(subject="file:3", reason="保存期間満了", requested_by="a")
    for name in ("a", "", " "):
        with pytest.raises(destruction.NotAllowed, match="別の承認者"):
            destruction.approve(row.pk, approved_by=name)
    assert opened(files[3], 3)


def test_what_is_refused_stays(files: dict[int, bytes], root: Root) -> None:
    row = destruction.request(subject="file:3", reason="保存期間満了", requested_by="a")
    destruction.refuse(row.pk, approved_by="b")
    with pytest.raises(destruction.NotAllowed, match="見つかりません"):
        destruction.approve(row.pk, approved_by="b")
    assert destruction.complete(ISE) == []
    assert opened(files[3], 3)


def test_a_reason_and_an_existing_key_are_needed(files: dict[int, bytes], root: Root) -> None:
    with pytest.raises(destruction.NotAllowed, match="理由"):
        destruction.request(subject="file:3", reason=" ", requested_by="a")
    with pytest.raises(destruction.NotAllowed, match="鍵はありません"):
        destruction.request(subject="file:99", reason="保存期間満了", requested_by="a")


def test_a_whole_city_is_erased_and_the_other_stays(files: dict[int, bytes], root: Root) -> None:
    ensure_municipality(KOFU)
    theirs = sealed(9, KOFU)
    destruction.destroy(
        subject="", reason="契約終了", requested_by="山田 太郎", approved_by="鈴木 花子", municipality=ISE
    )
    with pytest.raises(wrapping.KeyDestroyed):
        opened(files[0], 0)
    assert opened(theirs, 9, KOFU) == b"content 9"


def test_killed_after_the_approval_it_is_completed_later(
    files: dict[int, bytes], root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = destruction.request(subject="file:3", reason="保存期間満了", requested_by="a")
    destruction.approve(row.pk, approved_by="b")
    with monkeypatch.context() as broken:
        broken.setattr(rotation, "rotate_root", lambda by: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError):
            destruction.complete(ISE)
    assert Destruction.objects.get(pk=row.pk).state == Destruction.State.DELETED
    (done,) = destruction.complete(ISE)
    assert done.receipt
    assert opened(files[2], 2) == b"content 2"


class TestReceipt:
    def test_says_what_was_done_and_is_signed(self, files: dict[int, bytes], root: Root) -> None:
        key = str(SubjectKey.objects.get(subject="file:3").pk)
        version = root.versions()[0]
        done = erase(3)
        said = signing.verified(done.receipt, typ=destruction.RECEIPT)
        assert said["key_ids"] == [key]
        assert said["root_versions_destroyed"] == [version]
        assert (said["requested_by"], said["approved_by"]) == ("a", "b")
        assert "AES-256-GCM" in said["algorithm"]
        event = AuditEvent.objects.get(pk=said["proof"].removeprefix("audit:"))
        assert event.action == "keys.destroy"

    def test_changed_in_any_part_does_not_hold(self, files: dict[int, bytes], root: Root) -> None:
        receipt = erase(3).receipt
        for part in range(3):
            parts = receipt.split(".")
            middle = len(parts[part]) // 2
            parts[part] = (
                parts[part][:middle]
                + ("A" if parts[part][middle] != "A" else "B")
                + parts[part][middle + 1 :]
            )
            with pytest.raises(signing.BadSignature):
                signing.verified(".".join(parts), typ=destruction.RECEIPT)

    def test_of_another_kind_or_signer_does_not_hold(self, files: dict[int, bytes], root: Root) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        receipt = erase(3).receipt
        with pytest.raises(signing.BadSignature, match="種類"):
            signing.verified(receipt, typ="other")
        stranger = Ed25519PrivateKey.generate().public_key()
        with pytest.raises(signing.BadSignature):
            signing.verified(receipt, typ=destruction.RECEIPT, public=stranger)


def test_plain_signatures_hold_and_break(root: Root) -> None:
    signature = signing.sign(b"data")
    assert len(signature) == 64
    assert signing.verify(b"data", signature)
    assert not signing.verify(b"date", signature)
    assert signing.verify(b"data", signature, signing.load_public(signing.public_pem().encode()))


def test_keys_of_before_an_erasure_are_refused(files: dict[int, bytes], root: Root) -> None:
    stale = list(carrying.lines())
    erase(3)
    wrapping.close_all()
    with pytest.raises(KeyTrouble):
        carrying.bring_in(stale)
    assert opened(files[2], 2) == b"content 2"
    assert carrying.bring_in(list(carrying.lines())) == {ISE: 4}
    assert opened(files[2], 2) == b"content 2"
