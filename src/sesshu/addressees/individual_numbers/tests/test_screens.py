"""The screens of 個人番号 against the running vault (S02; controls 1, 18, 21, 24, 27)."""

from __future__ import annotations

import re
import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings
from tests.vault import ISE, Api, RunningVault, invented_addressee, invented_number

from sesshu.addressees.choices import Kind, Sex, Status
from sesshu.addressees.individual_numbers import choices as city_choices
from sesshu.addressees.individual_numbers.models import NumberToken
from sesshu.addressees.models import Addressee
from sesshu.kernel import clock
from sesshu.protection import freshness
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account

BASE = "/individual-numbers/"


@pytest.fixture
def person(ise: object) -> Addressee:
    return Addressee.objects.create(
        number=invented_addressee(), kind=Kind.RESIDENT, name="見本 花子", sex=Sex.FEMALE,
        status=Status.RESIDENT, birth_date=date(2020, 1, 1), name_key="ミホンハナコ", address_key="",
        updated_at=clock.now(),
    )  # fmt: skip


def account(ise: Any, *roles: Role) -> Account:
    return open_account(
        login=f"n-{uuid.uuid4().hex[:12]}",
        name="試験 番号係",
        municipality=ise,
        roles=roles,
        password="x" * 16,
    )


@pytest.fixture
def officer(ise: object) -> Account:
    return account(ise, Role.NUMBERS, Role.COUNTER)


@pytest.fixture
def desk(officer: Account) -> Client:
    """Signed in, with the second factor shown this moment."""
    client = Client()
    client.force_login(officer)
    show_factor(client)
    return client


def show_factor(client: Client, ago: timedelta = timedelta()) -> None:
    session = client.session
    session[freshness._KEY] = (clock.now() - ago).isoformat()
    session.save()


def registration(number: str, **others: str) -> dict[str, str]:
    fields = {"number": number, "method": "card", "on": clock.today().isoformat()}
    return fields | {"request_id": str(uuid.uuid4())} | others


def register(desk: Client, person: Addressee, number: str, **others: str) -> Any:
    return desk.post(f"{BASE}{person.pk}/register/", registration(number, **others), follow=True)


def reveal(desk: Client, person: Addressee, **headers: str) -> Any:
    return desk.post(f"{BASE}{person.pk}/reveal/", {"purpose": "vaccination"}, headers=headers)


def grouped(number: str) -> str:
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def test_a_number_is_registered_shown_once_and_found(
    city_vault: RunningVault, desk: Client, person: Addressee
) -> None:
    number = invented_number()
    page = register(desk, person, f"{number[:4]}-{number[4:8]}-{number[8:]}")
    assert "登録しました" in page.content.decode()
    assert "個人番号カード" in page.content.decode()  # how identity was checked
    answer = reveal(desk, person, **{"X-Fragment": "1"})
    assert grouped(number) in answer.content.decode()
    assert 'data-seconds="15"' in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store, private"
    found = desk.post(BASE, {"number": number})
    assert found.headers["Location"] == f"{BASE}{person.pk}/"
    for answer in (page, found, desk.get(f"{BASE}{person.pk}/"), desk.get(BASE)):
        assert number not in answer.content.decode()
        assert grouped(number) not in answer.content.decode()
    assert number not in str(dict(desk.session))


def test_without_scripts_the_page_leaves_by_itself(
    city_vault: RunningVault, desk: Client, person: Addressee
) -> None:
    number = invented_number()
    register(desk, person, number)
    answer = reveal(desk, person)
    assert grouped(number) in answer.content.decode()
    assert answer.headers["Refresh"].startswith("15; url=")
    assert desk.get(f"{BASE}{person.pk}/reveal/").headers["Location"] == f"{BASE}{person.pk}/"


def test_both_logs_have_each_use_under_one_request_id(
    city_vault: RunningVault, api: Api, desk: Client, person: Addressee, officer: Account
) -> None:
    since = clock.now()
    number = invented_number()
    register(desk, person, number)
    reveal(desk, person)
    desk.post(BASE, {"number": number})
    events = AuditEvent.objects.filter(account=officer, action__startswith="number.")
    ours = {(event.detail["request"], event.action.removeprefix("number.")) for event in events}
    rows = api(
        "/v1/accesses", since=since.isoformat(), until=(clock.now() + timedelta(seconds=1)).isoformat()
    )
    theirs = {(row["request_id"], row["operation"]) for row in rows if row["actor"] == officer.login}
    assert {action for _, action in ours} == {"register", "reveal", "search"}
    assert ours <= theirs
    shown = next(event for event in events if event.action == "number.reveal")
    assert (shown.purpose, shown.subjects) == ("vaccination", [person.pk])
    assert number not in str([event.detail for event in events])


def test_a_use_that_stands_in_one_log_alone_is_told(
    city_vault: RunningVault, api: Api, desk: Client, person: Addressee
) -> None:
    from sesshu.addressees.individual_numbers import reconciling
    from sesshu.protection import audit

    since = clock.now()
    register(desk, person, invented_number())
    reveal(desk, person)
    until = clock.now() + timedelta(seconds=5)
    assert reconciling.reconcile(ISE, since=since, until=until).only_city == ()
    audit.record("number.reveal", by=None, detail={"request": "forged"})
    _, addressee = api.register(actor="elsewhere")
    found = reconciling.reconcile(ISE, since=since, until=until)
    assert found.both >= 2
    assert found.only_city == (("forged", "reveal"),)
    assert "register" in {use for _, use in found.only_vault}
    assert addressee not in str(found)


def test_the_factor_is_asked_for_anew(city_vault: RunningVault, desk: Client, person: Addressee) -> None:
    number = invented_number()
    register(desk, person, number)
    show_factor(desk, timedelta(minutes=6))
    answer = reveal(desk, person)
    assert answer.status_code in (302, 204, 200)
    assert number not in answer.content.decode()
    assert grouped(number) not in answer.content.decode()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.NUMBERS])
def test_for_all_others_it_is_not_in_the_payload(
    city_vault: RunningVault, ise: object, desk: Client, person: Addressee, role: Role
) -> None:
    number = invented_number()
    register(desk, person, number)
    other = Client()
    other.force_login(account(ise, role))
    show_factor(other)
    for path in ("", f"{person.pk}/"):
        assert other.get(f"{BASE}{path}").status_code == 404
    for path in ("", f"{person.pk}/reveal/", f"{person.pk}/register/", f"{person.pk}/change/"):
        assert other.post(f"{BASE}{path}", {"purpose": "vaccination"}).status_code == 404
    page = other.get(f"/addressees/{person.pk}/").content.decode()
    assert "個人番号" not in page
    assert number not in page
    token = NumberToken.objects.get(addressee=person).token
    assert token not in page


def test_only_at_a_numbers_terminal(city_vault: RunningVault, desk: Client, person: Addressee) -> None:
    with override_settings(TERMINALS_REQUIRED=True):
        for answer in (desk.get(f"{BASE}{person.pk}/"), reveal(desk, person), desk.get(BASE)):
            assert answer.status_code in (403, 404)


@pytest.mark.parametrize(
    ("number", "said"), [("123456789012", "検査用数字"), ("12345", "12桁"), ("abc", "12桁"), ("", "入力して")]
)
def test_a_mistyped_number_is_explained_and_not_put_back(
    city_vault: RunningVault, desk: Client, person: Addressee, number: str, said: str
) -> None:
    for answer in (register(desk, person, number), desk.post(BASE, {"number": number})):
        text = answer.content.decode()
        assert answer.status_code == 400
        assert said in text
        assert not number or f'value="{number}"' not in text


def test_another_person_s_number_is_refused(
    city_vault: RunningVault, desk: Client, person: Addressee, api: Api
) -> None:
    number, _ = api.register()
    answer = register(desk, person, number)
    assert "別の宛名番号の方に登録されています" in answer.content.decode()
    assert number not in answer.content.decode()


def test_without_an_identity_check_nothing_is_registered(
    city_vault: RunningVault, desk: Client, person: Addressee, api: Api
) -> None:
    """S11."""
    number = invented_number()
    assert register(desk, person, number, method="").status_code == 400
    tomorrow = (clock.today() + timedelta(days=1)).isoformat()
    assert register(desk, person, number, on=tomorrow).status_code == 400
    assert api.search(number) is None


def test_sent_twice_it_is_registered_once(city_vault: RunningVault, desk: Client, person: Addressee) -> None:
    fields = registration(invented_number())
    for _ in range(2):
        assert desk.post(f"{BASE}{person.pk}/register/", fields).status_code == 302


def test_a_change_is_shown_and_kept(city_vault: RunningVault, desk: Client, person: Addressee) -> None:
    register(desk, person, invented_number())
    new = invented_number()
    fields = registration(new, reason="番号変更請求", changed_on=clock.today().isoformat())
    page = desk.post(f"{BASE}{person.pk}/change/", fields, follow=True).content.decode()
    assert "番号変更請求" in page
    assert grouped(new) in reveal(desk, person).content.decode()


def test_with_the_vault_away_the_page_says_so(desk: Client, person: Addressee, settings: Any) -> None:
    settings.VAULT = settings.VAULT | {"address": "https://localhost:1"}
    page = desk.get(f"{BASE}{person.pk}/")
    assert "接続できません" in page.content.decode()
    answer = desk.post(f"{BASE}{person.pk}/reveal/", {"purpose": "vaccination"})
    assert answer.status_code == 400
    settings.VAULT = settings.VAULT | {"address": ""}
    assert "設定されていません" in desk.get(f"{BASE}{person.pk}/").content.decode()


def test_a_merged_person_s_number_is_found_from_the_one_that_stays(
    city_vault: RunningVault, desk: Client, person: Addressee, officer: Account
) -> None:
    from sesshu.addressees import merging

    number = invented_number()
    register(desk, person, number)
    other = Addressee.objects.get(pk=person.pk)
    other.pk, other.number = None, invented_addressee()
    other.save()
    merging.merge(winner=other.pk, loser=person.pk, by=officer, at=clock.now(), reason="同一人")
    assert grouped(number) in reveal(desk, other).content.decode()
    assert desk.post(BASE, {"number": number}).headers["Location"] == f"{BASE}{other.pk}/"


def test_city_and_vault_have_the_same_words(vault: RunningVault) -> None:
    said = vault.python(
        "from sesshu.numbers import choices as c\n"
        "print(c.NumberPurpose.choices, c.Scope.values, c.IdentityCheck.values)"
    )
    assert str(city_choices.NumberPurpose.choices) in said
    assert all(scope in said for scope in city_choices.SCOPES)
    assert all(method in said for method in city_choices.IdentityCheck.values)


def test_a_token_tells_nothing(city_vault: RunningVault, desk: Client, person: Addressee) -> None:
    number = invented_number()
    register(desk, person, number)
    token = NumberToken.objects.get(addressee=person)
    assert re.fullmatch(r"t[0-9a-f]{40}", token.token)
    assert number not in token.token
    assert ISE not in token.token
