"""Read a personnel file (人事異動): each row ends what it must on its day, and each row's fate is told."""

from __future__ import annotations

import hashlib
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sesshu.kernel import clock
from sesshu.kernel.cells import Table, TableError, read_table
from sesshu.kernel.columns import Column
from sesshu.kernel.wareki import parse_date
from sesshu.protection import audit
from sesshu.protection.accounts import services
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.choices import Fate, Move
from sesshu.protection.accounts.models import PersonnelFile, PersonnelRow, Profile
from sesshu.protection.actions import Action
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

COLUMNS = (
    Column("職員番号", "shokuin_bango", "X", 20, required=True),
    Column("氏名", "shimei", "N", 60, required=True),
    Column("区分", "kubun", "N", 10, required=True, codes={move.value: move.label for move in Move}),
    Column("異動年月日", "ido_nengappi", "X", 20, required=True),
    Column("異動後の所属", "ido_go_shozoku", "N", 40),
)
MOST_ROWS = 5_000
_ADVICE = "列は「職員番号,氏名,区分,異動年月日,異動後の所属」です。"


@dataclass(frozen=True, slots=True)
class Line:
    """A row as read: ``on`` is the day of the change (退職: the last day in office)."""

    number: int
    employee_number: str
    name: str
    move: str
    on: date
    section: str


class _Row(ValueError):
    """What is wrong with a row, and which fate that is."""

    def __init__(self, message: str, fate: Fate = Fate.REJECTED) -> None:
        super().__init__(message)
        self.fate = fate


def read_file(content: bytes, *, name: str, by: Account) -> PersonnelFile:
    """Do what each row says; rows that cannot be used change nothing and say why.

    :raises NotAllowed: when the file as a whole cannot be read, or it is too long.
    """
    if not by.may(Action.ACCOUNTS_REQUEST):
        raise NotAllowed("この操作をする権限がありません。")
    table = _table(content)
    rows = list(table)
    if len(rows) > MOST_ROWS:
        raise NotAllowed(f"行が多すぎます（{len(rows):,}行）。{MOST_ROWS:,}行までに分けてください。")
    made = PersonnelFile.objects.create(
        name=name[:200], digest=hashlib.sha256(content).hexdigest(), read_by=by, read_at=clock.now()
    )
    kept = [_settled(made, number, list(cells), by) for number, cells in rows]
    kept += [
        PersonnelRow(file=made, number=error.row, fate=Fate.REJECTED, message=error.message[:200])
        for error in table.errors
    ]
    PersonnelRow.objects.bulk_create(kept)
    made.counts = dict(Counter(str(row.fate) for row in kept))
    made.save(update_fields=["counts"])
    audit.record("accounts.personnel", by=by, count=0, detail={"file": made.pk} | made.counts)
    return made


def _table(content: bytes) -> Table:
    try:
        return read_table(content, COLUMNS)
    except TableError as error:
        raise NotAllowed(f"{error}\n{_ADVICE}") from error


def _settled(made: PersonnelFile, number: int, cells: list[str], by: Account) -> PersonnelRow:
    row = PersonnelRow(file=made, number=number, employee_number=cells[0].strip()[:20], fate=Fate.REJECTED)
    try:
        line = _line(number, [cell.strip() for cell in cells])
        row.move, row.on, row.section = line.move, line.on, line.section
        row.account = _account(line)
        _once(line)
        row.fate, row.message = Fate.APPLIED, _do(line, row.account, by)
    except _Row as fault:
        row.fate, row.message = fault.fate, str(fault)[:200]
    except NotAllowed as refusal:
        row.message = str(refusal)[:200]
    return row


def _line(number: int, cells: list[str]) -> Line:
    employee, name, move, on, section = cells
    for title, text, limit in (("職員番号", employee, 20), ("氏名", name, 60), ("異動後の所属", section, 40)):
        if len(text) > limit:
            raise _Row(f"「{title}」が長すぎます（{limit}文字まで）。")
    if not employee or not name:
        raise _Row("「職員番号」と「氏名」を入れてください。")
    if move not in Move.values:
        raise _Row(f"「区分」の「{move[:20]}」は使えません。{'・'.join(Move.values)}のどれかにしてください。")
    try:
        day = parse_date(on)
    except ValueError as error:
        raise _Row(f"「異動年月日」：{error}") from None
    return Line(number, employee, name, move, day, section)


def _account(line: Line) -> Account:
    found = Profile.objects.filter(municipality_code=current(), employee_number=line.employee_number)
    profile = found.select_related("account").first()
    if profile is None:
        if line.move == Move.ARRIVAL:
            raise _Row("利用者の登録を申請してください。役割はファイルからは付けません。", Fate.ASKED)
        raise _Row("この職員番号の利用者はいません。することはありません。", Fate.STRANGER)
    if _plain(profile.account.name) != _plain(line.name):
        raise _Row(f"登録されている氏名と違います。職員番号{line.employee_number}を確かめてください。")
    return profile.account


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split())


def _once(line: Line) -> None:
    before = PersonnelRow.objects.filter(
        municipality_code=current(),
        employee_number=line.employee_number,
        move=line.move,
        on=line.on,
        fate__in=(Fate.APPLIED, Fate.REPEATED),
    )
    if before.exists():
        raise _Row("取込済みの異動です。変えていません。", Fate.REPEATED)


def _do(line: Line, account: Account, by: Account) -> str:
    reason = f"人事異動（{line.move}）"
    if line.move == Move.RETIREMENT:
        ended = services.retire(account, last_day=line.on, reason=reason, by=by)
        return f"{line.on}を最後の日として、利用者と権限{ended}件を終えます。"
    if line.move == Move.ARRIVAL:
        Profile.objects.filter(account=account).update(section=line.section)
        return "所属を変えました。必要な権限の付与を申請してください。"
    kept = Profile.objects.values_list("section", flat=True).get(account=account)
    section = line.section if line.move == Move.TRANSFER else kept
    ended = services.transfer(account, on=line.on, section=section, reason=reason, by=by)
    return f"{line.on - timedelta(days=1)}を最後の日として、権限{ended}件を終えます。"


def files() -> list[PersonnelFile]:
    """The files read, newest first."""
    found = PersonnelFile.objects.filter(municipality_code=current()).select_related("read_by")
    return list(found.order_by("-pk")[:20])
