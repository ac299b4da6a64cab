"""What is to be said about a circumstance (個別の事情) before it is saved: what cannot be, what is known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sesshu.addressees.models import Addressee
from sesshu.health.ledger import selectors
from sesshu.health.ledger.checks import Finding, Level
from sesshu.health.ledger.choices import Basis, CircumstanceKind
from sesshu.health.ledger.models import PersonalCircumstance
from sesshu.kernel.dates import age_on
from sesshu.kernel.wareki import to_wareki
from sesshu.schedule import Pack, load_pack

# Two due dates nearer than this are of one pregnancy, told twice.
APART = timedelta(days=180)
_LONGEST = timedelta(days=300)
_AGES = range(10, 65)
_MALE = "1"


@dataclass(frozen=True, slots=True)
class _Asked:
    row: PersonalCircumstance
    person: Addressee
    today: date
    pack: Pack


def of(row: PersonalCircumstance, person: Addressee, *, today: date) -> tuple[Finding, ...]:
    """Every error of the row; ``row.pk`` is None for a new one."""
    asked = _Asked(row, person, today, load_pack("jp"))
    return (*_of_kind(asked), *_of_days(asked), *_of_confirmation(asked), *_repeated(asked))


def _of_kind(asked: _Asked) -> Iterator[Finding]:
    row = asked.row
    if row.kind == CircumstanceKind.PREGNANCY:
        yield from _of_pregnancy(asked)
    elif row.code not in codes(row.kind, asked.pack):
        yield _error("code", "事由を選んでください。")
    elif row.kind == CircumstanceKind.EXCLUSION:
        yield from _of_exclusion(asked)
    elif set(row.concerns) - set(asked.pack.programmes):
        yield _error("concerns", "接種種類のコードが登録されていません。")


def codes(kind: str, pack: Pack) -> dict[str, str]:
    """The pack's codes of a kind with their names, in the pack's order; none for a pregnancy."""
    if kind == CircumstanceKind.EXCLUSION:
        return {ground.code: ground.name for ground in pack.grounds.values()}
    known = {
        CircumstanceKind.LONG_TERM_ILLNESS: pack.circumstances,
        CircumstanceKind.CONDITION: pack.conditions,
    }
    return {one.code: one.name for one in known.get(CircumstanceKind(kind), {}).values()}


def _of_exclusion(asked: _Asked) -> Iterator[Finding]:
    ground, told = asked.pack.grounds[asked.row.code], set(asked.row.concerns)
    about = ground.diseases or asked.pack.diseases - ground.without
    if ground.named and not told:
        yield _error("concerns", "この事由は、どの疾病についてのものかを選んでください。")
    if told - about:
        yield _error("concerns", "この事由が当てはまらない疾病が選ばれています。選び直してください。")


def _of_pregnancy(asked: _Asked) -> Iterator[Finding]:
    due, birth = asked.row.due_on, asked.person.birth_date
    if due is None:
        yield _error("due_on", "分娩予定日を入力してください。")
        return
    if asked.person.sex == _MALE:
        yield _error("due_on", "住民票の性別が男の方です。本人か、性別の登録を確かめてください。")
    if due > asked.today + _LONGEST:
        yield _error("due_on", f"分娩予定日（{to_wareki(due)}）が先すぎます。日付を確かめてください。")
    if birth and (due < birth or age_on(birth, due) not in _AGES):
        yield _error(
            "due_on", f"分娩予定日（{to_wareki(due)}）が本人の年齢に合いません。日付を確かめてください。"
        )


def _of_days(asked: _Asked) -> Iterator[Finding]:
    row, birth = asked.row, asked.person.birth_date
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        yield _error("ends_on", "終わった日が始まった日より前です。")
    for name, day in (("starts_on", row.starts_on), ("ends_on", row.ends_on)):
        if day and birth and day < birth:
            yield _error(name, f"日付が生年月日（{to_wareki(birth)}）より前です。")
    if row.starts_on and row.starts_on > asked.today:
        yield _error("starts_on", "始まった日が未来の日付です。")
    lasting = row.kind == CircumstanceKind.LONG_TERM_ILLNESS
    if lasting and row.ends_on and row.ends_on > asked.today:
        yield _error("ends_on", "事情がなくなった日が未来の日付です。続いている間は空のままにしてください。")


def _of_confirmation(asked: _Asked) -> Iterator[Finding]:
    if asked.row.basis not in Basis.values:
        yield _error("basis", "確認の根拠を選んでください。")
    if asked.row.confirmed_on > asked.today:
        yield _error("confirmed_on", "確認日が未来の日付です。")


def _repeated(asked: _Asked) -> Iterator[Finding]:
    row = asked.row
    for other in selectors.circumstances(asked.person.pk).filter(voided_at=None, kind=row.kind):
        if other.pk == row.pk:
            continue
        if row.due_on and other.due_on and is_same_pregnancy(row.due_on, other.due_on):
            told = to_wareki(other.due_on)
            yield _error(
                "due_on", f"この妊娠は分娩予定日 {told} で記録されています。その記録を訂正してください。"
            )
        elif not row.due_on and other.code == row.code and _overlap(row, other):
            yield _error("code", "同じ事由がすでに記録されています。その記録を訂正してください。")


def is_same_pregnancy(due: date, other: date) -> bool:
    return abs(other - due) < APART


def _overlap(one: PersonalCircumstance, other: PersonalCircumstance) -> bool:
    """Whether two rows of one kind and ground say the same of some day."""
    about_the_same = not one.concerns or not other.concerns or set(one.concerns) & set(other.concerns)
    first = max(one.starts_on or date.min, other.starts_on or date.min)
    return bool(about_the_same) and first <= min(one.ends_on or date.max, other.ends_on or date.max)


def _error(field: str, message: str) -> Finding:
    return Finding(Level.ERROR, field, field, message)
