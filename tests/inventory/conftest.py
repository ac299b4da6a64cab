"""Two cities with one row of every table each, under the same numbers, and staff who may do everything."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import models, transaction
from django.test import Client
from pytest_django import DjangoDbBlocker

from sesshu.addressees.models import Addressee, ProtectiveMeasure
from sesshu.intermediate import identity, persons
from sesshu.intermediate.models import Inquiry, Person, Provision
from sesshu.intermediate.sealing import cabinet
from sesshu.kernel import clock
from sesshu.kernel.check_digits import with_check_digit
from sesshu.protection.keys.models import SubjectKey, TenantKey
from sesshu.protection.models import Account
from sesshu.protection.roles import Role
from sesshu.protection.services import ensure_municipality, open_account
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import envelopes
from sesshu.protocol.codes import VACCINATION

from .pages import CITY, SYSTEMS, Page
from .rows import Rows, tenant_models

ISE, KOFU = "242039", "192015"
OWN, FOREIGN = 111_111_111, 222_222_222
TODAY = date(2026, 11, 22)
NAME, HIDDEN_NAME = "目印 一郎", "守秘 目印子"
LOT = "LOT-PROVIDED"
LATER = datetime(2026, 11, 29, tzinfo=clock.TOKYO)
DWELLING = {
    "town": "隠町",
    "house_number": "九百九十九番地",
    "building": "隠家荘",
    "household_head": "隠家 世帯主",
    "telephone": "0900000999",
    "postal_code": "9999999",
    "district": "隠地区",
}


def _issue_code(number: int) -> str:
    return with_check_digit(f"24203{number:07d}")


def integrated_number(number: int) -> str:
    return f"{number:015}"


def _digest(number: int) -> bytes:
    return cabinet().digest(persons.NUMBER, integrated_number(number))


def _sealed_number(number: int) -> bytes:
    return cabinet().seal(integrated_number(number).encode(), persons.NUMBER, _digest(number).hex())


def _sealed_dose(number: int) -> bytes:
    return cabinet().seal(f'{{"lot": "{LOT}"}}'.encode(), "replica", f"v{number}", VACCINATION, 1)


_PERSON = {
    "name": NAME,
    "name_kana": "メジルシ イチロウ",
    "sex": "2",
    "birth_date": date(2025, 5, 10),
    "name_key": "メジルシイチロウ",
    "kind": "1",
    "status": "1",
}
_KNOWN = {
    "Addressee": _PERSON | {"resident_since": date(2020, 1, 1)},
    "Dose": {"programme": "mr", "vaccine": "MR", "date": date(2026, 6, 1)},
    "Screening": {"programme": "mr", "date": date(2026, 6, 1), "reason": "fever"},
    "PersonalCircumstance": {
        "kind": "pregnancy", "due_on": date(2026, 12, 1), "basis": "handbook", "confirmed_on": TODAY,
    },
    "DoseVerdict": {"programme": "mr", "dose_label": "1期", "routine": True, "evaluation": "valid"},
    "ProtectiveMeasure": {"ends_on": date(2026, 1, 1), "starts_on": date(2025, 1, 1)},
    "Window": {
        "programme": "mr", "kind": "due", "starts_on": date(2026, 5, 9), "ends_on": date(2027, 5, 9),
        "dose_label": "1期", "dose_number": 1, "last_day": date(2027, 5, 9),
    },
    "Extraction": {"programme": "mr", "on": TODAY, "counts": {"targets": 0, "excluded": {}}},
    "intermediate.Person": {
        "digest": _digest, "sealed_number": _sealed_number, "no_auto_reply": True,
    },
    "intermediate.InformationFlag": {"nondisclosure": True},
    "intermediate.Inquiry": {},
    "intermediate.Provision": {
        "state": "waiting", "information": VACCINATION, "fields": ["lot"], "answer_by": LATER,
    },
    "intermediate.Replica": {
        "information": VACCINATION, "withdrawn": False, "sequence": 1, "record_id": "v{}".format,
        "sealed": _sealed_dose,
    },
    "intermediate.Manifest": {"information": [VACCINATION]},
    "intermediate.Notice": {"ends_at": LATER},
    "Inquiry": {"kind": "vaccination", "state": "answered", "provider": "0219201500000000"},
    "Received": {"decision": ""},
    "Institution": {"code": lambda number: f"02{number:014}"},
    "OutboxEntry": {"kind": "put", "state": "refused"},
    "Issue": {"programme": "mr", "code": _issue_code, "valid_to": TODAY, "fiscal_year": 2026},
    "BatchRow": {"messages": []},
    "Product": {"vaccine": "MR"},
    "TerminalApplication": {"signing_request": ""},
    "Recovery": {"requested_by": lambda number: staff(f"asker-{number}", ISE, Role.SYSTEM)},
    "ErasureRun": {"rule": "person-dead"},
    "Hold": {"rule": "person-dead"},
    "Job": {"kind": "results.load"},
    # What the walk fills must not take the rights from who walks.
    "Grant": {"role": "statistics"},
    "Campaign": {"deadline": date(2027, 3, 31)},
    "AuthorityRequest": {"kind": "grant", "values": {"grants": [], "contract": None}},
    "OwnProgramme": {"doses": 1, "sex": ""},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.fixed(TODAY):
        yield


@pytest.fixture
def urlconf(request: pytest.FixtureRequest) -> str:
    """The addresses in force: of the page's own system where a test is about one page."""
    page = request.node.callspec.params.get("page") if hasattr(request.node, "callspec") else None
    return page.urlconf if isinstance(page, Page) else CITY


@pytest.fixture(autouse=True)
def _system(urlconf: str, settings: Any) -> None:
    settings.ROOT_URLCONF, settings.SYSTEM = urlconf, SYSTEMS[urlconf]


def staff(login: str, city: str, *roles: Role) -> Account:
    """An account of a city with these roles."""
    return open_account(
        login=login,
        name=f"試験 {login}",
        municipality=ensure_municipality(city),
        roles=roles,
        password="x" * 16,
    )


def signed_in(account: Account) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(account)
    # The second factor was shown just now: what is asked here is the right, not the factor.
    session = client.session
    session["factor_shown_at"] = clock.now().isoformat()
    session.save()
    return client


ORDINARY = tuple(role for role in Role if role is not Role.PROTECTED)


@pytest.fixture(scope="module")
def _two_cities(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Rows, Rows]]:
    """Filled once for a file's tests: each runs in a savepoint of the transaction that holds the rows."""
    with django_db_blocker.unblock():
        around = transaction.atomic()
        around._from_testcase = True  # type: ignore[attr-defined]  # as Django's own test cases say
        with around:
            with clock.fixed(TODAY), acting_for(ensure_municipality(ISE).code):
                own = _filled(staff("ise-clerk", ISE, *ORDINARY), OWN)
            with clock.fixed(TODAY), acting_for(ensure_municipality(KOFU).code):
                foreign = _filled(staff("kofu-clerk", KOFU, *ORDINARY), FOREIGN)
            yield own, foreign
            transaction.set_rollback(True)


@pytest.fixture
def foreign_rows(_two_cities: tuple[Rows, Rows], ise: object) -> Rows:
    """One row of every table in the other city, all under the number FOREIGN."""
    return deepcopy(_two_cities[1])


@pytest.fixture
def own_rows(_two_cities: tuple[Rows, Rows], ise: object) -> Rows:
    """One row of every table in one's own city, all under the number OWN."""
    return deepcopy(_two_cities[0])


def _filled(account: Account, number: int) -> Rows:
    rows = _Numbered(account, number)
    # What is sealed opens: its keys are real ones.
    cabinet()
    identity.trust_core(envelopes.public(envelopes.new_key()))
    for key in (TenantKey, SubjectKey):
        rows.made[key] = key.objects.filter(municipality_code=account.municipality_id).order_by("pk")[0]
    for model in tenant_models():
        rows.of(model)
    _of_the_person(rows)
    return rows


def _of_the_person(rows: Rows) -> None:
    """What the intermediate server exchanges is about the person whom it knows."""
    for model in (Inquiry, Provision):
        row: Any = rows.of(model)
        row.person = rows.of(Person)
        row.save(update_fields=["person"])


class _Numbered(Rows):
    def __init__(self, account: Account, number: int) -> None:
        super().__init__(account, **_KNOWN)
        self.number = number

    def another(self, model: Any, **given: Any) -> Any:
        return super().another(model, **({} if model in self.made else self._own_key(model)), **given)

    def _own_key(self, model: Any) -> dict[str, Any]:
        key = model._meta.pk
        if isinstance(key, models.UUIDField):
            return {"pk": UUID(int=self.number)}
        return {"pk": self.number} if key.auto_created else {}


@pytest.fixture
def hidden_person(own_rows: Rows) -> Addressee:
    """A person under a protective measure, with a row of every table that speaks of a person."""
    person = own_rows.another(
        Addressee, name=HIDDEN_NAME, name_kana="シュヒ メジルシコ", name_key="シュヒメジルシコ",
        household_number="H-SECRET", address_key="カクレチョウ", **DWELLING,
    )  # fmt: skip
    assert isinstance(person, Addressee)
    own_rows.another(ProtectiveMeasure, addressee=person, starts_on=date(2026, 2, 1), ends_on=None)
    kinds = {"Dose", "Screening", "PersonalCircumstance", "Window", "Issue", "Inquiry", "OutboxEntry"}
    for model in tenant_models():
        if model.__name__ in kinds and any(field.name == "addressee" for field in model._meta.fields):
            row = own_rows.another(model, addressee=person)
            if model.__name__ == "Dose":
                verdict = next(each for each in tenant_models() if each.__name__ == "DoseVerdict")
                own_rows.another(verdict, dose=row)
    return person
