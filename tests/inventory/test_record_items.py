"""H22: every record item of both cities' 別添1 (特定個人情報ファイル記録項目) has a home.

A home is a field of a model, or a function where the item is reckoned and never stored. The items of the
systems that come later (the vault of Individual Numbers, VRS, certificates) are named with their system.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from django.apps import apps

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
HEADING = "（別添１） 特定個人情報ファイル記録項目"
LATER = {"numbers", "vrs", "certificates"}

ISE = {
    1: ("氏名（かな、漢字）", "addressees.Addressee.name", "addressees.Addressee.name_kana"),
    2: ("生年月日", "addressees.Addressee.birth_date", "addressees.Addressee.birth_date_text"),
    3: ("年齢", "sesshu.kernel.dates:age_on"),
    4: ("続柄", "addressees.Addressee.relation"),
    5: ("世帯主", "addressees.Addressee.household_head"),
    6: ("性別", "addressees.Addressee.sex"),
    7: ("郵便番号", "addressees.Addressee.postal_code"),
    8: ("住所", "addressees.Addressee.town", "addressees.Addressee.house_number"),
    9: ("宛名番号", "addressees.Addressee.number"),
    10: ("世帯番号", "addressees.Addressee.household_number"),
    11: ("地区", "addressees.Addressee.district"),
    12: ("接種名", "ledger.Dose.programme", "ledger.Dose.vaccine"),
    13: ("予診フラグ", "ledger.Screening.reason"),
    14: ("接種日", "ledger.Dose.date"),
    15: ("接種日時点年齢", "sesshu.kernel.dates:age_on"),
    16: ("市町外接種フラグ", "ledger.Dose.outside_municipality"),
    17: ("集団接種フラグ", "ledger.Dose.group"),
    18: ("接種医療機関名", "ledger.Dose.provider", "ledger.Dose.provider_name"),
    19: ("予診医師名", "ledger.Dose.screening_doctor", "ledger.Screening.screening_doctor"),
    20: ("接種医師名", "ledger.Dose.doctor"),
    21: ("ワクチン業者", "ledger.Dose.maker"),
    22: ("ワクチン名", "ledger.Dose.product_name"),
    23: ("LotNo", "ledger.Dose.lot_number"),
    24: ("接種量", "ledger.Dose.volume_ml"),
    25: ("施設名", "ledger.Dose.facility_name"),
    26: ("未接種理由", "ledger.Screening.reason", "ledger.Screening.reason_text"),
    27: ("接種状況", "ledger.Dose.voided_at", "ledger.Screening.voided_at"),
    28: ("請求月", "ledger.Dose.claim_month", "ledger.Screening.claim_month"),
    29: ("請求対象フラグ", "ledger.Dose.claimable"),
    30: ("集計対象フラグ", "ledger.Dose.counted"),
    31: ("公費実施フラグ", "ledger.Dose.publicly_funded"),
}
KOFU = {
    1: ("対象者", "ledger.Dose.addressee"),
    2: ("対象者宛名番号", "addressees.Addressee.number"),
    3: ("対象者個人番号（※1）", "numbers"),
    4: ("対象者情報", "addressees.Addressee.id"),
    5: ("氏名", "addressees.Addressee.name"),
    6: ("住所", "addressees.Addressee.town"),
    7: ("電話番号", "addressees.Addressee.telephone"),
    8: ("生年月日", "addressees.Addressee.birth_date"),
    9: ("性別", "addressees.Addressee.sex"),
    10: ("続柄", "addressees.Addressee.relation"),
    11: ("課税非課税区分", "addressees.Addressee.tax_class"),
    12: ("予防接種結果（※2）", "ledger.Dose.programme"),
    13: ("受付番号", "ledger.Dose.receipt_number"),
    14: ("医療機関", "ledger.Dose.provider"),
    15: ("支払月", "ledger.Dose.payment_month"),
    16: ("フォロー登録", "ledger.Dose.follow_up"),
    17: ("実施日", "ledger.Dose.date"),
    18: ("ロット番号", "ledger.Dose.lot_number"),
    19: ("接種量", "ledger.Dose.volume_ml"),
    20: ("接種方式", "ledger.Dose.route"),
    21: ("接種場所", "ledger.Dose.facility_name"),
    22: ("接種医師", "ledger.Dose.doctor"),
    23: ("ワクチン名称", "ledger.Dose.product_name"),
    24: ("ワクチンメーカー", "ledger.Dose.maker"),
    25: ("有効日", "ledger.Dose.expires_on"),
    26: ("予診医療機関", "ledger.Dose.screening_provider", "ledger.Screening.screening_provider"),
    27: ("予診医師", "ledger.Dose.screening_doctor", "ledger.Screening.screening_doctor"),
    28: ("発行履歴", "notices.Issue.addressee"),
    29: ("発行年度", "notices.Issue.fiscal_year"),
    30: ("検診種類", "notices.Issue.programme", "notices.Issue.kind"),
    31: ("発行理由", "notices.Issue.reason"),
    32: ("発行日", "notices.Issue.issued_on"),
    33: ("処理区分", "notices.Issue.state"),
    34: ("更新日", "ledger.Dose.recorded_at"),
    35: ("更新時刻", "ledger.Dose.recorded_at"),
    36: ("更新者職員番号", "ledger.Dose.recorded_by", "protection.Account.login"),
}
KOFU_COVID = {
    "個人番号": ("numbers",),
    "宛名番号": ("addressees.Addressee.number",),
    "自治体コード": ("ledger.Dose.municipality_code",),
    "接種券番号": ("vrs",),
    "属性情報（氏名、生年月日、性別）": (
        "addressees.Addressee.name",
        "addressees.Addressee.birth_date",
        "addressees.Addressee.sex",
    ),
    "接種状況（実施/未実施）": ("ledger.Dose.voided_at",),
    "接種回": ("ledger.Dose.reported_dose_number", "eligibility.DoseVerdict.dose_number"),
    "接種日": ("ledger.Dose.date",),
    "ワクチンメーカー": ("ledger.Dose.maker",),
    "ロット番号": ("ledger.Dose.lot_number",),
    "ワクチン種類（※）": ("ledger.Dose.vaccine",),
    "製品名（※）": ("ledger.Dose.product_name",),
    "旅券関係情報（旧姓・別姓・別名、ローマ字氏名、国籍、旅券番号）（※）": ("certificates",),
    "証明書ID（※）": ("certificates",),
    "証明書発行年月日（※）": ("certificates",),
}
HOMES = (
    [(f"Ise {number}", home) for number, (_, *homes) in ISE.items() for home in homes]
    + [(f"Kofu {number}", home) for number, (_, *homes) in KOFU.items() for home in homes]
    + [(f"Kofu {name}", home) for name, homes in KOFU_COVID.items() for home in homes]
)


@pytest.mark.parametrize(("item", "home"), HOMES)
def test_an_item_has_its_home(item: str, home: str) -> None:
    """H22: the field or the function exists."""
    if home in LATER:
        pytest.skip(f"{item} belongs to the system {home}, which is built later")
    if ":" in home:
        module, name = home.split(":")
        assert callable(getattr(importlib.import_module(module), name))
        return
    label, model, field = home.split(".")
    assert apps.get_model(label, model)._meta.get_field(field).concrete


def test_only_individual_numbers_vouchers_and_certificates_wait() -> None:
    waiting = {item for item, home in HOMES if home in LATER}
    assert waiting == {
        "Kofu 3",
        "Kofu 個人番号",
        "Kofu 接種券番号",
        "Kofu 旅券関係情報（旧姓・別姓・別名、ローマ字氏名、国籍、旅券番号）（※）",
        "Kofu 証明書ID（※）",
        "Kofu 証明書発行年月日（※）",
    }


def _section(name: str) -> str:
    path = SEEDS / name
    if not path.is_file():
        pytest.skip("the seed documents are not beside this repository")
    text = path.read_text(encoding="utf-8")
    # The heading stands in the table of contents first.
    return text[text.rindex(HEADING) :][:2500]


def test_the_list_of_ise_is_whole() -> None:
    """H22: Ise 1 to 31, as the document numbers them."""
    listed = _section("000_0d563314cb234c29.txt").split("＜選択肢＞")[0].replace("\n", "")
    found = re.findall(r"(\d+)\.+(.+?)(?=、\d+\.|予防接種情報\d|$)", listed)
    assert {int(number): name.strip() for number, name in found} == {
        number: name for number, (name, *_) in ISE.items()
    }


def test_the_list_of_kofu_is_whole() -> None:
    """H22: Kōfu 1 to 36 and the COVID-19 items, as the document lists them."""
    section = _section("002_9e51f7141e7ba304.txt")
    numbered, covid = section.split("＜新型コロナウイルス感染症対策に係る予防接種に関する記録項目＞")
    found = re.findall(r"^(\d+)\s+(\S.*)$", numbered, re.MULTILINE)
    assert {int(number): name.strip() for number, name in found} == {
        number: name for number, (name, *_) in KOFU.items()
    }
    assert re.findall(r"^\s*・(.+)$", covid.split("※　新型")[0], re.MULTILINE) == list(KOFU_COVID)
