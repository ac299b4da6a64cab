"""One result at the keyboard or the scanner: who a code means, and what the known facts fill in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sesshu.addressees import selectors as addressees
from sesshu.addressees.models import Addressee
from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.catalogue.national import ProductInUse
from sesshu.health.catalogue.selectors import KnownLot
from sesshu.health.catalogue.volumes import usual_volume
from sesshu.health.ledger.persons import doses_given, person_of
from sesshu.health.ledger.selectors import known_of_person, standing_doses
from sesshu.health.notices.models import Issue
from sesshu.kernel import clock
from sesshu.kernel.check_digits import has_check_digit
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.schedule import ProgrammeStatus, assess, load_pack

PURPOSE = "接種結果の入力"
CODE_LENGTH = 14


class NotFound(ValueError):
    """The code means nobody; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a code means, and the vaccination that its questionnaire was issued for ("" without one)."""

    addressee: Addressee
    view: addressees.AddresseeView
    programme: str
    dose_label: str
    questionnaire_code: str
    due: tuple[ProgrammeStatus, ...]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """What lot, programme and age tell of a dose."""

    vaccine: str
    product_name: str = ""
    maker: str = ""
    route: str = ""
    expires_on: date | None = None
    volume_ml: Decimal | None = None
    recalled: bool = False


def subject(code: str, *, by: Account | None) -> Subject:
    """Who is meant by a questionnaire's code (14 digits with check digits) or a 宛名番号.

    :raises NotFound: for a misread code, a questionnaire never issued and an unknown number.
    """
    code = code.strip()
    if len(code) == CODE_LENGTH and code.isdigit():
        return _of_questionnaire(code, by)
    view = addressees.by_number(code, by=by, purpose=PURPOSE)
    if view is None:
        raise NotFound(f"「{code}」に該当する予診票も住民もありません。番号を確かめてください。")
    return _subject(view, "", "", "", "")


def _of_questionnaire(code: str, by: Account | None) -> Subject:
    if not has_check_digit(code):
        raise NotFound(f"予診票番号「{code}」の検査数字が合いません。もう一度読み取ってください。")
    issue = Issue.objects.filter(municipality_code=current(), code=code).select_related("addressee").first()
    if issue is None:
        raise NotFound(f"予診票番号「{code}」は発行した記録がありません。宛名番号で入力してください。")
    holder = issue.addressee.merged_into_id or issue.addressee_id
    view = addressees.person(holder, by=by, purpose=PURPOSE)
    warning = (
        "" if issue.state == "issued" else f"この予診票は「{issue.get_state_display()}」になっています。"
    )
    return _subject(view, issue.programme, issue.dose_label, code, warning)


def _subject(view: addressees.AddresseeView, programme: str, label: str, code: str, warning: str) -> Subject:
    addressee = Addressee.objects.get(municipality_code=current(), pk=view.pk)
    return Subject(addressee, view, programme, label, code, tuple(_due(addressee)), warning)


def _due(addressee: Addressee) -> list[ProgrammeStatus]:
    pack = load_pack("jp")
    doses = doses_given(standing_doses(addressee.pk))
    given = tuple(dose for dose in doses if dose.vaccine in pack.vaccines)
    person = person_of(addressee, known_of_person(addressee.pk))
    assessment = assess(person, given, on=clock.today(), pack=pack)
    return [status for status in assessment.programmes if status.status == "eligible"]


def choices(found: Subject | None) -> tuple[tuple[str, str], ...]:
    """The products to choose from, key and label: those of the questionnaire's programme, else all in use."""
    wanted = catalogue.programme_vaccines(found.programme) if found and found.programme else None
    products = [p for p in catalogue.products(on=clock.today()) if wanted is None or p.vaccine in wanted]
    keys = tuple((_key(p), f"{p.name}（{p.maker}）" if p.maker else p.name) for p in products)
    told = {p.vaccine for p in products}
    names = catalogue.vaccine_names()
    untold = [code for code in (wanted or names) if code not in told]
    return keys + (tuple((code, names.get(code, code)) for code in untold) if not keys or not wanted else ())


def _key(product: ProductInUse) -> str:
    return f"{product.vaccine}|{product.name}|{product.maker}"


def vaccine_of(choice: str) -> str:
    """The vaccine's code of a choice."""
    return choice.partition("|")[0]


def fill(found: Subject, *, lot: str, choice: str, on: date) -> Filled:
    """The vaccine and its particulars: of the choice made, of the lot, or of the only one it can be."""
    known = _lot(found, lot, vaccine_of(choice))
    if choice:
        return _filled(found, vaccine_of(choice), _product(choice), known, on)
    if known:
        return _filled(found, known.vaccine, None, known, on)
    only = choices(found) if found.programme else ()
    vaccines = {vaccine_of(key) for key, _ in only}
    if len(vaccines) != 1:
        return Filled("")
    return _filled(found, vaccines.pop(), _product(only[0][0]) if len(only) == 1 else None, None, on)


def _lot(found: Subject, lot: str, vaccine: str) -> KnownLot | None:
    if not lot:
        return None
    own = catalogue.programme_vaccines(found.programme) if found.programme else None
    fitting = [known for known in catalogue.known_lots(lot) if vaccine in ("", known.vaccine)]
    return next((known for known in fitting if own is None or known.vaccine in own), None)


def _product(choice: str) -> ProductInUse | None:
    return next((product for product in catalogue.products() if _key(product) == choice), None)


def _filled(
    found: Subject, vaccine: str, product: ProductInUse | None, known: KnownLot | None, on: date
) -> Filled:
    programme = found.programme or catalogue.vaccine_programme(vaccine)
    usual = usual_volume(programme, vaccine, found.addressee.birth_date, on)
    source = known or product
    volume = Decimal(str(usual)) if usual is not None else (source.volume_ml if source else None)
    if known:
        return Filled(
            vaccine, known.product_name, known.maker, known.route, known.expires_on, volume, known.recalled
        )
    if product is None:
        return Filled(vaccine, volume_ml=volume)
    return Filled(vaccine, product.name, product.maker, product.route, None, volume)
