"""One result at the keyboard or the scanner: who a code means, and what the known facts fill in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sesshu.addressees import selectors as addressees
from sesshu.addressees.models import Addressee
from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.catalogue.selectors import KnownLot
from sesshu.health.catalogue.volumes import usual_volume
from sesshu.health.ledger.persons import doses_given, person_of
from sesshu.health.ledger.selectors import standing_doses
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
    known = tuple(dose for dose in doses if dose.vaccine in pack.vaccines)
    assessment = assess(person_of(addressee), known, on=clock.today(), pack=pack)
    return [status for status in assessment.programmes if status.status == "eligible"]


def choices(found: Subject | None) -> tuple[tuple[str, str], ...]:
    """The vaccines to choose from: those of the questionnaire's programme, else all."""
    if found and found.programme:
        codes = catalogue.programme_vaccines(found.programme)
        in_use = {product.vaccine for product in catalogue.products(on=clock.today())}
        now = [code for code in codes if code in in_use]
        return tuple((code, catalogue.vaccine_name(code)) for code in (now or codes))
    return tuple(catalogue.vaccine_names().items())


def fill(found: Subject, *, lot: str, vaccine: str, on: date) -> Filled:
    """The vaccine and its particulars from the lot, the vaccine chosen, or the only one it can be."""
    known = _lot(found, lot, vaccine)
    if known:
        vaccine = known.vaccine
    elif not vaccine and found.programme:
        only = choices(found)
        vaccine = only[0][0] if len(only) == 1 else ""
    if not vaccine:
        return Filled("")
    return _filled(found, vaccine, known, on)


def _lot(found: Subject, lot: str, vaccine: str) -> KnownLot | None:
    if not lot:
        return None
    fitting = [known for known in catalogue.known_lots(lot) if vaccine in ("", known.vaccine)]
    own = catalogue.programme_vaccines(found.programme) if found.programme else ()
    return next((known for known in fitting if known.vaccine in own), fitting[0] if fitting else None)


def _filled(found: Subject, vaccine: str, known: KnownLot | None, on: date) -> Filled:
    programme = found.programme or catalogue.vaccine_programme(vaccine)
    usual = usual_volume(programme, vaccine, found.addressee.birth_date, on)
    volume = Decimal(str(usual)) if usual is not None else (known.volume_ml if known else None)
    if known:
        return Filled(
            vaccine, known.product_name, known.maker, known.route, known.expires_on, volume, known.recalled
        )
    products = catalogue.products(on=on, vaccine=vaccine)
    product = products[0] if len(products) == 1 else None
    if product is None:
        return Filled(vaccine, volume_ml=volume)
    return Filled(vaccine, product.name, product.maker, product.route, None, volume or product.volume_ml)
