"""S05, S10: searching the log, who saw a person, the review and alerts, as the security officer does them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from sesshu.addressees.models import Addressee
from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.acts import Sort
from sesshu.protection.models import Account, AuditEvent, Municipality
from sesshu.protection.roles import Role
from sesshu.protection.services import open_account
from sesshu.protection.tenancy import acting_for
from sesshu.protection.trail import checkpoints, reviews, services, watching
from sesshu.protection.trail.models import Alert, AlertState, Finding, Review, ReviewItem, RuleSetting

NOW = datetime(2026, 11, 18, 10, 30, tzinfo=clock.TOKYO)
FAMILY = "H-77"


@pytest.fixture(autouse=True)
def _now() -> object:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def officer(ise: Municipality) -> Account:
    return open_account(
        login="officer", name="責任 者子", municipality=ise, roles=[Role.SECURITY], password="x" * 16
    )


@pytest.fixture
def client(officer: Account) -> Client:
    made = Client(raise_request_exception=False)
    made.force_login(officer)
    return made


def person(number: str, **more: str) -> Addressee:
    values = {
        "name": "目印 花子",
        "name_kana": "メジルシ ハナコ",
        "household_number": FAMILY,
        "name_key": "",
        "address_key": "",
    }
    return Addressee.objects.create(number=number, updated_at=clock.now(), **(values | more))


def sequenced() -> None:
    checkpoints.make()


def test_who_saw_this_person_is_told_on_one_screen(client: Client, officer: Account, clerk: Account) -> None:
    seen, kin = person("0001234567"), person("0001234568")
    services.set_staff_person(account=clerk, addressee_id=kin.pk, by=officer)
    with clock.fixed(NOW - timedelta(hours=1)):
        audit.record("ledger.read", by=clerk, subjects=[seen.pk], purpose="telephone")
        audit.record("targets.extract", by=officer, subjects=[seen.pk + 5, seen.pk], detail={"extraction": 1})
        audit.record("ledger.read", by=clerk, subjects=[kin.pk + 1000])
    sequenced()
    answer = client.post("/administration/trail/person/", {"number": "0001234567"})
    page = answer.content.decode()
    assert "2件" in page
    for said in (
        "試験 職員",
        "電話での問合せ",
        "予防接種台帳を見ました",
        "対象者を抽出しました",
        "同一世帯の職員",
    ):
        assert said in page
    assert "目印" not in page, "the auditor sees no resident's data"
    event = AuditEvent.objects.get(action="audit.person")
    assert (event.subjects, event.purpose, event.account) == ([seen.pk], "inspection", officer)
    file = client.post("/administration/trail/person/file/", {"number": "0001234567"})
    assert file.content.decode("utf-8-sig").splitlines()[0].startswith("日時,氏名,利用者ID")
    assert "同一世帯の職員" in file.content.decode()
    paper = client.post("/administration/trail/person/paper/", {"number": "0001234567"}).content.decode()
    assert "同一世帯の職員" in paper
    assert "data-print" in paper
    assert "目印" not in paper
    assert client.post("/administration/trail/person/paper/", {"number": "9"}).status_code == 302
    written = AuditEvent.objects.filter(action="audit.person-file").order_by("pk")
    assert [event.detail["format"] for event in written] == ["csv", "paper"]


def test_a_merged_person_is_one_person(client: Client, clerk: Account) -> None:
    kept = person("0001")
    gone = person("0002", household_number="")
    Addressee.objects.filter(pk=gone.pk).update(merged_into=kept)
    audit.record("ledger.read", by=clerk, subjects=[gone.pk])
    sequenced()
    assert (
        "予防接種台帳を見ました"
        in client.post("/administration/trail/person/", {"number": "0001"}).content.decode()
    )


def test_an_unknown_number_is_told_and_its_question_logged(client: Client) -> None:
    page = client.post("/administration/trail/person/", {"number": "999"}).content.decode()
    assert "この宛名番号の人はいません" in page
    assert AuditEvent.objects.filter(action="form.refused").exists()


def test_the_log_is_searched_by_what_one_knows(client: Client, clerk: Account) -> None:
    audit.record("ledger.read", by=clerk, subjects=[5])
    audit.record("roster.export", by=clerk, subjects=[6, 7], detail={"format": "csv"})
    everything = client.get("/administration/trail/").content.decode()
    assert "接種台帳の閲覧" in everything
    found = client.get(
        "/administration/trail/",
        {"since": "2026-11-18", "until": "2026-11-18", "account": clerk.login, "sort": "export"},
    ).content.decode()
    assert "操作記録（1件）" in found
    wrong = client.get(
        "/administration/trail/", {"since": "2026-11-18", "until": "2026-11-01"}
    ).content.decode()
    assert "後の日にしてください" in wrong
    assert (
        AuditEvent.objects.filter(action="audit.search").latest("pk").detail["conditions"]["sort"] == "export"
    )


def test_only_who_may_review_may_judge(ise: Municipality, clerk: Account) -> None:
    auditor = open_account(
        login="aud", name="監査", municipality=ise, roles=[Role.AUDITOR], password="x" * 16
    )
    client = Client()
    client.force_login(auditor)
    assert client.get("/administration/trail/").status_code == 200
    assert client.get("/administration/trail/alerts/").status_code == 200
    assert client.post("/administration/trail/reviews/open/").status_code == 404
    client.force_login(clerk)
    assert client.get("/administration/trail/").status_code == 404


def test_a_month_is_reviewed_and_signed_off(client: Client, officer: Account, clerk: Account) -> None:
    with clock.fixed(datetime(2026, 10, 20, 11, tzinfo=clock.TOKYO)):
        for number in range(60):
            audit.record("ledger.read", by=clerk, subjects=[number])
        audit.record("roster.export", by=clerk, subjects=[1], detail={"format": "csv"})
        audit.record("ledger.read", by=officer, subjects=[2])
    Alert.objects.create(rule="walking", account=clerk, day=date(2026, 10, 20), raised_at=NOW)
    sequenced()
    assert "2026年10月分の点検を始める" in client.get("/administration/trail/reviews/").content.decode()
    assert client.post("/administration/trail/reviews/open/").status_code == 302
    review = Review.objects.get()
    opened, drawn = (AuditEvent.objects.get(action=f"audit.review-{act}") for act in ("open", "draw"))
    assert opened.pk < drawn.pk, "the seed is in the log before anything is drawn"
    assert opened.detail["seed"] == review.seed
    items = list(review.items.order_by("pk"))
    strata = [item.stratum for item in items]
    assert (strata.count("read"), strata.count("export"), strata.count("alert")) == (20, 1, 1)
    again = reviews.sampled(review, Sort.READ, 20)
    assert again == [item.event_id for item in items if item.stratum == "read"]
    assert client.post(f"/administration/trail/reviews/{review.pk}/sign/").status_code == 302
    assert Review.objects.get().signed_at is None, "not before everything was looked at"
    for item in items:
        own = item.event is not None and item.event.account_id == officer.pk
        client.post(f"/administration/trail/reviews/items/{item.pk}/", {"finding": "fine", "note": "task"})
        assert (ReviewItem.objects.get(pk=item.pk).finding == Finding.NONE) == own, (
            "nobody judges the own acts"
        )
    ReviewItem.objects.filter(finding="").update(finding="fine")
    client.post(f"/administration/trail/reviews/{review.pk}/sign/")
    assert Review.objects.get().signed_by == officer
    with pytest.raises(reviews.NotAllowed, match="承認済み"):
        reviews.find(items[0], finding="improper", note="task", by=officer)
    assert client.get(f"/administration/trail/reviews/{review.pk}/").status_code == 200


def test_an_overdue_review_waits_on_the_first_screen(client: Client, officer: Account) -> None:
    reviews.open_review(month=date(2026, 10, 1), by=officer)
    with clock.fixed(NOW + timedelta(days=21)):
        assert len(reviews.overdue()) == 1
        assert "期限を過ぎた点検があります" in client.get("/administration/trail/reviews/").content.decode()
        assert "管理の対応待ち" in client.get("/").content.decode()
        assert "定期点検" in client.get("/administration/").content.decode()


@pytest.mark.parametrize("month", [date(2026, 11, 1), date(2026, 12, 1)])
def test_a_month_that_is_not_over_is_not_reviewed(officer: Account, month: date) -> None:
    with pytest.raises(reviews.NotAllowed, match="終わってから"):
        reviews.open_review(month=month, by=officer)


def test_the_sample_follows_from_the_seed_alone() -> None:
    ids = list(range(1, 5000))
    assert reviews.chosen("seed", iter(ids), 20) == reviews.chosen("seed", iter(reversed(ids)), 20)
    assert reviews.chosen("seed", ids, 20) != reviews.chosen("other", ids, 20)
    halves = [sum(each <= 2500 for each in reviews.chosen(f"s{number}", ids, 20)) for number in range(200)]
    assert 9 < sum(halves) / 200 < 11


def test_unusual_use_becomes_an_alert_that_is_handled(
    client: Client, officer: Account, clerk: Account
) -> None:
    """S10: from the log to the officer's screen, once, with its evidence."""
    persons = [person(f"{number:010d}") for number in range(500, 512)]
    for step, each in enumerate(persons):
        with clock.fixed(NOW + timedelta(seconds=30 * step)):
            audit.record("addressee.read", by=clerk, subjects=[each.pk])
    sequenced()
    assert watching.watch("242039") == 1
    assert watching.watch("242039") == 0
    alert = Alert.objects.get()
    assert (alert.rule, alert.account, alert.state) == ("walking", clerk, AlertState.OPEN)
    assert AuditEvent.objects.get(action="audit.alert-raised").detail["alert"] == alert.pk
    assert "番号順の閲覧" in client.get("/administration/trail/alerts/").content.decode()
    page = client.get(f"/administration/trail/alerts/{alert.pk}/").content.decode()
    assert "0000000500、0000000501" in page
    assert "目印" not in page
    assert client.post(f"/administration/trail/alerts/{alert.pk}/", {"state": "improper"}).status_code == 200
    client.post(f"/administration/trail/alerts/{alert.pk}/", {"state": "improper", "note": "reported"})
    alert.refresh_from_db()
    assert (alert.state, alert.handled_by) == (AlertState.IMPROPER, officer)
    Alert.objects.update(account=officer)
    page = client.post(f"/administration/trail/alerts/{alert.pk}/", {"state": "justified", "note": "task"})
    assert "自分の操作についての警告は確認できません" in page.content.decode()


def test_the_own_household_is_noticed_at_once(officer: Account, clerk: Account) -> None:
    kin, own = person("001"), person("002")
    services.set_staff_person(account=clerk, addressee_id=own.pk, by=officer)
    audit.record("ledger.read", by=clerk, subjects=[kin.pk])
    sequenced()
    assert watching.watch("242039") == 1
    assert Alert.objects.get().grave


def test_a_municipality_sets_its_own_thresholds(client: Client, officer: Account, clerk: Account) -> None:
    form = {
        "enabled": "on",
        "limit-persons": "3",
        "limit-opens": "8",
        "limit-closes": "18",
        "closed_days": "2026-11-18",
    }
    assert client.post("/administration/trail/rules/off-hours/", form).status_code == 302
    assert RuleSetting.objects.get().thresholds["closed_days"] == ["2026-11-18"]
    audit.record("ledger.read", by=clerk, subjects=[1, 2, 3])
    sequenced()
    assert watching.watch("242039") == 1
    client.post("/administration/trail/rules/off-hours/", form | {"enabled": ""})
    with clock.fixed(NOW + timedelta(minutes=1)):
        audit.record("ledger.read", by=officer, subjects=[1, 2, 3])
        sequenced()
    assert watching.watch("242039") == 0
    wrong = client.post("/administration/trail/rules/off-hours/", form | {"closed_days": "祝日"})
    assert "2026-11-23 の形で" in wrong.content.decode()


def test_another_city_s_log_is_not_read(client: Client, clerk: Account) -> None:
    with acting_for("192015"):
        audit.record("ledger.read", by=None, subjects=[42])
    page = client.get("/administration/trail/").content.decode()
    assert "コマンド" not in page


def test_the_officer_registers_a_witness_and_sees_the_signatures(client: Client) -> None:
    wrong = client.post("/administration/trail/witnesses/new/", {"key": "x", "body": "三重県"}, follow=True)
    assert "公開鍵「x」の形式が正しくありません" in wrong.content.decode()
    sequenced()
    page = client.get("/administration/trail/checkpoints/").content.decode()
    assert "証人がいません" in page
    assert "sesshu.audit/242039+" in page
    assert client.post("/administration/trail/verify/").status_code == 302
