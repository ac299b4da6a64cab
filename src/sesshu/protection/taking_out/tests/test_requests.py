"""A request from asking to the proof of erasure (S06; controls 33 to 37, 39)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import pyzipper

from sesshu.kernel import clock
from sesshu.kernel.check_digits import individual_number_check_digit
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.sighting import NumberFound
from sesshu.protection.taking_out import files, media, producers, services
from sesshu.protection.taking_out.choices import (
    ErasureMethod,
    LegalBasis,
    MediumEvent,
    MediumKind,
    State,
)  # fmt: skip
from sesshu.protection.taking_out.media import NotAllowed as MediumRefused
from sesshu.protection.taking_out.models import Medium, TakingOut
from sesshu.protection.taking_out.producers import Offer, Producer
from sesshu.protection.taking_out.services import NotAllowed

TODAY = date(2026, 11, 22)
NUMBER = f"12345678901{individual_number_check_digit('12345678901')}"
CONTENT = "宛名番号,氏名\r\n0000000001,見本 花子\r\n".encode("utf-8-sig")


@pytest.fixture(autouse=True)
def _surroundings(tmp_path: Path, settings: Any) -> Iterator[None]:
    settings.MEDIA_ROOT = tmp_path
    with clock.fixed(TODAY):
        yield


@pytest.fixture
def planned(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A room with one list; the requests whose file it was told to make."""
    told: list[int] = []

    def offer(address: str) -> Offer:
        if address == "nobody=1":
            return Offer("見本一覧", ("宛名番号", "氏名"), 0, ())
        return Offer("見本一覧", ("宛名番号", "氏名"), 1, (("基準日", "R8.11.22"),))

    made = Producer("sample", ("csv",), offer, lambda pk, by: told.append(pk))
    monkeypatch.setitem(producers._producers, "sample", made)
    return told


def person(login: str, *roles: Role) -> Account:
    return open_account(
        login=login, name=f"試験 {login}", municipality=ensure_municipality("242039"), roles=roles,
        password="test-password-1234",
    )  # fmt: skip


@pytest.fixture
def asker(ise: object) -> Account:
    return person("asker", Role.PROGRAMME)


@pytest.fixture
def approver(ise: object) -> Account:
    return person("approver", Role.MANAGER)


def ask(by: Account, **given: Any) -> TakingOut:
    values: dict[str, Any] = {
        "producer_name": "sample", "conditions": "", "form": "csv", "basis": LegalBasis.OWN_WORK,
        "reason": "架電の順番を決めるため", "recipient": "健康課", "erase_by": date(2026, 12, 22),
    }  # fmt: skip
    return services.request(by=by, **(values | given))


def delivered(asked: TakingOut, approver: Account, tmp_path: Path, content: bytes = CONTENT) -> TakingOut:
    services.decide(pk=asked.pk, by=approver, approve=True)
    plain = tmp_path / "plain.csv"
    plain.write_bytes(content)
    return services.deliver(pk=asked.pk, plain=plain, count=1, by=asked.asked_by)


def test_from_asking_to_the_proof_of_erasure(
    planned: list[int], asker: Account, approver: Account, tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    """S06: each step by whom it belongs to, each in the log, nothing left at the end."""
    asked = ask(asker)
    ready = delivered(asked, approver, tmp_path)
    assert planned == [asked.pk]
    assert ready.state == State.READY
    assert not (tmp_path / "plain.csv").exists()
    sealed = services.fetch(pk=asked.pk, by=asker)
    phrase = services.tell_passphrase(pk=asked.pk, by=approver)
    with pyzipper.AESZipFile(sealed) as book:
        book.setpassword(phrase.encode())
        assert book.read("見本一覧.csv") == CONTENT
    with django_capture_on_commit_callbacks(execute=True):
        closed = services.prove_erasure(
            pk=asked.pk, by=asker, method=ErasureMethod.CLEAR, seen_by="確認 職員", erased_on=TODAY
        )
    assert (closed.state, closed.nonce) == (State.CLOSED, "")
    assert not sealed.exists()
    acts = list(AuditEvent.objects.filter(action__startswith="taking-out.").order_by("pk"))
    assert [event.action.removeprefix("taking-out.") for event in acts] == [
        "request", "approve", "ready", "fetch", "passphrase", "erase",
    ]  # fmt: skip


def test_the_file_is_opened_by_nothing_but_its_passphrase(
    planned: list[int], asker: Account, approver: Account, tmp_path: Path
) -> None:
    """S06, control 36: there is no plain mode, and each request has a passphrase of its own."""
    one, other = ask(asker), ask(asker)
    sealed = files.path_of(delivered(one, approver, tmp_path).file_name)
    delivered(other, approver, tmp_path)
    assert "花子".encode() not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o077 == 0
    wrong = services.tell_passphrase(pk=other.pk, by=approver)
    assert wrong != services.tell_passphrase(pk=one.pk, by=approver)
    with pyzipper.AESZipFile(sealed) as book:
        book.setpassword(wrong.encode())
        with pytest.raises(RuntimeError):
            book.read("見本一覧.csv")


def test_nobody_approves_his_own_request(planned: list[int], ise: object) -> None:
    """S06, control 35: even an account that holds both rights."""
    both = person("both", Role.PROGRAMME, Role.MANAGER)
    asked = ask(both)
    with pytest.raises(NotAllowed, match="自分の申請は承認できません"):
        services.decide(pk=asked.pk, by=both, approve=True)
    assert planned == []


def test_who_has_the_file_has_not_the_passphrase(
    planned: list[int], asker: Account, approver: Account, tmp_path: Path
) -> None:
    asked = delivered(ask(asker), approver, tmp_path)
    with pytest.raises(NotAllowed, match="承認した本人"):
        services.tell_passphrase(pk=asked.pk, by=asker)
    with pytest.raises(NotAllowed, match="申請した本人"):
        services.fetch(pk=asked.pk, by=approver)


def test_a_file_with_an_individual_number_is_stopped(
    planned: list[int], asker: Account, approver: Account, tmp_path: Path
) -> None:
    """S06, control 39: the text tells the place and not the number; the plain file is gone all the same."""
    asked = ask(asker)
    with pytest.raises(NumberFound) as stopped:
        delivered(asked, approver, tmp_path, f"氏名,備考\r\n見本,{NUMBER}\r\n".encode())
    assert "2行目2列目" in str(stopped.value)
    assert NUMBER not in str(stopped.value)
    assert not (tmp_path / "plain.csv").exists()
    assert not files.path_of(TakingOut.objects.get(pk=asked.pk).file_name).exists()


def test_only_where_the_law_says_so_may_a_number_leave(
    planned: list[int], asker: Account, approver: Account, tmp_path: Path
) -> None:
    """番号法19条8号: the offline link; the file is encrypted as any other."""
    asked = ask(asker, basis=LegalBasis.OFFLINE_LINK)
    assert delivered(asked, approver, tmp_path, f"番号\r\n{NUMBER}\r\n".encode()).state == State.READY
    assert {basis for basis in LegalBasis if basis.allows_numbers} == {
        LegalBasis.OTHER_CITY, LegalBasis.OFFLINE_LINK,
    }  # fmt: skip


def test_made_twice_by_a_job_that_ran_again_it_is_one_file(
    planned: list[int], asker: Account, approver: Account, tmp_path: Path
) -> None:
    asked = delivered(ask(asker), approver, tmp_path)
    again = tmp_path / "again.csv"
    again.write_bytes(CONTENT)
    services.deliver(pk=asked.pk, plain=again, count=1, by=asker)
    assert len(list(files.path_of(asked.file_name).parent.iterdir())) == 1


def test_what_is_not_fetched_in_time_is_gone(
    planned: list[int], asker: Account, approver: Account, tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    asked = delivered(ask(asker), approver, tmp_path)
    with clock.fixed(TODAY + services.FETCH_WITHIN + timedelta(days=1)):
        with pytest.raises(NotAllowed, match="期限"):
            services.fetch(pk=asked.pk, by=asker)
        with django_capture_on_commit_callbacks(execute=True):
            assert services.expire() == 1
            assert services.expire() == 0
    assert not files.path_of(asked.file_name).exists()


def test_a_refusal_needs_its_reason_and_is_final(
    planned: list[int], asker: Account, approver: Account
) -> None:
    asked = ask(asker)
    with pytest.raises(NotAllowed, match="却下する理由"):
        services.decide(pk=asked.pk, by=approver, approve=False)
    services.decide(pk=asked.pk, by=approver, approve=False, remark="対象を絞ってください")
    for again in (True, False):
        with pytest.raises(NotAllowed, match="却下"):
            services.decide(pk=asked.pk, by=approver, approve=again, remark="x")
    assert planned == []


def test_bad_requests_are_refused_in_words(planned: list[int], asker: Account) -> None:
    with pytest.raises(NotAllowed, match="当てはまる人がいない"):
        ask(asker, conditions="nobody=1")
    with pytest.raises(NotAllowed, match="消去の期限"):
        ask(asker, erase_by=TODAY - timedelta(days=1))


def medium(by: Account, label: str = "M-001") -> Medium:
    return media.register(
        by=by, label=label, serial_number=f"SN-{label}", kind=MediumKind.USB, keeper="健康課 鍵付き書庫",
        encrypts=True,
    )  # fmt: skip


def test_the_register_follows_a_medium(
    planned: list[int], asker: Account, approver: Account, tmp_path: Path
) -> None:
    """S06, controls 34 and 37: lent at the first fetch, erased with the proof, each a line that stays."""
    stick = medium(person("keeper", Role.SECURITY))
    asked = delivered(ask(asker, medium=stick), approver, tmp_path)
    services.fetch(pk=asked.pk, by=asker)
    services.fetch(pk=asked.pk, by=asker)
    with pytest.raises(NotAllowed, match="M-001"):
        ask(asker, medium=Medium.objects.get())
    services.prove_erasure(
        pk=asked.pk, by=asker, method=ErasureMethod.PURGE, seen_by="確認 職員", erased_on=TODAY
    )
    events = [entry.event for entry in stick.entries.all()]
    assert events == [MediumEvent.REGISTERED, MediumEvent.LENT, MediumEvent.ERASED]
    assert ask(asker, medium=Medium.objects.get()).medium == stick


def test_a_medium_is_registered_once_and_a_lost_one_is_used_no_more(
    planned: list[int], asker: Account
) -> None:
    keeper = person("keeper", Role.SECURITY)
    stick = medium(keeper)
    with pytest.raises(MediumRefused, match="登録されています"):
        medium(keeper)
    media.note_event(medium=stick, event=MediumEvent.LOST, by=keeper, note="11月21日に所在不明")
    with pytest.raises(NotAllowed, match="紛失"):
        ask(asker, medium=Medium.objects.get())
    with pytest.raises(MediumRefused, match="紛失"):
        media.note_event(medium=stick, event=MediumEvent.RETURNED, by=keeper)
