"""The items that make the state of an addressee: as columns, as SQL and as the JSON of a version."""

from __future__ import annotations

from datetime import date
from typing import Any

from sesshu.addressees.models import Addressee

# Field of the model: column of the feed. The order is that of the feed's columns.
FIELDS: dict[str, str] = {
    "number": "宛名番号",
    "household_number": "世帯番号",
    "kind": "宛名種別",
    "name": "氏名",
    "name_kana": "氏名_読み仮名",
    "alias": "通称",
    "alias_kana": "通称_読み仮名",
    "sex": "性別",
    "birth_date": "生年月日",
    "birth_date_text": "生年月日_不詳表記",
    "relation": "続柄",
    "household_head": "世帯主氏名",
    "address_municipality_code": "住所_市区町村コード",
    "town_code": "住所_町字コード",
    "prefecture": "住所_都道府県",
    "city": "住所_市区郡町村名",
    "town": "住所_町字",
    "house_number": "住所_番地号表記",
    "building": "住所_方書",
    "postal_code": "住所_郵便番号",
    "telephone": "電話番号",
    "district": "地区",
    "status": "住民状態",
    "resident_since": "住民となった年月日",
    "removed_on": "消除年月日",
    "tax_class": "課税非課税区分",
    "public_assistance": "生活保護区分",
    "former_municipality_code": "転入前住所_市区町村コード",
}
DATES = frozenset({"birth_date", "resident_since", "removed_on"})
BOOLEANS = frozenset({"public_assistance"})
# A dwelling place could be found from these; the same items as `kernel.masking.PROTECTED_COLUMNS`.
PROTECTED_FIELDS = frozenset(
    {
        "household_number",
        "relation",
        "household_head",
        "address_municipality_code",
        "town_code",
        "prefecture",
        "city",
        "town",
        "house_number",
        "building",
        "postal_code",
        "telephone",
        "district",
        "former_municipality_code",
    }
)


def sql_type(field: str) -> str:
    return "date" if field in DATES else "boolean" if field in BOOLEANS else "text"


def json_sql(row: str) -> str:
    """SQL for a version's JSON out of the columns of `row`; the same as :func:`state_of` in Python."""
    pairs = ", ".join(f"'{field}', {row}.{field}" for field in FIELDS)
    return f"jsonb_build_object({pairs})"


def state_of(addressee: Addressee) -> dict[str, Any]:
    """A version's JSON out of an addressee."""
    return {field: _plain(getattr(addressee, field)) for field in FIELDS}


def label(field: str) -> str:
    """The data dictionary's name of a field."""
    return FIELDS[field]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
