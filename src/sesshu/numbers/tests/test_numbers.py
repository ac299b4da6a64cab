"""The vault at its door, over mutual TLS, as a system sees it (A06, U05, S02, S07, S11)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from tests.vault import KOFU, Api, RunningVault, answered, checked, invented_addressee, invented_number

from sesshu.addressees.individual_numbers.client import Refused
from sesshu.kernel import clock


def test_a_number_is_registered_found_and_revealed(api: Api) -> None:
    number, addressee = api.register()
    assert api.search(number) == addressee
    assert api.reveal(api.token(addressee)) == number


def test_tokens_of_two_purposes_have_nothing_in_common(api: Api) -> None:
    number, addressee = api.register()
    one, two = api.token(addressee), api.token(addressee, "relief")
    assert one != two
    assert number not in (one, two)
    assert api.token(addressee) == one
    with pytest.raises(Refused, match="見つかりません"):
        api.reveal(one, "relief")


def test_another_city_has_neither_number_nor_token(api: Api) -> None:
    number, addressee = api.register()
    assert api.search(number, municipality=KOFU) is None
    with pytest.raises(Refused, match="見つかりません"):
        api.reveal(api.token(addressee), municipality=KOFU)
    api.register(number, municipality=KOFU)  # the same person moved there


@pytest.mark.parametrize(
    "wrong", ["123456789012", "12345678901", "", "１２３４５６７８９０１８", "1234567890a8"]
)
def test_a_wrong_number_is_refused_and_not_repeated(api: Api, wrong: str) -> None:
    with pytest.raises(Refused) as refused:
        api.register(wrong or "0")
    assert not wrong or wrong not in str(refused.value)


def test_without_an_identity_check_no_number_is_taken(api: Api) -> None:
    """S11, control 1."""
    number = invented_number()
    fields = {"number": number, "addressee_number": invented_addressee()}
    for check in (None, {}, checked() | {"method": "none"}, checked() | {"by": ""}, checked() | {"by": " "}):
        with pytest.raises(Refused):
            api("/v1/numbers/register", key=f"k-{uuid.uuid4()}", identity_check=check, **fields)
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    with pytest.raises(Refused, match="未来"):
        api(
            "/v1/numbers/register",
            key=f"k-{uuid.uuid4()}",
            identity_check=checked() | {"on": tomorrow},
            **fields,
        )
    assert api.search(number) is None


def test_one_number_for_two_addressees_is_refused_and_waits_for_a_person(api: Api) -> None:
    number, addressee = api.register()
    other = invented_addressee()
    for _ in range(2):
        with pytest.raises(Refused, match="別の宛名番号"):
            api.register(number, other)
    (alarm,) = [row for row in api("/v1/alarms/list") if row["offered_for"] == other]
    assert (alarm["held_by"], alarm["origin"]) == (addressee, "city")
    with pytest.raises(Refused, match="結果を入力"):
        api(f"/v1/alarms/{alarm['id']}/resolve", resolution=" ")
    api(f"/v1/alarms/{alarm['id']}/resolve", resolution="二重登録。宛名を名寄せした")
    assert other not in {row["offered_for"] for row in api("/v1/alarms/list")}
    assert api.search(number) == addressee


def test_a_changed_number_leaves_the_old_one_as_history(api: Api) -> None:
    old, addressee = api.register()
    new = invented_number()
    change = {"number": new, "addressee_number": addressee, "identity_check": checked(), "reason": "番号変更"}
    token = api.token(addressee)
    api("/v1/numbers/change", key=f"k-{uuid.uuid4()}", on=clock.today().isoformat(), **change)
    assert api.reveal(token) == new
    assert api.search(old) == addressee
    assert api.search(new) == addressee
    first, second = api("/v1/numbers/history", addressee_number=addressee)
    assert (first["ended_on"], first["reason"]) == (clock.today().isoformat(), "番号変更")
    assert second["ended_on"] is None
    assert old not in str(first)
    with pytest.raises(Refused, match="別の宛名番号"):
        api.register(old)
    with pytest.raises(Refused, match="変更日"):
        api(
            "/v1/numbers/change",
            key=f"k-{uuid.uuid4()}",
            on="2001-01-01",
            **(change | {"number": invented_number()}),
        )


def test_a_second_number_needs_the_change(api: Api) -> None:
    _, addressee = api.register()
    with pytest.raises(Refused, match="変更"):
        api.register(addressee=addressee)


def test_a_repeated_write_is_answered_and_done_once(api: Api) -> None:
    key = f"k-{uuid.uuid4()}"
    fields = {
        "number": invented_number(),
        "addressee_number": invented_addressee(),
        "identity_check": checked(),
    }
    first = api("/v1/numbers/register", key=key, actor="same", **fields)
    assert api("/v1/numbers/register", key=key, actor="same", **fields) == first
    with pytest.raises(Refused, match="別の内容"):
        api("/v1/numbers/register", key=key, actor="same", **(fields | {"number": invented_number()}))
    with pytest.raises(Refused, match="Idempotency-Key"):
        api("/v1/numbers/register", actor="same", **fields)


def test_the_factor_must_be_fresh(api: Api) -> None:
    _, addressee = api.register()
    token = api.token(addressee)
    for minutes in (-6, 2):
        shown = (clock.now() + timedelta(minutes=minutes)).isoformat()
        with pytest.raises(Refused, match="二要素目"):
            api("/v1/numbers/reveal", token=token, purpose="vaccination", factor_shown_at=shown)


def test_nobody_can_try_numbers_out(api: Api) -> None:
    for _ in range(20):
        api.search(invented_number(), actor="curious")
    with pytest.raises(Refused, match="操作が多すぎます"):
        api.search(invented_number(), actor="curious")
    api.search(invented_number(), actor="another")


def test_every_use_is_on_record_refused_ones_too(api: Api) -> None:
    since = clock.now() - timedelta(seconds=1)
    number, addressee = api.register(actor="recorded")
    api.reveal(api.token(addressee, actor="recorded"), actor="recorded")
    with pytest.raises(Refused):
        api.reveal("t" + "0" * 40, actor="recorded")
    until = clock.now() + timedelta(seconds=1)
    rows = api("/v1/accesses", since=since.isoformat(), until=until.isoformat())
    mine = [(row["operation"], row["result"]) for row in rows if row["actor"] == "recorded"]
    assert mine == [("register", "ok"), ("reveal", "ok"), ("reveal", "not_found")]
    assert number not in str(rows)


def test_many_are_resolved_at_once_for_the_exchange(api: Api) -> None:
    given = [api.register() for _ in range(3)]
    tokens = {api.token(addressee, "exchange"): number for number, addressee in given}
    asked = [*tokens, "t" + "0" * 40]
    assert api("/v1/numbers/resolve", tokens=asked, purpose="exchange")["numbers"] == tokens


def test_an_erased_number_is_gone_with_a_receipt(api: Api, vault: RunningVault, tmp_path: object) -> None:
    number, addressee = api.register()
    token = api.token(addressee)
    asked = api("/v1/erasures/request", actor="asks", addressee_number=addressee, reason="保存期間満了")
    with pytest.raises(Refused, match="申請した人は承認できません"):
        api(f"/v1/erasures/{asked['id']}/approve", actor="asks")
    api(f"/v1/erasures/{asked['id']}/approve", actor="approves")
    assert api.search(number) is None
    with pytest.raises(Refused):
        api.reveal(token)
    vault.cli("numbers", "erasures")
    done = api(f"/v1/erasures/{asked['id']}")
    assert done["state"] == "done"
    receipt = tmp_path / "receipt.jws"  # type: ignore[operator]
    receipt.write_text(done["receipt"], encoding="ascii")
    said = answered(vault.cli("keys", "verify-receipt", "--system", "numbers", "--json", str(receipt)))
    assert (said["requested_by"], said["approved_by"]) == ("city:asks", "city:approves")
    assert number not in done["receipt"]
    api.register(number)  # as for somebody new
