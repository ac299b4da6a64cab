"""Put an invented city into this installation: accounts, clinics, products, residents, doses, statuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sesshu.addressees.importing import import_residents
from sesshu.addressees.models import Addressee
from sesshu.demo.clinics import DemoProvider, providers
from sesshu.demo.generating import generate
from sesshu.health.eligibility.refreshing import refresh_city
from sesshu.health.intake.services import import_results
from sesshu.health.providers.models import ProviderKind
from sesshu.health.providers.services import add_doctor, save_provider
from sesshu.kernel import clock
from sesshu.protection.models import Municipality
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.tenancy import acting_for

# Login's ending, name, roles: one account for each thing that a newcomer may want to try.
ACCOUNTS: tuple[tuple[str, str, list[Role]], ...] = (
    ("", "予防接種担当（デモ）", [Role.PROGRAMME]),
    ("-counter", "窓口（デモ）", [Role.COUNTER]),
    ("-leader", "係長（デモ）", [Role.PROGRAMME, Role.PROTECTED]),
    ("-accounting", "請求・支払担当（デモ）", [Role.ACCOUNTING]),
    ("-numbers", "個人番号利用事務（デモ）", [Role.COUNTER, Role.NUMBERS]),
    ("-system", "システム管理者（デモ）", [Role.SYSTEM]),
    ("-manager", "承認者・課長（デモ）", [Role.MANAGER]),
    ("-security", "情報セキュリティ責任者（デモ）", [Role.SECURITY]),
    ("-auditor", "監査（デモ）", [Role.AUDITOR]),
)
Tell = Callable[[str], None]


def install(
    *, municipality_code: str, login: str, password: str, residents: int, seed: int, folder: Path, tell: Tell
) -> None:
    """Make the city once; on a later start only its accounts are renewed.

    ``folder`` receives residents.csv, changes.csv and doses.csv, of which the changes are left for the
    user to load.
    """
    municipality = _city(municipality_code)
    _accounts(municipality, login, password)
    with acting_for(municipality.code):
        if Addressee.objects.filter(municipality_code=municipality.code).exists():
            return
    tell(f"{municipality.name}: 架空の住民 {residents:,}人のファイルを作っています…")
    generate(municipality.code, residents, seed, folder)
    tell(f"{municipality.name}: 住民と接種記録を取り込んでいます…")
    with acting_for(municipality.code):
        for provider in providers(municipality.code):
            _clinic(provider)
        _load(folder, first_provider=providers(municipality.code)[0].code)
    tell(f"{municipality.name}: 接種できる期間を計算しています…")
    refresh_city(municipality.code, by=None, at=clock.now(), on=clock.today())


def _load(folder: Path, *, first_provider: str) -> None:
    """Load the residents and their doses in one transaction, so that a killed start begins anew."""
    import_residents(by=None, at=clock.now(), path=folder / "residents.csv")
    import_results(folder / "doses.csv", provider_code=first_provider, by=None, at=clock.now())


def _city(code: str) -> Municipality:
    municipality = ensure_municipality(code)
    municipality.section = "健康課（デモ）"
    municipality.section_telephone = "000-000-0000"
    municipality.section_address = f"{municipality.name}見本町1番1号"
    municipality.save()
    return municipality


def _accounts(municipality: Municipality, login: str, password: str) -> None:
    for suffix, name, roles in ACCOUNTS:
        open_account(
            login=f"{login}{suffix}", name=name, municipality=municipality, roles=roles, password=password
        )


def _clinic(provider: DemoProvider) -> None:
    saved = save_provider(
        code=provider.code,
        by=None,
        at=clock.now(),
        name=provider.name,
        name_kana=provider.name_kana,
        address=provider.address,
        telephone=provider.telephone,
        kind=ProviderKind.GROUP if provider.group else ProviderKind.INDIVIDUAL,
        outside=provider.outside,
    )
    for doctor in provider.doctors:
        add_doctor(provider=saved, name=doctor, by=None)
