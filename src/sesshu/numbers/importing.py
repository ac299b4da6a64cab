"""The feed of 宛名番号 and 個人番号 from the resident register; it comes to the vault and to no other system.

CSV with the headings 宛名番号 and 個人番号, and 住民票コード where the register gives it.
Each batch is one transaction; a file may be loaded again, what
stands there already is left alone. A row that is refused names its line and column and never the number.
"""

from __future__ import annotations

import csv
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sesshu.kernel import clock
from sesshu.kernel.check_digits import is_individual_number, is_resident_code
from sesshu.kernel.text_files import detect, lines
from sesshu.numbers import callers, indexing, refusals, registering, resident_codes, sealing
from sesshu.numbers.callers import Caller
from sesshu.numbers.choices import IdentityCheck
from sesshu.numbers.integrated import code_tasks
from sesshu.numbers.models import Holder, IndividualNumber
from sesshu.numbers.registering import Checked
from sesshu.protection import tenancy
from sesshu.protection.keys import wrapping
from sesshu.protection.tenancy import acting_for

BATCH = 1_000
ADDRESSEE, NUMBER, CODE = "宛名番号", "個人番号", "住民票コード"
FEED = "住民基本台帳"


class BadFile(ValueError):
    """The file cannot be read as this feed; nothing was loaded."""


@dataclass
class Loaded:
    """Counts, and the refused rows as sentences."""

    registered: int = 0
    changed: int = 0
    unchanged: int = 0
    codes: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    addressee: str
    number: str
    code: str = ""


def load(path: Path, *, municipality: str, told: Callable[[int], None] = lambda done: None) -> Loaded:
    """Load a file. :raises BadFile: when it has not the two columns, or is no text."""
    rows, loaded, done = _rows(path), Loaded(), 0
    caller = Caller("feed", "command-line", "", uuid.uuid4())
    while batch := list(islice(rows, BATCH)):
        with acting_for(municipality):
            _load_batch(batch, caller, loaded)
        done += len(batch)
        told(done)
    return loaded


def _rows(path: Path) -> Iterator[_Row]:
    reader = csv.reader(lines(path, detect(path)))
    heading = [cell.strip() for cell in next(reader, [])]
    if ADDRESSEE not in heading or NUMBER not in heading:
        raise BadFile(f"1行目に「{ADDRESSEE}」と「{NUMBER}」の見出しが必要です。")
    at, of = heading.index(ADDRESSEE), heading.index(NUMBER)
    code = heading.index(CODE) if CODE in heading else len(heading)
    for row in reader:
        cells = [*[*row, *[""] * len(heading)][: len(heading)], ""]
        yield _Row(reader.line_num, cells[at].strip(), cells[of].strip(), cells[code].strip())


def _load_batch(batch: list[_Row], caller: Caller, loaded: Loaded) -> None:
    registering.one_at_a_time()
    wrapping.current_tenant_key()
    good = [row for row in batch if _is_good(row, loaded)]
    held = indexing.holders_of([row.number for row in good])
    there = [row for row in good if (row.addressee, True) in held.get(row.number, [])]
    loaded.unchanged += len(there)
    fresh = _first_time(good, held)
    _register(fresh, caller, loaded)
    settled = {row.line for row in (*there, *fresh)}
    for row in good:
        if row.line not in settled:
            _one(row, caller, loaded)
    _load_codes([row for row in good if row.code], caller, loaded)


def _load_codes(rows: list[_Row], caller: Caller, loaded: Loaded) -> None:
    """Of those whose number stands here under their 宛名番号: a row refused above leaves no code."""
    if not rows:
        return
    held = indexing.holders_of([row.number for row in rows])
    taken = {row.addressee: row for row in rows if (row.addressee, True) in held.get(row.number, [])}
    stored = resident_codes.store({addressee: row.code for addressee, row in taken.items()})
    loaded.codes += stored.count
    code_tasks.renew_of(stored.changed)
    for addressee in stored.refused:
        loaded.refused.append(
            f"{taken[addressee].line}行目 宛名番号 {addressee}: この{CODE}は"
            "別の宛名番号の方に登録されています。住民基本台帳と照合してください。番号は取り込みました。"
        )
    if stored.count:
        callers.record(caller, "load-codes", count=stored.count)


def _is_good(row: _Row, loaded: Loaded) -> bool:
    if not row.addressee.isalnum() or len(row.addressee) > 15:
        loaded.refused.append(
            f"{row.line}行目「{ADDRESSEE}」が正しくありません。15桁以内の番号にしてください。"
        )
    elif not is_individual_number(row.number):
        loaded.refused.append(
            f"{row.line}行目「{NUMBER}」が12桁の正しい番号ではありません。原本と照合してください。"
        )
    elif row.code and not is_resident_code(row.code):
        loaded.refused.append(
            f"{row.line}行目「{CODE}」が11桁の正しいコードではありません。住民基本台帳と照合してください。"
        )
    else:
        return True
    return False


def _first_time(rows: list[_Row], held: dict[str, list[tuple[str, bool]]]) -> list[_Row]:
    """The rows whose person and number stand here for the first time; the others go one by one."""
    known = Holder.objects.filter(
        municipality_code=tenancy.current(), erased_at=None, addressee_number__in=[r.addressee for r in rows]
    )
    addressees, numbers, found = set(known.values_list("addressee_number", flat=True)), set(held), []
    for row in rows:
        if row.number not in numbers and row.addressee not in addressees:
            found.append(row)
        numbers.add(row.number)
        addressees.add(row.addressee)
    return found


def _register(rows: list[_Row], caller: Caller, loaded: Loaded) -> None:
    if not rows:
        return
    keys = wrapping.new_subject_keys(f"holder:{row.addressee}:{uuid.uuid4().hex[:8]}" for row in rows)
    holders = Holder.objects.bulk_create(
        Holder(addressee_number=row.addressee, key_id=key.pk)
        for row, (key, _) in zip(rows, keys, strict=True)
    )
    tenant_key = wrapping.held_tenant_key()
    numbers = []
    for row, holder, (_, key) in zip(rows, holders, keys, strict=True):
        number = registering.new_row(holder, row.number, _checked(), tenant_key, clock.today())
        number.sealed = sealing.sealed(row.number, number, key)
        numbers.append(number)
    IndividualNumber.objects.bulk_create(numbers)
    callers.record(caller, "load", count=len(rows))
    loaded.registered += len(rows)


def _one(row: _Row, caller: Caller, loaded: Loaded) -> None:
    holder = Holder.objects.filter(
        municipality_code=tenancy.current(), addressee_number=row.addressee, erased_at=None
    ).first()
    try:
        if holder is None:
            registering.register(
                addressee=row.addressee, number=row.number, checked=_checked(), by=caller, origin="feed"
            )
            loaded.registered += 1
        elif indexing.with_number(row.number).filter(holder=holder, ended_on=None).exists():
            loaded.unchanged += 1
        else:
            registering.change(
                addressee=row.addressee, number=row.number, checked=_checked(), on=clock.today(),
                reason="住民基本台帳の異動", by=caller,
            )  # fmt: skip
            loaded.changed += 1
    except refusals.Refusal as refused:
        loaded.refused.append(f"{row.line}行目 宛名番号 {row.addressee}: {refused}")


def _checked() -> Checked:
    return Checked(IdentityCheck.REGISTER, clock.today(), FEED)
