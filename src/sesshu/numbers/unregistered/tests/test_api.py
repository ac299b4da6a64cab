"""The public API for 住登外者宛名番号 at the vault's door: 付番, 照会, 名寄せ (A05)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from tests.businesses import ASSIGN, INQUIRE, Business
from tests.vault import ISE, KOFU, Api, RunningVault, invented_number


def named() -> str:
    return "架空　" + "".join("甲乙丙丁戊己庚辛壬癸"[secrets.randbelow(10)] for _ in range(12))


def test_a_number_is_given_and_found_again(business: Callable[..., Business]) -> None:
    mine, name = business(), named()
    assert len(mine.id) == 32
    assert mine.id.isalnum()
    assert len(mine.secret) >= 32
    answer = mine.post(
        ASSIGN, shorikubun="0", shimei=name, shimei_kana="カクウ", seibetsu="2", seinengappi="1980-02-29",
        jusho_machiaza="架空町", jusho_banchigo="1-2",
    )  # fmt: skip
    said = answer.json()
    assert (answer.status_code, said["metadata"]["title"]) == (200, "OK")
    assert said["_links"]["self"]["href"] == f"/{ASSIGN}"
    (row,) = said["result"]
    assert (row["shikuchosonkodo"], row["rirekibango"]) == (ISE, 1)
    assert len(row["atenabango"]) == 15
    assert row["atenabango"].startswith("9")
    (found,) = mine.find(shimei=name.replace("　", ""))
    assert (found["atenabango"], found["shimei"], found["seibetsu"]) == (row["atenabango"], name, "2")
    part = {"kensakukubun": "1", "shimei": name[3:8], "seinengappi": "1980-02-29", "jusho": "架空町"}
    assert row["atenabango"] in {each["atenabango"] for each in mine.find(**part)}
    assert mine.find(**part | {"jusho": "別の町"}) == []


def test_a_former_name_is_found_too(business: Callable[..., Business]) -> None:
    mine, before, after = business(), named(), named()
    number = mine.assign(shimei=before)
    changed = {"shorikubun": "1", "atenabango": number, "shimei": after, "seinengappi": "1980-02-29"}
    answer = mine.post(ASSIGN, **changed)
    assert answer.json()["result"][0]["rirekibango"] == 2
    (found,) = mine.find(shimei=before)
    assert (found["atenabango"], found["shimei"], found["rirekibango"]) == (number, after, 2)
    history = mine.find(shimei=before, rirekikubun="1")
    assert [each["shimei"] for each in history] == [after, before]


def test_a_repeated_request_gives_the_same_number(business: Callable[..., Business]) -> None:
    mine = business()
    asked = {"shorikubun": "0", "shimei": named(), "seinengappi": "1980-02-29", "sosajikoku": "10:00:01"}
    first, second = (mine.post(ASSIGN, **asked).json()["result"] for _ in range(2))
    assert first == second


def test_an_individual_number_goes_to_the_vault_and_does_not_come_back(
    business: Callable[..., Business], api: Api
) -> None:
    mine, number, name = business(), invented_number(), named()
    given = mine.assign(shimei=name, kojinbango=number)
    assert api.search(number) == given
    (found,) = mine.find(kojinbango=number)
    assert found["atenabango"] == given
    assert number not in str(found)
    refused = mine.post(ASSIGN, shorikubun="0", shimei=named(), kojinbango=number, seinengappi="1980-02-29")
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["code"]) == (400, "E0004")
    assert number not in refused.text
    # Nothing half: neither a person nor a number more.
    assert len(mine.find(kojinbango=number)) == 1


def test_joining_and_splitting_stand_on_record(
    business: Callable[..., Business], vault: RunningVault
) -> None:
    mine, name = business(), named()
    one, two = mine.assign(shimei=name), mine.assign(shimei=name, seibetsu="1")
    base = {"shorikubun": "1", "atenabango": two, "shimei": name, "seinengappi": "1980-02-29"}
    joined = mine.post(ASSIGN, nayosemotofuragu="1", nayosesakiatenabango=one, **base)
    assert joined.status_code == 200, joined.text
    (found,) = mine.find(atenabango=two)
    assert (found["nayosemotofuragu"], found["nayosesakiatenabango"]) == ("1", one)
    other = mine.assign(shimei=named())
    for wrong in (
        {"atenabango": other, "nayosesakiatenabango": two},
        {"atenabango": one, "nayosesakiatenabango": other},
        {"atenabango": two, "nayosesakiatenabango": other},
        {"atenabango": two, "nayosesakiatenabango": "1"},
    ):
        answer = mine.post(ASSIGN, **base | {"nayosemotofuragu": "1"} | wrong)
        assert [each["code"] for each in answer.json()["errors"]] == ["E0004"], wrong
    assert mine.post(ASSIGN, nayosemotofuragu="0", **base).status_code == 200
    assert mine.find(atenabango=two)[0]["nayosemotofuragu"] == "0"
    said = vault.python(
        "from sesshu.numbers.unregistered.models import Joining\n"
        "from sesshu.protection.tenancy import acting_for\n"
        f"with acting_for('{ISE}'):\n"
        f"    rows = Joining.objects.filter(source__addressee_number='{two}').order_by('pk')\n"
        "    print(list(rows.values_list('target__addressee_number', 'is_undoing')))\n"
    )
    assert said.strip() == f"[('{one}', False), ('{one}', True)]"


def test_what_a_business_closes_others_do_not_see(business: Callable[..., Business]) -> None:
    mine, others, name = business(), business(business="004"), named()
    number = mine.assign(shimei=name, tagyomusanshofukafuragu="1")
    assert [each["atenabango"] for each in mine.find(shimei=name)] == [number]
    assert others.find(shimei=name) == []


def test_another_city_sees_nobody(business: Callable[..., Business]) -> None:
    mine, theirs, name = business(), business(city=KOFU), named()
    number = mine.assign(shimei=name)
    assert theirs.find(atenabango=number) == []
    answer = theirs.post(INQUIRE, atenabango=number, shikuchosonkodo=ISE)
    assert [each["code"] for each in answer.json()["errors"]] == ["E0004"]
    used = theirs.post(ASSIGN, shorikubun="1", atenabango=number, shimei=name, seinengappi="1980-02-29")
    assert used.status_code == 400


def test_errors_have_the_national_shape(business: Callable[..., Business]) -> None:
    mine = business()
    answer = mine.post(ASSIGN, shorikubun="", shimei="あ" * 101, kojinbango="12345678901x")
    assert answer.status_code == 400
    said = answer.json()
    assert said["metadata"]["title"] == "Bad Request"
    assert sorted(each["code"] for each in said["errors"]) == ["E0001", "E0002", "E0003"]
    assert "result" not in said
    broken = mine.http.post(f"/{ASSIGN}", content=b"{", headers={"Authorization": f"Bearer {mine.token()}"})
    assert (broken.status_code, broken.json()["errors"][0]["code"]) == (400, "E0001")
    whole = mine.post(INQUIRE, jusho="架空町")
    assert [each["code"] for each in whole.json()["errors"]] == ["E0004"]


def test_it_is_described(business: Callable[..., Business]) -> None:
    paths = business().http.get("/app_submit/v10/openapi.json").json()["paths"]
    assert {f"/{ASSIGN}", f"/{INQUIRE}"} == set(paths)
    body = paths[f"/{ASSIGN}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "shorikubun" in body["required"]


def test_a_rotation_leaves_everybody_to_be_found(
    business: Callable[..., Business], vault: RunningVault
) -> None:
    theirs, name = business(city=KOFU), named()
    number = theirs.assign(shimei=name)
    vault.cli("keys", "rotate", "--system", "numbers", "--municipality", KOFU)
    assert [each["atenabango"] for each in theirs.find(shimei=name)] == [number]
