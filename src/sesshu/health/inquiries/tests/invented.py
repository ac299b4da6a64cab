"""Invented persons, institutions and answers for the tests of inquiries."""

from __future__ import annotations

from datetime import date

from tests.numbers_double import dose

from sesshu.addressees.keys import name_key
from sesshu.addressees.models import Addressee
from sesshu.health.inquiries import jobs
from sesshu.health.inquiries.models import Institution
from sesshu.kernel import clock
from sesshu.protocol import codes

ISE, KOFU, TSU = "242039", "192015", "242012"
TODAY = date(2026, 11, 22)
FORMER = codes.institution_of(KOFU)


def moved_in(number: str = "0000000101", name: str = "見本　花子", **values: object) -> Addressee:
    """One who moved in from Kofu in November."""
    own = {
        "birth_date": date(2024, 3, 1), "resident_since": date(2026, 11, 10), "sex": "2",
        "former_municipality_code": KOFU,
    }  # fmt: skip
    return Addressee.objects.create(
        number=number, name=name, name_kana="ミホン　ハナコ", name_key=name_key(name, "ミホン　ハナコ"),
        address_key="", updated_at=clock.now(), **(own | values),
    )  # fmt: skip


def institutions() -> None:
    """Kofu, Tsu and an insurer stand on the list."""
    Institution.objects.bulk_create(
        [
            Institution(
                code=FORMER, kind="municipality", name="甲府市", name_kana="コウフシ", prefecture="山梨県"
            ),
            Institution(
                code=codes.institution_of(TSU), kind="municipality", name="津市", name_kana="ツシ",
                prefecture="三重県",
            ),
            Institution(code="0900000000000011", kind="insurer", name="見本健康保険組合"),
        ]
    )  # fmt: skip


# What Kofu holds of the child: two doses of MR's first and of chickenpox.
MR = dose(
    programme="mr", administered_on="2025-04-10", vaccine="MR", lot="K100", volume_ml="0.50", route="SC",
    manufacturer="武田", provider="甲府見本小児科", doctor="例示 二郎", legal_class="A",
)  # fmt: skip
VARICELLA = dose(
    programme="varicella", administered_on="2025-04-10", vaccine="VZV-live", lot="V200",
    provider="甲府見本小児科",
)  # fmt: skip


def turn() -> None:
    """One turn of the job."""
    jobs.turn(ISE)
