"""Inquiries, flags, registrations, the permission list: states and no content (M09, M11-M13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from sesshu.intermediate import identity
from sesshu.intermediate.models import Inquiry, ListCopy, Manifest
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core, Other
from sesshu.kernel import clock
from sesshu.protection.models import AuditEvent
from sesshu.protection.roles import Role

SignIn = Callable[..., Client]


@pytest.fixture
def answered(core: Core, other: Other) -> Inquiry:
    """Ise asked Kofu about person 1, and the answer has come."""
    world.get_codes(core, 1)
    world.inquire(world.inquiry(1, "ref-1"))
    world.dispatch()
    (permit,) = core.permits.values()
    given = {name: world.record(lot="LOT-SECRET")[name] for name in world.PERMITTED}
    other.bring(other.answer(permit, [given]))
    return Inquiry.objects.get()


def test_an_operator_sees_states_and_neither_person_nor_content(answered: Inquiry, sign_in: SignIn) -> None:
    operator, desk = sign_in(Role.EXCHANGE_OPERATOR), sign_in(Role.EXCHANGE_DESK)
    for address in ("/exchange/inquiries/", f"/exchange/inquiries/{answered.pk}/"):
        page = operator.get(address).content.decode()
        assert "回答あり" in page
        assert "甲府市" in page
        assert world.number(1) not in page
        assert "団体内統合宛名番号" not in page
        page = desk.get(address).content.decode()
        assert world.number(1) in page
        assert "LOT-SECRET" not in page
    logged = AuditEvent.objects.filter(action__startswith="intermediate.inquiry-").order_by("pk")
    by_operator = logged.filter(account=operator.account)  # type: ignore[attr-defined]
    assert [event.subjects for event in by_operator] == [[], []]
    by_desk = logged.filter(account=desk.account)  # type: ignore[attr-defined]
    assert [event.subjects for event in by_desk] == [[answered.person_id]] * 2


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", True), ("state=open", False), ("state=answered", True), ("state=refused", False),
        (f"institution={world.OTHER}", True), (f"institution={world.THIRD}", False), ("number=ref-1", True),
        ("number=ref", False), ("since=2001-01-01", True), ("until=2001-01-01", False),
    ],
)  # fmt: skip
def test_inquiries_are_found_by_what_is_known_of_them(
    answered: Inquiry, sign_in: SignIn, query: str, shown: bool
) -> None:
    page = sign_in(Role.EXCHANGE_DESK).get(f"/exchange/inquiries/?{query}").content.decode()
    assert (answered.processing_number in page) is shown
    assert ("条件に合う照会はありません" in page) is not shown


def test_by_its_processing_number_and_what_to_do_next(answered: Inquiry, sign_in: SignIn) -> None:
    desk = sign_in(Role.EXCHANGE_DESK)
    page = desk.get("/exchange/inquiries/", {"number": f" {answered.processing_number} "}).content.decode()
    assert answered.processing_number in page
    assert (
        "市のシステムがまだ受け取っていません"
        in desk.get(f"/exchange/inquiries/{answered.pk}/").content.decode()
    )


def test_without_any_inquiry_it_says_where_one_is_made(core: Core, sign_in: SignIn) -> None:
    assert "照会はまだありません" in sign_in(Role.EXCHANGE_DESK).get("/exchange/inquiries/").content.decode()


def test_flags_of_persons_and_of_single_information(core: Core, sign_in: SignIn) -> None:
    world.from_numbers(
        "/dbm/flags",
        flags=[
            {"integrated_number": world.number(1), "information": None, "no_auto_reply": True,
             "nondisclosure": False},
            {"integrated_number": world.number(2), "information": world.ROW.information,
             "no_auto_reply": False, "nondisclosure": True},
            {"integrated_number": world.number(3), "information": None, "no_auto_reply": False,
             "nondisclosure": False},
        ],
    )  # fmt: skip
    desk = sign_in(Role.EXCHANGE_DESK)
    whole = desk.get("/exchange/flags/").content.decode()
    assert "「接種台帳」を開き、「提供の設定」で" in whole
    assert world.number(1) in whole
    assert world.number(2) not in whole
    assert world.number(3) not in whole
    single = desk.get("/exchange/flags/?kind=information").content.decode()
    assert world.number(2) in single
    assert "予防接種の記録" in single
    of_one = desk.post("/exchange/flags/", {"number": world.number(2)}).content.decode()
    assert "予防接種の記録" in of_one
    assert world.number(1) not in of_one
    assert "登録されていません" in desk.post("/exchange/flags/", {"number": world.number(9)}).content.decode()
    assert desk.post("/exchange/flags/", {"number": "9"}).status_code == 400
    assert sign_in(Role.EXCHANGE_OPERATOR).get("/exchange/flags/").status_code == 404


def test_who_registered_what_and_when(core: Core, sign_in: SignIn) -> None:
    world.put_replicas((1, "dose-1", world.record(lot="LOT-SECRET")))
    world.put_replicas((1, "dose-1", world.record(individual="1")), sequence=1)
    operator = sign_in(Role.EXCHANGE_OPERATOR)
    page = operator.get("/exchange/registrations/").content.decode()
    assert "p-ledger" in page
    assert "予防接種の記録" in page
    assert "LOT-SECRET" not in page
    manifest = Manifest.objects.latest("started_at")
    detail = operator.get(f"/exchange/registrations/{manifest.pk}/").content.decode()
    for said in ("t-clerk", manifest.digest, "登録済み 1件"):
        assert said in detail
    assert "p-ledger" not in operator.get("/exchange/registrations/?process=other").content.decode()


def test_the_versions_of_the_permission_list_and_their_rows(core: Core, sign_in: SignIn) -> None:
    core.version += 1
    world.refresh(core)
    desk = sign_in(Role.EXCHANGE_DESK)
    page = desk.get("/exchange/lists/").content.decode()
    assert page.index("第4版") < page.index("使用中") < page.index("第3版") < page.index("以前の版")
    newest = ListCopy.objects.order_by("-version")[0]
    rows = desk.get(f"/exchange/lists/{newest.pk}/").content.decode()
    for said in (world.ROW.item, world.ROW.information_name, world.ROW.legal_basis, "ロット番号", "R6.5.27"):
        assert said in rows
    identity.folder().joinpath("core.json").unlink()
    assert "署名を確かめられません" in desk.get(f"/exchange/lists/{newest.pk}/").content.decode()


def test_without_a_list_it_says_how_to_get_one(ise: object, sign_in: SignIn) -> None:
    assert "intermediate refresh" in sign_in(Role.EXCHANGE_DESK).get("/exchange/lists/").content.decode()


def test_a_page_of_fifty_asks_no_more_than_one_of_one(core: Core, sign_in: SignIn) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk, records = sign_in(Role.EXCHANGE_DESK), sign_in(Role.EXCHANGE_RECORDS)
    since = (clock.today() - timedelta(days=1)).isoformat()

    def cost() -> dict[str, int]:
        found = {}
        for client, address in (
            (desk, "/exchange/inquiries/"), (desk, "/exchange/provisions/"), (desk, "/exchange/flags/"),
            (desk, "/exchange/registrations/"), (records, "/exchange/records/"),
        ):  # fmt: skip
            with CaptureQueriesContext(connection) as queries:
                answer = client.post(address, {"since": since}) if client is records else client.get(address)
            assert answer.status_code == 200
            found[address] = len(queries)
        return found

    def more(*persons: int) -> None:
        world.get_codes(core, *persons)
        world.put_replicas(*((n, f"dose-{n}", world.record()) for n in persons))
        for n in persons:
            world.put_replicas((n, f"more-{n}", world.record()))
        world.from_numbers(
            "/dbm/flags",
            flags=[{"integrated_number": world.number(n), "information": None, "no_auto_reply": True,
                    "nondisclosure": False} for n in persons],
        )  # fmt: skip
        core.post("/network/permits", [core.signed(core.permit(code=world.code(n))) for n in persons])
        world.inquire(*(world.inquiry(n) for n in persons))

    more(1)
    cost()
    one = cost()
    more(*range(2, 51))
    assert cost() == one
