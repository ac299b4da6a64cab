"""Finds 個人番号 in files, texts and raw bytes, however they are wrapped; for whatever leaves the house.

    for finding in scan(content, name="一覧.csv"):
        ...

A finding says where a number stands and never what it is, so that it may be logged and shown. Twelve digits
with the right check digit are a suspect; by chance one in ten of other twelve-digit numbers is. Therefore:

* a column headed as another number that may have twelve digits (``tables.OTHER_NUMBERS``: 宛名番号 …) is
  judged as a whole: it is reported when more of its cells have the right check digit than chance gives;
* values that the caller knows to be something else are named in ``known``;
* digits in groups (1234 5678 9012) are reported as GROUPED, for a person to look at.

What cannot be looked into (an encrypted archive, a bomb) is reported as UNREADABLE: it does not pass.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from pathlib import Path

from sesshu.kernel.check_digits import is_individual_number
from sesshu.kernel.number_scanner.findings import Finding, Search, Shape
from sesshu.kernel.number_scanner.looking import look_into
from sesshu.kernel.number_scanner.shapes import DIGITS
from sesshu.kernel.number_scanner.tables import in_rows

__all__ = ["Finding", "Shape", "contains_number", "scan", "scan_file", "scan_rows"]


def scan(
    content: bytes | str,
    *,
    name: str = "",
    known: Container[str] = (),
    suspects: Callable[[str], bool] = is_individual_number,
    windows: bool = False,
) -> Iterator[Finding]:
    """Every place in ``content`` where an 個人番号 seems to stand, each once.

    :param name: the file's name; its ending tells tables (csv, tsv, txt) whose columns have headings.
    :param known: twelve-digit values that are something else, such as this city's 宛名番号.
    :param suspects: which twelve digits count; a search for certain numbers gives its own.
    :param windows: look within longer rows of digits too. Sensible only with ``suspects`` of one's own.
    """
    search = Search(suspects=lambda digits: digits not in known and suspects(digits), windows=windows)
    data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
    seen: set[Finding] = set()
    for finding in look_into(data, name, search):
        if finding not in seen:
            seen.add(finding)
            yield finding


def scan_file(path: Path, *, known: Container[str] = (), name: str = "") -> Iterator[Finding]:
    """:func:`scan` of a file's content."""
    return scan(path.read_bytes(), name=name or path.name, known=known)


def scan_rows(rows: Iterable[Sequence[object]], *, name: str = "") -> Iterator[Finding]:
    """:func:`scan` of a table that is no file yet, its headings first; row 1 is the headings."""
    return in_rows(rows, name, Search(suspects=is_individual_number))


def contains_number(values: Iterable[str]) -> bool:
    """Whether any of these short texts holds an 個人番号: for fields of forms and of other systems' data."""
    long_enough = (value for value in values if sum(map(str.isdigit, value)) >= DIGITS)
    return any(next(scan(value), None) is not None for value in long_enough)
