"""照会許可用照合リスト as a file that people read and correct (YAML), and the rows that it says (M17).

Source of the shipped file: 番号法19条8号の命令 2条の表, items 25 to 29, 153 and 154.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sesshu.network.choices import Kind
from sesshu.protocol import codes
from sesshu.protocol.messages import Row

SHIPPED = Path(__file__).with_name("permission_list.yaml")
_ORDER = "番号法第十九条第八号に基づく利用特定個人情報の提供に関する命令第二条の表"
_DIGITS = "〇一二三四五六七八九"

Work = Annotated[str, Field(pattern=codes.WORK)]
Procedure = Annotated[str, Field(pattern=codes.PROCEDURE)]
Information = Annotated[str, Field(pattern=codes.INFORMATION)]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Words = Annotated[str, Field(min_length=2, max_length=200)]


class BadList(ValueError):
    """The file is no list; ``faults`` says what is wrong in which line and what to do."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NamedWork(_Part):
    code: Work
    name: Words


class NamedInformation(_Part):
    name: Words
    fields: str


class ItemPart(_Part):
    """One provision of the order under an item: what may be asked of whom."""

    part: int = Field(ge=1, le=99)
    procedure: Procedure
    basis: Words
    providers: tuple[Kind, ...] = Field(min_length=1)
    information: Information
    starts_on: date | None = None
    ends_on: date | None = None


class Item(_Part):
    """One item (項) of the table: who asks, for which work."""

    item: int = Field(ge=1, le=999)
    inquirers: tuple[Kind, ...] = Field(min_length=1)
    work: NamedWork
    procedures: dict[Procedure, Words] = Field(min_length=1)
    parts: tuple[ItemPart, ...] = Field(min_length=1)


class ListFile(_Part):
    """The whole file. ``starts_on`` is the first day of every row that names none."""

    source: Words
    assumed: Words
    starts_on: date
    field_sets: dict[FieldName, tuple[FieldName, ...]]
    information: dict[Information, NamedInformation]
    items: tuple[Item, ...] = Field(min_length=1)

    def rows(self) -> tuple[Row, ...]:
        """One row for each pair of inquirer and provider that a part allows."""
        return tuple(
            self._row(item, part, inquirer, provider)
            for item in self.items
            for part in item.parts
            for inquirer in item.inquirers
            for provider in part.providers
        )

    def _row(self, item: Item, part: ItemPart, inquirer: Kind, provider: Kind) -> Row:
        information = self.information[part.information]
        return Row(
            item=f"{item.item}-{part.part}",
            inquirer_kind=inquirer,
            work=item.work.code,
            procedure=part.procedure,
            provider_kind=provider,
            information=part.information,
            information_name=information.name,
            legal_basis=f"{_ORDER}{kanji(item.item)}の項、{part.basis}",
            fields=self.field_sets[information.fields],
            starts_on=part.starts_on or self.starts_on,
            ends_on=part.ends_on,
        )


def read(path: Path = SHIPPED) -> ListFile:
    """Read a file and look it over. :raises BadList: with every fault that was found."""
    from sesshu.network import linting

    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError):
        raise BadList([f"ファイル {path} を読めません。UTF-8 の YAML ファイルを指定してください。"]) from None
    except yaml.YAMLError as error:
        raise BadList(
            [f"{_place(error)}YAML の書き方が正しくありません。字下げと記号を確かめてください。"]
        ) from None
    faults = list(_twice(node))
    if faults:
        raise BadList(faults)
    try:
        found = ListFile.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        raise BadList([_said(node, each) for each in error.errors()]) from None
    if faults := list(linting.faults(found)):
        raise BadList(faults)
    return found


def kanji(number: int) -> str:
    """A number below a thousand as the law writes it: 百五十三."""
    text = ""
    for unit, sign in ((100, "百"), (10, "十")):
        digit, number = divmod(number, unit)
        text += ("" if digit == 1 else _DIGITS[digit]) + sign if digit else ""
    return text + (_DIGITS[number] if number else "")


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{mark.line + 1}行目: " if mark else ""


def _twice(node: Any, path: tuple[int, ...] = ()) -> Iterator[str]:
    """Keys that stand twice in one place, of which YAML would silently take the last."""
    if id(node) in path:  # an alias of what it stands in
        return
    inner = (*path, id(node))
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                yield f"{key.start_mark.line + 1}行目: 「{key.value}」が二度あります。片方を消してください。"
            seen.add(key.value)
            yield from _twice(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _twice(each, inner)


def _said(node: Any, error: Any) -> str:
    where = [part for part in error["loc"] if part != "[key]"]
    name = ".".join(str(part) for part in where) or "ファイル全体"
    return f"{_line(node, where)}行目: {name} {_WORDS.get(error['type'], '値が正しくありません')}。"


def _line(node: Any, where: list[Any]) -> int:
    for part in where:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == str(part)), node)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
    return int(node.start_mark.line) + 1 if node is not None else 1


_WORDS = {
    "missing": "がありません。書き足してください",
    "extra_forbidden": "という項目はありません。綴りを確かめるか、消してください",
    "string_pattern_mismatch": "のコードまたは名前の形が正しくありません",
    "enum": "の種別はありません。選べるもの: " + "、".join(Kind.values),
    "date_from_datetime_parsing": "は 2026-06-14 の形の日付にしてください",
    "date_type": "は 2026-06-14 の形の日付にしてください",
    "too_short": "が空です",
}
