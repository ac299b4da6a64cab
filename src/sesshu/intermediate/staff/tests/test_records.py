"""情報提供等記録 on the screen: found, read, corrected with a notice, copied for the person (M05, M09)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from sesshu.intermediate.models import Outbox, Record
from sesshu.intermediate.staff import naming
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.kernel import clock
from sesshu.kernel.wareki import to_wareki_short
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role
from sesshu.protocol import envelopes, messages

SignIn = Callable[..., Client]
RECORDS = Role.EXCHANGE_RECORDS


@pytest.fixture
def provided(core: Core, other: Other) -> Record:
    """Kofu was given the dose of person 1, and once more with 不開示; person 2 was asked about there."""
    world.get_codes(core, 1, 2)
    world.put_replicas((1, "dose-1", world.record()))
    core.post("/network/permits", [core.signed(core.permit(code=world.code(1)))])
    world.dispatch()
    found = Record.objects.get(event="provided")
    world.from_numbers(
        "/dbm/flags",
        flags=[{"integrated_number": world.number(2), "information": None, "no_auto_reply": False,
                "nondisclosure": True}],
    )  # fmt: skip
    core.post("/network/permits", [core.signed(core.permit(code=world.code(2)))])
    world.dispatch()
    return found


def asked(client: Client, **said: str) -> str:
    answer = client.post("/exchange/records/", {"number": "", "since": "", "until": ""} | said)
    return answer.content.decode()


def test_by_person_by_period_by_other_party(provided: Record, sign_in: SignIn) -> None:
    client, today = sign_in(RECORDS), clock.today().isoformat()
    page = asked(client, number=world.number(1))
    assert "情報提供等記録（1件" in page
    assert "甲府市" in page
    assert world.number(1) in page
    assert "不開示の記録は入りません" in page
    assert "（2件" in asked(client, since=today)
    assert "（2件" in asked(client, since=today, institution=world.OTHER, side="provider")
    assert "条件に合う記録はありません" in asked(client, since=today, institution=world.THIRD)
    assert "条件に合う記録はありません" in asked(client, since="2001-01-01", until="2001-01-31")
    assert "登録されていません" in asked(client, number=world.number(77))
    assert "「いつから」を入力してください" in asked(client)
    assert "15桁の数字で" in asked(client, number="12")


def test_each_search_is_logged_with_the_persons_and_no_number(provided: Record, sign_in: SignIn) -> None:
    client = sign_in(RECORDS)
    asked(client, number=world.number(1))
    client.get(f"/exchange/records/{provided.pk}/")
    events = AuditEvent.objects.filter(account=client.account).order_by("pk")  # type: ignore[attr-defined]
    assert [event.action for event in events] == ["intermediate.record-list", "intermediate.record-read"]
    assert {event.purpose for event in events} == {"exchange"}
    assert {len(event.subjects) for event in events} == {1}
    assert world.number(1) not in str(list(events.values()))


def test_an_entry_is_whole_though_part_of_it_is_of_another_day(provided: Record, sign_in: SignIn) -> None:
    """Asked for within the period, answered after it: what became of it is shown."""
    rows = {event: str(pk) for event, pk in Record.objects.values_list("event", "pk")}
    assert set(rows) == {"asked", "provided"}
    page = asked(sign_in(RECORDS), since=(clock.today() - timedelta(days=1)).isoformat())
    assert page.count("<td>提供</td><td>提供</td>") == 2


def test_corrected_with_its_reason_and_told_to_the_other_side(
    core: Core, other: Other, provided: Record, sign_in: SignIn
) -> None:
    client = sign_in(RECORDS)
    address = f"/exchange/records/{provided.pk}/"
    said = {"field": "count", "after": "2", "reason": "数え誤り"}
    page = client.post(f"{address}correct/", said, follow=True).content.decode()
    assert "相手の機関へ通知します" in page
    assert "数え誤り" in page
    assert "提供した件数</dt><dd>2件" in page
    assert Outbox.objects.filter(kind="correction").exists()
    world.dispatch()
    key = envelopes.imported(world.ours()["signing_key"])
    told = envelopes.verified(core.corrections[0], key, typ=messages.CORRECTION)
    assert (told["field"], told["before"], told["after"], told["reason"]) == ("count", "1", "2", "数え誤り")
    assert provided.count == 1  # the row itself stays
    assert "訂正あり" in asked(client, number=world.number(1))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"field": "", "after": "1", "reason": "x"}, "訂正する項目を選んでください"),
        ({"field": "count", "after": "1", "reason": ""}, "訂正の理由を入力してください"),
        ({"field": "count", "after": "たくさん", "reason": "x"}, "件数は、0以上の数字で"),
        ({"field": "asked_at", "after": "きのう", "reason": "x"}, "2026-11-22 10:05"),
        ({"field": "asked_at", "after": "2199-01-01 10:00", "reason": "x"}, "これから先の日時"),
        ({"field": "nondisclosure", "after": "はい", "reason": "x"}, "「不開示」か「開示」"),
        ({"field": "item", "after": "第二十五", "reason": "x"}, "25-1"),
        ({"field": "permit", "after": "m1", "reason": "x"}, "選択"),
    ],
)
def test_a_wrong_correction_changes_nothing(
    provided: Record, sign_in: SignIn, said: dict[str, str], told: str
) -> None:
    before = Record.objects.count()
    answer = sign_in(RECORDS).post(f"/exchange/records/{provided.pk}/correct/", said)
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert Record.objects.count() == before


@pytest.mark.parametrize(("field", "after", "shown"), [
    ("asked_at", "2026-01-02 03:04", "R8.1.2 03:04"), ("nondisclosure", "不開示", "不開示（本人に示さない）"),
    ("legal_basis", "番号法19条8号", "番号法19条8号"), ("item", "25-2", "25-2の項"),
])  # fmt: skip
def test_each_item_can_be_corrected(
    provided: Record, sign_in: SignIn, field: str, after: str, shown: str
) -> None:
    said = {"field": field, "after": after, "reason": "誤り"}
    answer = sign_in(RECORDS).post(f"/exchange/records/{provided.pk}/correct/", said, follow=True)
    assert shown in answer.content.decode()


def test_a_corrected_time_is_told_as_it_is_in_japan(
    core: Core, other: Other, provided: Record, sign_in: SignIn
) -> None:
    """On the page, in the person's copy and to the other side."""
    client, before = sign_in(RECORDS), clock.in_japan(provided.asked_at)
    said = {"field": "asked_at", "after": "2026-01-02 03:04", "reason": "誤り"}
    page = client.post(f"/exchange/records/{provided.pk}/correct/", said, follow=True).content.decode()
    shown = f"{to_wareki_short(before.date())} {before:%H:%M}"
    assert f"<td>{shown}</td><td>R8.1.2 03:04</td>" in page
    copy = client.post("/exchange/records/disclosure/", {"number": world.number(1)}).content.decode()
    assert f"求めの日時を「{shown}」から「R8.1.2 03:04」に訂正" in copy
    world.dispatch()
    key = envelopes.imported(world.ours()["signing_key"])
    told = envelopes.verified(core.corrections[0], key, typ=messages.CORRECTION)
    assert (told["before"], told["after"]) == (before.isoformat(), "2026-01-02T03:04:00+09:00")


@pytest.mark.parametrize(
    "text", ["2026-11-21 20:05:00+00:00", "2026-11-22T05:05:00+09:00", "2026-11-22 05:05"]
)
def test_a_time_however_the_other_side_writes_it_is_shown_in_japan(text: str) -> None:
    assert naming.corrected("asked_at", text) == "R8.11.22 05:05"


def test_the_person_s_copy_leaves_out_nondisclosure_and_staff(provided: Record, sign_in: SignIn) -> None:
    client = sign_in(RECORDS)

    def copy(n: int) -> str:
        return client.post("/exchange/records/disclosure/", {"number": world.number(n)}).content.decode()

    assert "甲府市" in copy(1)
    assert "t-clerk" not in copy(1)
    assert "照会・提供の記録はありません" in copy(2)
    assert "甲府市" not in copy(2)
    assert AuditEvent.objects.filter(action="intermediate.disclosure", purpose="disclosure").count() == 4


@pytest.mark.parametrize("role", [Role.EXCHANGE_DESK, Role.EXCHANGE_OPERATOR, Role.EXCHANGE_DECIDER])
def test_other_roles_see_no_record(provided: Record, sign_in: SignIn, role: Role) -> None:
    client: Any = sign_in(role)
    assert client.get("/exchange/records/").status_code == 404
    assert client.post("/exchange/records/", {"number": world.number(1)}).status_code == 404
    assert client.get(f"/exchange/records/{provided.pk}/").status_code == 404
    assert client.post(f"/exchange/records/{provided.pk}/correct/").status_code == 404
    assert client.post("/exchange/records/disclosure/", {"number": world.number(1)}).status_code == 404
