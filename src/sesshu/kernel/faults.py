"""What can be wrong with a table from outside, told to staff with row, column and remedy."""

from collections.abc import Sequence
from typing import NamedTuple

from sesshu.kernel.records import CELL_LIMIT, Broken


class Cell(NamedTuple):
    """A cell with its place: the spreadsheet's row number (the header is row 1) and the column's name."""

    row: int
    column: str
    text: str


class CellError(NamedTuple):
    """What is wrong in which cell, and what to do. `column` is empty when it concerns the whole row."""

    row: int
    column: str
    message: str


class TableError(ValueError):
    """The file as a whole cannot be read; `errors` says why, one for each cause."""

    def __init__(self, errors: Sequence[CellError]) -> None:
        super().__init__("\n".join(error.message for error in errors))
        self.errors = tuple(errors)


def broken_row(number: int, broken: Broken, header: Sequence[str]) -> CellError:
    """The error of a record that cannot be used."""
    column = header[min(broken.column, len(header) - 1)]
    return CellError(number, column, f"{number}行目: {_what(broken, column, len(header))}")


def _what(broken: Broken, column: str, width: int) -> str:
    match broken.fault:
        case "too_few":
            return (
                f"列が{width - broken.cells}個足りません({width}列のところ{broken.cells}列)。"
                f"「{column}」から後の列を確かめてください。"
            )
        case "too_many":
            return (
                f"列が{broken.cells - width}個多くあります({width}列のところ{broken.cells}列)。"
                '文中のカンマは、その列の値全体を引用符(")で囲んでください。'
            )
        case "too_long":
            return (
                f"「{column}」の値が{CELL_LIMIT:,}文字を超えています。"
                '値を短くするか、引用符(")を確かめてください。'
            )
        case "open_quote":
            return f'「{column}」の引用符(")が閉じていません。値の終わりに引用符を付けてください。'
        case "stray_quote":
            return f'「{column}」の引用符(")の使い方が誤っています。文中の引用符は2つ続けて書いてください。'
        case "nul":
            return f"「{column}」に使えない文字(NUL)があります。その文字を取り除いてください。"
        case "unreadable":
            return (
                f"「{column}」に読めない文字(文字化け)があります。"
                "元のシステムから CSV(UTF-8)で出力し直してください。"
            )
