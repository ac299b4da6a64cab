"""Cells that a spreadsheet would run as a formula, made harmless (CWE-1236) and back again.

A leading apostrophe guards a cell that starts like a formula, full-width signs included, which a Japanese
spreadsheet also takes. A text that already looks guarded gets one more, so that nothing is lost on the way
back. Plain numbers (-0.5, +3) are no danger and stay.
"""

import re
from collections.abc import Sequence

_SIGNS = "[=+\\-@\t\r\n＝＋－＠]"
_RISKY = re.compile(f"'*{_SIGNS}")
# Loose, but quick: a literal first character lets the search leap from cell to cell.
_RISKY_ROW = re.compile(f"\x1f['{_SIGNS[1:]}")
_GUARDED = re.compile(f"'+{_SIGNS}")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def guarded_row(cells: Sequence[str]) -> Sequence[str]:
    """The cells with each dangerous one guarded; the same object when there is none."""
    if not _RISKY_ROW.search("\x1f" + "\x1f".join(cells)):
        return cells
    return [guarded(text) for text in cells]


def guarded(text: str) -> str:
    """`text` as it may stand in a spreadsheet's cell."""
    return "'" + text if _RISKY.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given."""
    return text[1:] if _GUARDED.match(text) else text
