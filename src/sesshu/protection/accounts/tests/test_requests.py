"""S04, M09: nobody widens rights alone, nor his own; what a contract or a day ends, ends."""

from datetime import timedelta

import pytest
from django.db import Error, transaction

from sesshu.kernel import clock
from sesshu.protection.accounts import asking, deciding, selectors, services
from sesshu.protection.accounts.asking import NotAllowed, Wanted
from sesshu.protection.accounts.choices import RequestState
from sesshu.protection.accounts.models import Grant, Profile, RoleVersion
from sesshu.protection.accounts.tests.conftest import TODAY
from sesshu.protection.actions import Action
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role


def fresh(account):
    return Account.objects.get(pk=account.pk)


def test_s04_an_account_is_opened_by_two_persons(system, manager, opened):
    account = opened()
    grant = Grant.objects.get(account=account)
    assert (grant.asked_by, grant.approved_by, grant.reason) == (system, manager, "窓口を担当するため")
    assert fresh(account).may(Action.LEDGER_READ)
    assert not account.has_usable_password()
    actions = AuditEvent.objects.filter(action__startswith="accounts.request").values_list(
        "action", "account"
    )
    assert list(actions) == [("accounts.request.open", system.pk), ("accounts.request.approved", manager.pk)]


def test_s04_nobody_decides_his_own_request_or_what_is_about_himself(system, manager, member):
    both = member("both", Role.SYSTEM, Role.MANAGER)  # as a server's setting up could leave it
    asked = asking.ask_to_grant(
        manager, wanted=Wanted.of("statistics", starts_on=TODAY), reason="集計", by=both
    )
    for one in (both, manager):
        with pytest.raises(NotAllowed, match="自分"):
            deciding.approve(asked, by=one)
    with pytest.raises(NotAllowed, match="自分の権限は申請も承認も"):
        asking.ask_to_grant(system, wanted=Wanted.of("counter", starts_on=TODAY), reason="x", by=system)
    other = member("other-manager", Role.MANAGER)
    assert deciding.approve(asked, by=other).state == RequestState.APPROVED
    with pytest.raises(NotAllowed, match="決裁済み"):
        deciding.refuse(asked, by=other, note="遅い")


def test_s04_a_refusal_wants_a_reason_and_gives_nothing(system, manager, member):
    clerk = member("clerk", Role.STATISTICS)
    asked = asking.ask_to_grant(clerk, wanted=Wanted.of("counter", starts_on=TODAY), reason="窓口", by=system)
    with pytest.raises(NotAllowed, match="却下の理由"):
        deciding.refuse(asked, by=manager, note=" ")
    deciding.refuse(asked, by=manager, note="担当が違う")
    assert not fresh(clerk).may(Action.LEDGER_READ)


def test_s04_what_must_lie_with_two_persons_is_refused_when_asked_and_when_approved(system, manager, member):
    clerk = member("clerk", Role.COUNTER)
    with pytest.raises(NotAllowed, match=r"暗号鍵を管理する|役割の内容"):
        asking.ask_to_grant(clerk, wanted=Wanted.of("system", starts_on=TODAY), reason="x", by=system)
    other = member("other", Role.STATISTICS)
    one = asking.ask_to_grant(other, wanted=Wanted.of("system", starts_on=TODAY), reason="x", by=system)
    two = asking.ask_to_grant(other, wanted=Wanted.of("manager", starts_on=TODAY), reason="x", by=system)
    deciding.approve(one, by=manager)
    with pytest.raises(NotAllowed, match="自分の申請を自分で承認"):
        deciding.approve(two, by=manager)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"login": "大文字"}, "利用者ID"),
        ({"login": "a"}, "利用者ID"),
        ({"login": "system"}, "使われています"),
        ({"name": " "}, "氏名"),
        ({"wanted": [Wanted.of("nothing", starts_on=TODAY)]}, "役割「nothing」"),
        ({"kind": "contractor"}, "契約を選んで"),
        ({"kind": "shared"}, "共用IDを認めていません"),
        ({"reason": ""}, "理由"),
        ({"wanted": [Wanted.of("counter", starts_on=TODAY, ends_on=TODAY - timedelta(days=1))]}, "最終日"),
    ],
)
def test_a_wrong_request_says_what_to_do(opened, changed, words):
    with pytest.raises(NotAllowed, match=words):
        opened(**({"login": "newcomer"} | changed))


def test_an_employee_has_one_account(opened):
    opened(employee_number="001234")
    with pytest.raises(NotAllowed, match="001234"):
        opened("second", employee_number="001234")


def test_s04_a_right_counts_on_its_own_days_only(opened):
    days = {"starts_on": TODAY + timedelta(days=2), "ends_on": TODAY + timedelta(days=4)}
    account = opened(wanted=[Wanted.of("counter", **days)])
    held = {}
    for ahead in range(7):
        with clock.fixed(TODAY + timedelta(days=ahead)):
            held[ahead] = fresh(account).may(Action.LEDGER_READ)
    assert [day for day, may in held.items() if may] == [2, 3, 4]


def test_s04_g04_a_contractor_s_account_ends_with_the_contract(system, opened):
    contract = services.register_contract(
        company="見本ソフト",
        purpose="帯状疱疹の通知",
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=30),
        by=system,
    )
    wanted = [Wanted.of("programme", starts_on=TODAY, programmes=["zoster"])]
    account = opened(kind="contractor", contract=contract, wanted=wanted)
    assert fresh(account).may(Action.TARGETS_EXTRACT, "zoster")
    assert not fresh(account).may(Action.TARGETS_EXTRACT, "mr")
    assert fresh(account).programmes_for(Action.TARGETS_EXTRACT) == {"zoster"}
    with clock.fixed(TODAY + timedelta(days=31)):
        assert not fresh(account).may(Action.TARGETS_EXTRACT)
    services.end_contract(contract, last_day=TODAY + timedelta(days=3), reason="解除", by=system)
    with clock.fixed(TODAY + timedelta(days=3)):
        assert fresh(account).may(Action.TARGETS_EXTRACT)
    with clock.fixed(TODAY + timedelta(days=4)):
        assert not fresh(account).may(Action.TARGETS_EXTRACT)
        late = Wanted.of("counter", starts_on=TODAY + timedelta(days=40))
        with pytest.raises(NotAllowed, match="契約の期間"):
            asking.ask_to_grant(account, wanted=late, reason="延長", by=system)


def test_g04_a_sub_contractor_wants_the_city_s_permission(system):
    with pytest.raises(NotAllowed, match="許諾"):
        services.register_contract(
            company="見本", purpose="通知", starts_on=TODAY, ends_on=TODAY, by=system, sub_contractor="下請"
        )


def test_s04_a_transfer_known_beforehand_ends_the_rights_the_day_before(system, opened):
    account = opened()
    services.transfer(account, on=TODAY + timedelta(days=5), section="税務課", reason="異動", by=system)
    with clock.fixed(TODAY + timedelta(days=4)):
        assert fresh(account).may(Action.LEDGER_READ)
    with clock.fixed(TODAY + timedelta(days=5)):
        assert not fresh(account).may(Action.LEDGER_READ)
        assert fresh(account).in_service
    assert Profile.objects.get(account=account).section == "税務課"


def test_s04_retirement_ends_account_and_rights_and_resuming_wants_two(system, manager, opened):
    account = opened()
    services.retire(account, last_day=TODAY, reason="退職", by=system)
    with clock.fixed(TODAY + timedelta(days=1)):
        assert not fresh(account).in_service
        asked = asking.ask_to_resume(fresh(account), reason="再任用", by=system)
        deciding.approve(asked, by=manager)
        assert fresh(account).in_service
        assert not fresh(account).may(Action.LEDGER_READ), "the rights ended; they are asked for anew"


def test_s04_narrowing_is_one_person_s_act_and_never_one_s_own(system, manager, opened):
    account = opened()
    services.suspend(account, reason="紛失の連絡", by=system)
    assert not fresh(account).may(Action.LEDGER_READ)
    with pytest.raises(NotAllowed, match="自分の権限"):
        services.suspend(system, reason="x", by=system)
    with pytest.raises(NotAllowed, match="最後の承認者"):
        services.suspend(manager, reason="x", by=system)
    with pytest.raises(NotAllowed, match="最後の承認者"):
        services.withdraw(Grant.objects.get(account=manager), reason="x", by=system)
    with pytest.raises(NotAllowed, match="権限がありません"):
        services.suspend(system, reason="x", by=fresh(account))


def test_s02_a_city_s_change_of_a_role_holds_at_once_and_its_history_stays(system, manager, opened):
    account = opened()
    wanted = sorted(Role.COUNTER.actions - {Action.LEDGER_WRITE})
    asked = asking.ask_to_change_role(
        code="counter", label="窓口", actions=wanted, purposes=["counter"], reason="記録は本庁だけ", by=system
    )
    assert fresh(account).may(Action.LEDGER_WRITE)
    deciding.approve(asked, by=manager)
    assert not fresh(account).may(Action.LEDGER_WRITE)
    assert fresh(account).rights.purposes == {"counter"}
    assert RoleVersion.objects.get().approved_by == manager
    from sesshu.protection.accounts.defining import definitions

    before = clock.now() - timedelta(minutes=1)
    assert Action.LEDGER_WRITE in definitions(before)["counter"].actions
    assert Action.LEDGER_WRITE not in definitions()["counter"].actions


def test_s02_a_role_cannot_break_the_separation_of_duties(system, member):
    with pytest.raises(NotAllowed, match="同じ人に持たせられません"):
        asking.ask_to_change_role(
            code="all", label="全部", actions=[Action.NUMBER_REVEAL, Action.KEYS_MANAGE], purposes=[],
            reason="x",
            by=system,
        )  # fmt: skip
    member("two-hats", Role.COUNTER, Role.AUDITOR)
    with pytest.raises(NotAllowed, match="two-hats"):
        asking.ask_to_change_role(
            code="auditor", label="監査", actions=[Action.AUDIT_REVIEW], purposes=[], reason="x", by=system
        )


def test_the_database_itself_keeps_what_was_granted(opened):
    grant = Grant.objects.get(account=opened())
    for change in (
        lambda: Grant.objects.filter(pk=grant.pk).update(role="system"),
        lambda: Grant.objects.filter(pk=grant.pk).update(programmes=None),
        lambda: grant.delete(),
    ):
        with pytest.raises(Error, match="permission denied"), transaction.atomic():
            change()


def test_rights_as_known_on_a_day(system, opened):
    account = opened()
    with clock.fixed(TODAY + timedelta(days=2)):
        services.withdraw(Grant.objects.get(account=account), reason="終了", by=system)
        known = clock.now()
    assert [g.role for g in selectors.grants_known_at(account, known - timedelta(days=1))] == ["counter"]
    assert selectors.grants_known_at(account, known) == []


def test_another_city_s_account_is_not_reached(system, opened):
    from sesshu.protection.services import ensure_municipality, open_account
    from sesshu.protection.tenancy import acting_for

    kofu = ensure_municipality("192015")
    stranger = open_account(
        login="kofu", name="甲府", municipality=kofu, roles=[Role.COUNTER], password="x" * 16
    )
    with acting_for("192015"):
        assert stranger.may(Action.LEDGER_READ)
    with pytest.raises(NotAllowed, match="この市の利用者"):
        services.suspend(stranger, reason="x", by=system)
    assert stranger.pk not in {line.account.pk for line in selectors.found_accounts()}
