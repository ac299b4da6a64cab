"""The fields of both requests and their rules, as data: width, characters, whether required.

Names and rules told in the public text are taken from it (``shorikubun``, ``_fushofuragu`` …). Of the sets of
names and of addresses only that they exist is known; their fields are an assumption in the same style.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sesshu.kernel.check_digits import is_individual_number
from sesshu.numbers.unregistered.choices import ErrorCode, Processing


@dataclass(frozen=True, slots=True)
class Field:
    """``pattern`` of half-width characters; none where any printable character may stand."""

    title: str
    most: int
    pattern: str = ""
    required: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """One of ``errors``: the text names the field, never what stood in it."""

    code: str
    message: str


_DAY, _TIME, _FLAG = r"[0-9]{4}-[0-9]{2}-[0-9]{2}", r"[0-9]{2}:[0-9]{2}:[0-9]{2}", r"[01]"
_DIGITS, _WORD = r"[0-9]+", r"[0-9A-Za-z_-]+"
NAMES = {
    "shimei": Field("氏名", 100),
    "shimei_kana": Field("氏名カナ", 100),
    "tsusho": Field("通称", 100),
    "tsusho_kana": Field("通称カナ", 100),
    "kyusei": Field("旧氏", 100),
}
ADDRESS = {
    "yubinbango": Field("郵便番号", 7, _DIGITS, exact=True),
    "jusho_todofuken": Field("住所_都道府県", 4),
    "jusho_shikuchoson": Field("住所_市区郡町村名", 12),
    "jusho_machiaza": Field("住所_町字", 120),
    "jusho_banchigo": Field("住所_番地号", 50),
    "jusho_katagaki": Field("住所_方書", 300),
    "kokugaijusho_kuni": Field("国外住所_国名", 50),
    "kokugaijusho": Field("国外住所", 200),
}
_WHO = {
    "shikuchosonkodo": Field("市区町村コード", 6, _DIGITS, required=True, exact=True),
    "gyomuid": Field("業務ID", 3, _DIGITS, required=True, exact=True),
    "dokujishisakushisutemutoid": Field("独自施策システム等ID", 3, _WORD, exact=True),
    "sosashaid": Field("操作者ID", 10, _WORD, required=True),
    "sosanengappi": Field("操作年月日", 10, _DAY, required=True, exact=True),
    "sosajikoku": Field("操作時刻", 8, _TIME, required=True, exact=True),
}
_BIRTH = {
    "seibetsu": Field("性別", 1, r"[0129]", exact=True),
    "seinengappi": Field("生年月日", 10, _DAY, exact=True),
}
CONTENT = {
    **NAMES,
    **_BIRTH,
    "seinengappi_fushofuragu": Field("生年月日_不詳フラグ", 1, _FLAG, exact=True),
    "seinengappi_fushohyoki": Field("生年月日_不詳表記", 72),
    **ADDRESS,
}
ASSIGNING = {
    "shorikubun": Field("処理区分", 1, r"[012]", required=True, exact=True),
    "atenabango": Field("宛名番号", 15, r"[0-9A-Za-z]+"),
    "kojinbango": Field("個人番号", 12, _DIGITS, exact=True),
    **_WHO,
    **CONTENT,
    "nayosemotofuragu": Field("名寄せ元フラグ", 1, _FLAG, exact=True),
    "nayosesakiatenabango": Field("名寄せ先宛名番号", 15, r"[0-9A-Za-z]+"),
    "tagyomusanshofukafuragu": Field("他業務参照不可フラグ", 1, _FLAG, exact=True),
}
INQUIRING = {
    "atenabango": ASSIGNING["atenabango"],
    "kojinbango": ASSIGNING["kojinbango"],
    **_WHO,
    **NAMES,
    **_BIRTH,
    "jusho": Field("住所", 200),
    "kensakukubun": Field("検索区分(0 完全一致、1 部分一致)", 1, _FLAG, exact=True),
    "rirekikubun": Field("履歴区分(1 全履歴)", 1, _FLAG, exact=True),
}


def troubles(said: Any, rules: Mapping[str, Field]) -> list[Trouble]:
    """What is wrong with each field by itself; nothing when all is well."""
    if not isinstance(said, dict):
        return [Trouble(ErrorCode.REQUIRED, "要求の本文は JSON のオブジェクトにしてください。")]
    unknown = [key for key in said if key not in rules]
    found = [Trouble(ErrorCode.CORRELATION, f"定義のない項目が{len(unknown)}個あります。")] if unknown else []
    for name, rule in rules.items():
        trouble = _trouble(name, rule, said.get(name))
        found += [trouble] if trouble else []
    return found


def _trouble(name: str, rule: Field, value: Any) -> Trouble | None:
    called = f"{rule.title}({name})"
    if value is None or value == "":
        return Trouble(ErrorCode.REQUIRED, f"{called}は必須です。") if rule.required else None
    if not isinstance(value, str) or _has_controls(value):
        return Trouble(ErrorCode.CHARACTERS, f"{called}に使えない文字があります。")
    if len(value) > rule.most or (rule.exact and len(value) != rule.most):
        how = "桁" if rule.exact else "桁以内"
        return Trouble(ErrorCode.LENGTH, f"{called}は{rule.most}{how}にしてください。")
    if rule.pattern and not re.fullmatch(rule.pattern, value, re.ASCII):
        return Trouble(ErrorCode.CHARACTERS, f"{called}に使えない文字があります。")
    return None


def _has_controls(value: str) -> bool:
    return any(unicodedata.category(each) in ("Cc", "Cs", "Co", "Cn") for each in value)


def cleaned(said: dict[str, Any], rules: Mapping[str, Field]) -> dict[str, str]:
    """All fields as text, empty where nothing stood."""
    return {name: str(said.get(name) or "") for name in rules}


def between(values: Mapping[str, str]) -> list[Trouble]:
    """What does not go together in a request for 付番."""
    said = [*_days(values), *_numbers(values)]
    wants = values["shorikubun"] != Processing.NEW
    if wants != bool(values["atenabango"]):
        said.append("処理区分が1または2のときは宛名番号(atenabango)が必須で、0のときは指定できません。")
    if not values["shimei"] and not values["shimei_kana"]:
        said.append("氏名(shimei)または氏名カナ(shimei_kana)を指定してください。")
    if (values["nayosemotofuragu"] == "1") != bool(values["nayosesakiatenabango"]):
        said.append("名寄せ元フラグが1のときだけ、名寄せ先宛名番号(nayosesakiatenabango)を指定してください。")
    if values["nayosesakiatenabango"] and values["nayosesakiatenabango"] == values["atenabango"]:
        said.append("名寄せ先宛名番号が、その宛名番号自身です。")
    if values["seinengappi_fushofuragu"] == "1" and not values["seinengappi_fushohyoki"]:
        said.append("生年月日が不詳のときは、不詳表記(seinengappi_fushohyoki)を指定してください。")
    if values["seinengappi_fushofuragu"] != "1" and not values["seinengappi"]:
        said.append("生年月日(seinengappi)を指定するか、不詳フラグを1にしてください。")
    return [Trouble(ErrorCode.CORRELATION, each) for each in said]


def between_keys(values: Mapping[str, str]) -> list[Trouble]:
    """Whether an inquiry says enough to find somebody: a part of a name alone would read everybody."""
    said = [*_days(values), *_numbers(values)]
    partial = values["kensakukubun"] == "1"
    exact = values["atenabango"] or values["kojinbango"] or values["seinengappi"]
    if not exact and (partial or not (values["shimei"] or values["shimei_kana"])):
        said.append("宛名番号・個人番号・生年月日のいずれか、または氏名の完全一致で検索してください。")
    return [Trouble(ErrorCode.CORRELATION, each) for each in said]


def _days(values: Mapping[str, str]) -> list[str]:
    found = []
    for name in ("seinengappi", "sosanengappi"):
        if values[name] and not _is_day(values[name]):
            found.append(f"{name} が暦にない日付です。")
    hour, minute, second = (int(each) for each in values["sosajikoku"].split(":"))
    if hour > 23 or minute > 59 or second > 59:
        found.append("sosajikoku が時刻ではありません。")
    return found


def _numbers(values: Mapping[str, str]) -> list[str]:
    number = values["kojinbango"]
    return (
        ["個人番号(kojinbango)の検査用数字が合いません。"]
        if number and not is_individual_number(number)
        else []
    )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
