"""One integrated number for each person and municipality, kept from the city (U01, U02, U03, A05)."""

from __future__ import annotations

import json
import secrets
import uuid
from typing import Any

import pytest
from tests.vault import ISE, KOFU, Api, RunningVault, answered, invented_addressee, invented_number

from sesshu.addressees.individual_numbers.client import Refused

DATED = "2020-05-01"


def basic(**changed: Any) -> dict[str, Any]:
    named = "".join("アイウエオカキクケコ"[int(digit)] for digit in str(secrets.randbelow(10**8)))
    return {"name": named, "kana": named, "sex": "1", "birth_date": DATED, "address": "架空町1"} | changed


def wanted(addressee: str, number: str = "", **changed: Any) -> dict[str, Any]:
    said = {"addressee_number": addressee, "basic": basic(**changed)}
    return said | ({"individual_number": number} if number else {})


def holders(vault: RunningVault, *addressees: str) -> Any:
    """Under whose 宛名番号 the 個人番号 of each one's person stands."""
    return json.loads(
        vault.python(
            "import json\n"
            "from sesshu.numbers.integrated import finding\n"
            "from sesshu.protection.tenancy import acting_for\n"
            f"with acting_for('{ISE}'):\n"
            f"    found = finding.persons_of('019', {list(addressees)!r}).items()\n"
            "    holders = {a: p.holder.addressee_number if p.holder else None for a, p in found}\n"
            "    print(json.dumps(holders))\n"
        )
    )


def assign(api: Api, *persons: dict[str, Any], municipality: str = ISE) -> list[str]:
    said = api("/v1/integrated/assign", persons=list(persons), municipality=municipality)
    assert [each["addressee_number"] for each in said] == [each["addressee_number"] for each in persons]
    return [each["state"] for each in said]


def numbers(vault: RunningVault, *addressees: str, municipality: str = ISE, business: str = "019") -> Any:
    """What only the vault itself knows."""
    return json.loads(
        vault.python(
            "import json\n"
            "from sesshu.numbers.integrated import finding\n"
            "from sesshu.protection.tenancy import acting_for\n"
            f"with acting_for('{municipality}'):\n"
            f"    print(json.dumps(finding.numbers_of('{business}', {list(addressees)!r})))\n"
        )
    )


def test_a_person_has_one_number_however_often_it_is_asked_for(vault: RunningVault, api: Api) -> None:
    """U01."""
    one, two = invented_addressee(), invented_addressee()
    assert assign(api, wanted(one), wanted(two)) == ["assigned", "assigned"]
    first = numbers(vault, one, two)
    assert assign(api, wanted(one), wanted(two), wanted(one)) == ["refused", "known", "refused"]
    asked = wanted(one)
    assert assign(api, asked, asked) == ["known", "known"]
    assert numbers(vault, one, two) == first
    assert len({*first.values()}) == 2
    assert all(len(each) == 15 and each.isdigit() and each[0] != "0" for each in first.values())


def test_the_same_addressee_in_another_city_is_somebody_else(vault: RunningVault, api: Api) -> None:
    addressee = invented_addressee()
    assert assign(api, wanted(addressee)) == ["assigned"]
    assert assign(api, wanted(addressee), municipality=KOFU) == ["assigned"]
    ours, theirs = numbers(vault, addressee), numbers(vault, addressee, municipality=KOFU)
    assert ours[addressee] != theirs[addressee]


def test_businesses_with_numbers_of_their_own_meet_by_the_individual_number(
    vault: RunningVault, api: Api, machines: Any
) -> None:
    """U02, A05: 付番 only when that 個人番号 has none yet."""
    number, addressee = api.register()
    assert assign(api, wanted(addressee)) == ["assigned"]
    insurance = machines(scopes=["integrated"], business="007", own_numbers=True)
    theirs, stranger = invented_addressee(), invented_addressee()
    said = insurance.assign(wanted(theirs, number), wanted(stranger, invented_number()), wanted(addressee))
    assert [each["state"] for each in said] == ["known", "refused", "assigned"]
    assert "登録されていません" in said[1]["message"]
    both = numbers(vault, addressee) | numbers(vault, theirs, business="007")
    assert both[addressee] == both[theirs]
    # The same digits as a 宛名番号 of the city say nothing in a business that counts for itself.
    assert numbers(vault, addressee, business="007") != numbers(vault, addressee)


def test_businesses_with_the_city_s_numbers_meet_by_them(
    vault: RunningVault, api: Api, machines: Any
) -> None:
    _, addressee = api.register()
    tax = machines(scopes=["integrated"], business="004")
    assert assign(api, wanted(addressee)) == ["assigned"]
    assert [each["state"] for each in tax.assign(wanted(addressee))] == ["known"]
    assert numbers(vault, addressee, business="004") == numbers(vault, addressee)


def test_a_number_that_comes_later_joins_the_person(vault: RunningVault, api: Api, machines: Any) -> None:
    number, addressee = invented_number(), invented_addressee()
    assert assign(api, wanted(addressee)) == ["assigned"]
    api.register(number, addressee)
    assert assign(api, wanted(addressee)) == ["known"]
    insurance = machines(scopes=["integrated"], business="007", own_numbers=True)
    theirs = invented_addressee()
    assert [each["state"] for each in insurance.assign(wanted(theirs, number))] == ["known"]
    assert numbers(vault, theirs, business="007")[theirs] == numbers(vault, addressee)[addressee]


def test_wrong_and_contradicting_numbers_are_refused_and_not_repeated(api: Api, machines: Any) -> None:
    _, addressee = api.register()
    other, _ = api.register()
    assign(api, wanted(addressee))
    mine = machines(scopes=["integrated"], business="019")
    (wrong,) = mine.assign(wanted(invented_addressee(), "123456789012"))
    (contradicting,) = mine.assign(wanted(addressee, other))
    assert (wrong["state"], contradicting["state"]) == ("refused", "refused")
    assert "12桁" in wrong["message"]
    assert "一致しません" in contradicting["message"]
    assert other not in str(contradicting)


def test_basic_information_is_kept_in_step(api: Api) -> None:
    """U03."""
    addressee, unknown = invented_addressee(), invented_addressee()
    assign(api, wanted(addressee))
    moved = wanted(addressee, address="架空町2-5", name="見本 花子")
    said = api("/v1/integrated/update", persons=[moved, wanted(unknown)])
    assert [each["state"] for each in said] == ["known", "refused"]
    assert "先に付番" in said[1]["message"]
    first, second = api("/v1/integrated/find", addressee_numbers=[addressee, unknown])
    assert (first["state"], first["basic"]["address"], first["basic"]["name"]) == (
        "known", "架空町2-5", "見本 花子",
    )  # fmt: skip
    assert (second["state"], second["basic"]) == ("unknown", None)


def test_who_looks_like_somebody_else_is_told(api: Api) -> None:
    one, two = invented_addressee(), invented_addressee()
    same = basic(kana="ミホン　タロウ" + uuid.uuid4().hex[:4])
    assign(api, wanted(one) | {"basic": same})
    assign(api, wanted(two) | {"basic": same | {"kana": same["kana"].replace("　", " "), "address": "別"}})
    assert [each["alike"] for each in api("/v1/integrated/find", addressee_numbers=[one])] == [1]


def test_merging_and_its_undoing_leave_everybody_as_before(vault: RunningVault, api: Api) -> None:
    _, kept = api.register()
    absorbed = invented_addressee()
    assign(api, wanted(kept), wanted(absorbed))
    before = numbers(vault, kept, absorbed)
    with pytest.raises(Refused, match="理由"):
        api("/v1/integrated/merge", keep=kept, absorb=absorbed, reason=" ")
    with pytest.raises(Refused, match="逆にすると"):
        api("/v1/integrated/merge", keep=absorbed, absorb=kept, reason="同じ方")
    assert api("/v1/integrated/merge", keep=kept, absorb=absorbed, reason="同じ方")["count"] == 1
    assert numbers(vault, kept, absorbed) == {kept: before[kept], absorbed: before[kept]}
    with pytest.raises(Refused, match="同じ方"):
        api("/v1/integrated/merge", keep=kept, absorb=absorbed, reason="もう一度")
    api("/v1/integrated/unmerge", addressee_number=absorbed, reason="別の方だった")
    assert numbers(vault, kept, absorbed) == before
    (row,) = api("/v1/integrated/history", addressee_number=kept)
    assert (row["reason"], row["undone_reason"], row["count"]) == ("同じ方", "別の方だった", 1)
    with pytest.raises(Refused, match="名寄せはありません"):
        api("/v1/integrated/unmerge", addressee_number=absorbed, reason="もう一度")


def test_a_number_that_came_while_two_were_one_goes_with_its_addressee(vault: RunningVault, api: Api) -> None:
    """Else whoever is asked about the one would be answered with the other's records."""
    kept, absorbed = invented_addressee(), invented_addressee()
    assign(api, wanted(kept), wanted(absorbed))
    api("/v1/integrated/merge", keep=kept, absorb=absorbed, reason="同じ方")
    api.register(invented_number(), absorbed)
    assign(api, wanted(absorbed))
    assert holders(vault, kept, absorbed) == {kept: absorbed, absorbed: absorbed}
    api("/v1/integrated/unmerge", addressee_number=absorbed, reason="別の方だった")
    assert holders(vault, kept, absorbed) == {kept: None, absorbed: absorbed}


def test_the_later_of_two_mergings_is_undone_first(vault: RunningVault, api: Api) -> None:
    first, second, third = (invented_addressee() for _ in range(3))
    assign(api, *map(wanted, (first, second, third)))
    before = numbers(vault, first, second, third)
    api("/v1/integrated/merge", keep=second, absorb=first, reason="同じ方")
    api("/v1/integrated/merge", keep=third, absorb=second, reason="同じ方")
    with pytest.raises(Refused, match="先にそれを解除") as said:
        api("/v1/integrated/unmerge", addressee_number=first, kept=second, reason="別の方だった")
    assert said.value.code == "later"
    api("/v1/integrated/unmerge", addressee_number=second, kept=third, reason="別の方だった")
    api("/v1/integrated/unmerge", addressee_number=first, kept=second, reason="別の方だった")
    assert numbers(vault, first, second, third) == before


def test_two_with_numbers_of_their_own_are_two(api: Api) -> None:
    _, one = api.register()
    _, two = api.register()
    assign(api, wanted(one), wanted(two))
    with pytest.raises(Refused, match="どちらにも個人番号"):
        api("/v1/integrated/merge", keep=one, absorb=two, reason="同姓同名")


def test_across_businesses_the_operator_merges(vault: RunningVault, api: Api, machines: Any) -> None:
    ours, theirs = invented_addressee(), invented_addressee()
    assign(api, wanted(ours))
    machines(scopes=["integrated"], business="007", own_numbers=True).assign(wanted(theirs))
    place = ["--municipality", ISE, "--by", "officer"]
    merge = ["numbers", "integrated", "merge", "--keep", f"019:{ours}", "--absorb", f"007:{theirs}"]
    vault.cli(*merge, "--reason", "同じ方", *place)
    assert numbers(vault, theirs, business="007")[theirs] == numbers(vault, ours)[ours]
    vault.cli("numbers", "integrated", "unmerge", f"007:{theirs}", "--reason", "誤り", *place)
    said = answered(vault.cli("numbers", "integrated", "history", f"019:{ours}", *place, "--json"))
    assert [bool(each["undone_at"]) for each in said["merges"]] == [True]


def test_a_rotation_of_the_keys_changes_no_number(vault: RunningVault, api: Api) -> None:
    _, addressee = api.register(municipality=KOFU)
    assign(api, wanted(addressee), municipality=KOFU)
    before = numbers(vault, addressee, municipality=KOFU)
    vault.cli("keys", "rotate", "--system", "numbers", "--municipality", KOFU)
    assert numbers(vault, addressee, municipality=KOFU) == before
    assert assign(api, wanted(addressee), municipality=KOFU) == ["known"]
    (found,) = api("/v1/integrated/find", addressee_numbers=[addressee], municipality=KOFU)
    assert found["basic"]["birth_date"] == DATED


def test_every_use_is_on_record_under_its_caller(vault: RunningVault, api: Api) -> None:
    addressee = invented_addressee()
    api("/v1/integrated/assign", persons=[wanted(addressee)], actor="integrator")
    said = vault.python(
        "from sesshu.numbers.models import Access\n"
        "from sesshu.protection.tenancy import acting_for\n"
        f"with acting_for('{ISE}'):\n"
        "    print(list(Access.objects.filter(actor='integrator').values_list('operation', 'count')))\n"
    )
    assert said.strip() == "[('integrated-assign', 1)]"
