"""The hierarchy of keys: what is bound to what, and what a store of root keys does (S07, controls 62, 63)."""

from __future__ import annotations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sesshu.protection.keys import wrapping
from sesshu.protection.keys.models import SubjectKey, TenantKey
from sesshu.protection.keys.roots import KeyTrouble, NotAuthentic, Root, WrappedPair
from sesshu.protection.keys.services import open_sealed, seal
from sesshu.protection.keys.wrapping import KeyDestroyed, Place
from sesshu.protection.services import ensure_municipality
from sesshu.protection.tenancy import acting_for

PLACE = Place("numbers_individualnumber", "7", "number")


def opened() -> wrapping.OpenedKey:
    ((row, _),) = wrapping.new_subject_keys(["holder:1"])
    return wrapping.open_subject_key(row.pk)


def test_a_field_comes_back(ise: object, root: Root) -> None:
    sealed = opened().seal(b"secret", PLACE)
    row = SubjectKey.objects.get()
    assert wrapping.open_subject_key(row.pk).open(sealed, PLACE) == b"secret"
    assert b"secret" not in sealed


@pytest.mark.parametrize(
    "place",
    [Place("other", "7", "number"), Place(PLACE.table, "8", "number"), Place(PLACE.table, "7", "other")],
)
def test_a_field_moved_elsewhere_does_not_open(ise: object, root: Root, place: Place) -> None:
    key = opened()
    sealed = key.seal(b"secret", PLACE)
    with pytest.raises(NotAuthentic):
        key.open(sealed, place)


@given(flip=st.integers(0, 33 * 8 - 1))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_one_changed_bit_does_not_open(ise: object, root: Root, flip: int) -> None:
    key = wrapping.OpenedKey(SubjectKey().pk, bytes(32))
    sealed = bytearray(key.seal(b"12345", PLACE))
    sealed[flip // 8] ^= 1 << flip % 8
    with pytest.raises(NotAuthentic):
        key.open(bytes(sealed), PLACE)


def test_a_subject_key_of_another_city_does_not_open(ise: object, root: Root) -> None:
    opened()
    row = SubjectKey.objects.select_related("tenant_key").get()
    ensure_municipality("192015")
    with acting_for("192015"):
        row.tenant_key = wrapping.current_tenant_key()
        with pytest.raises(NotAuthentic):
            wrapping.unwrap(row)


def test_a_version_that_was_rolled_back_leaves_no_key_behind(ise: object, root: Root) -> None:
    """The first use of a city's keys fails: what the second seals must open in another process."""
    with transaction.atomic():
        opened()
        transaction.set_rollback(True)
    ((row, key),) = wrapping.new_subject_keys(["holder:1"])
    sealed = key.seal(b"secret", PLACE)
    wrapping.close_all()  # as another process has nothing open
    assert wrapping.open_subject_key(row.pk).open(sealed, PLACE) == b"secret"


def test_tenants_have_keys_of_their_own(ise: object, root: Root) -> None:
    ours = wrapping.pair(wrapping.current_tenant_key()).digest(b"x")
    ensure_municipality("192015")
    with acting_for("192015"):
        assert wrapping.pair(wrapping.current_tenant_key()).digest(b"x") != ours


def test_another_root_version_opens_nothing(root: Root) -> None:
    first, second = root.add_version(), root.add_version()
    pair = root.new_pair(first)
    sealed = root.opened(pair, first).seal(b"x", b"y")
    with pytest.raises(NotAuthentic):
        root.opened(pair, second)
    moved = root.rewrap(pair, of=first, to=second)
    assert root.opened(moved, second).open(sealed, b"y") == b"x"
    root.destroy_version(first)
    with pytest.raises(KeyTrouble):
        root.opened(pair, first)
    assert root.versions() == (second,)


def test_a_destroyed_version_s_number_is_not_given_again(root: Root) -> None:
    first = root.add_version()
    root.destroy_version(first)
    assert root.add_version() > first


def test_wrapped_keys_of_two_pairs_are_not_mixed(root: Root) -> None:
    version = root.add_version()
    one, two = root.new_pair(version), root.new_pair(version)
    mixed = root.opened(WrappedPair(one.cipher, two.index), version)
    assert mixed.digest(b"x") == root.opened(two, version).digest(b"x")
    with pytest.raises(NotAuthentic):
        root.opened(WrappedPair(one.cipher[:-1] + bytes([one.cipher[-1] ^ 1]), one.index), version)


def test_a_process_of_its_own_reads_what_another_wrote(ise: object, root: Root) -> None:
    sealed = opened().seal(b"secret", PLACE)
    wrapping.close_all()
    row = SubjectKey.objects.get()
    assert wrapping.open_subject_key(row.pk).open(sealed, PLACE) == b"secret"


def test_the_key_file_is_private(root: Root, tmp_path: object) -> None:
    if root.kind != "file":
        pytest.skip("only where keys are in a file")
    root.add_version()
    (path,) = tmp_path.glob("keys/*.json")  # type: ignore[attr-defined]
    assert path.stat().st_mode & 0o077 == 0


class TestSealedFiles:
    def test_come_back(self, ise: object, root: Root) -> None:
        sealed = seal(b"a,b\n", municipality="242039", subject="export:1", context="list")
        again = seal(b"c,d\n", municipality="242039", subject="export:1", context="list")
        assert b"a,b" not in sealed
        assert open_sealed(sealed, municipality="242039", subject="export:1", context="list") == b"a,b\n"
        assert open_sealed(again, municipality="242039", subject="export:1", context="list") == b"c,d\n"

    @pytest.mark.parametrize("changed", [{"context": "other"}, {"subject": "export:2"}])
    def test_belong_to_their_subject_and_context(
        self, ise: object, root: Root, changed: dict[str, str]
    ) -> None:
        named = {"municipality": "242039", "subject": "export:1", "context": "list"}
        sealed = seal(b"a,b\n", **named)
        with pytest.raises(NotAuthentic):
            open_sealed(sealed, **(named | changed))

    def test_of_another_city_are_not_found(self, ise: object, root: Root) -> None:
        sealed = seal(b"a,b\n", municipality="242039", subject="export:1", context="list")
        ensure_municipality("192015")
        with pytest.raises(KeyDestroyed):
            open_sealed(sealed, municipality="192015", subject="export:1", context="list")

    @pytest.mark.parametrize("content", [b"", b"SESSHU1\n", b"something else"])
    def test_that_are_none_are_refused(self, ise: object, root: Root, content: bytes) -> None:
        with pytest.raises(NotAuthentic):
            open_sealed(content, municipality="242039", subject="export:1", context="list")


def test_without_the_hsm_the_message_says_what_to_look_at(tmp_path: object) -> None:
    from sesshu.protection.keys.hsm import Pkcs11Root

    missing = Pkcs11Root(system="x", library="/nowhere.so", token="t", pin_file=tmp_path / "pin")  # type: ignore[operator]
    with pytest.raises(KeyTrouble, match="HSM に接続できません"):
        missing.versions()


def test_the_root_is_made_on_first_use_only_once(ise: object, root: Root) -> None:
    first = wrapping.current_tenant_key()
    assert wrapping.current_tenant_key() == first
    assert TenantKey.objects.count() == 1
    assert len(root.versions()) == 1
