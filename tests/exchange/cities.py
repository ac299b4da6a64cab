"""A core and cities really enrolled at it; what ``numbers`` of a city, the clerks and time may do."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from sesshu.intermediate import dispatching, doors, identity, outbox, refreshing
from sesshu.intermediate.models import Outbox, Provision
from sesshu.intermediate.sealing import cabinet
from sesshu.kernel import clock
from sesshu.network import core_keys, dispatch_peers, institutions, list_file, lists
from sesshu.network import dispatching as core_dispatching
from sesshu.network.choices import Kind
from sesshu.network.models import Outgoing
from sesshu.network.models import Record as CoreRecord
from sesshu.protection.models import Account
from sesshu.protection.services import ensure_municipality
from sesshu.protocol import envelopes, peers, points
from sesshu.protocol.messages import Row

from .wires import CORE, Killed, Wires, address, certificate, institution

ISE, KOFU, TSU = "242039", "192015", "242012"
CITIES = (ISE, KOFU, TSU)
BEGUN = datetime(2026, 11, 28, 9, tzinfo=clock.TOKYO)
ROW = next(
    row for row in list_file.read().rows() if row.item == "25-1" and row.provider_kind == "municipality"
)
FIELDS = ROW.fields


class Refused(AssertionError):
    """A door said no to ``numbers``."""

    def __init__(self, status: int, said: dict[str, Any]) -> None:
        super().__init__(f"{status} {said}")
        self.status, self.said = status, said


@dataclass
class Exchange:
    """The systems by their 団体コード (the core's is 000000), and the wires between them."""

    wires: Wires

    @classmethod
    def begun(cls, settings: Any) -> Exchange:
        """Enrolled, the shipped list published, list and directory with all."""
        settings.EXCHANGE = settings.EXCHANGE | {"network": address(CORE)}
        forget()
        made = cls(Wires(now=BEGUN, issued=BEGUN - timedelta(days=1)))
        made.wires.hang()
        for system in (CORE, *CITIES):
            peers.transports[address(system)] = made.wires.transport(system)
        public = made.as_core(lambda: envelopes.public(core_keys.own_key()))
        for city in CITIES:
            ensure_municipality(city)
            made._enrol(city, public)
        made.publish(list_file.read().rows())
        for city in CITIES:
            made.wires.alive(city, cabinet)  # its key
            assert made.refresh(city)
        return made

    def _enrol(self, city: str, core_key: dict[str, Any]) -> None:
        def keys() -> dict[str, Any]:
            identity.trust_core(core_key)
            return identity.published()

        published = self.wires.alive(city, keys)
        code, issued = published.pop("institution"), self.wires.issued
        self.as_core(
            lambda: institutions.enrol(
                code=code, name=f"市{city}", kind=Kind.MUNICIPALITY, address=address(city),
                certificate=certificate("intermediate", code, issued)[1],
                juki_certificate=certificate("juki", code, issued)[1], **published,
            )
        )  # fmt: skip

    def as_core(self, act: Callable[[], Any]) -> Any:
        return self.wires.alive(CORE, act)

    def publish(self, rows: Sequence[Row]) -> int:
        """A new version, at the core alone."""
        made = self.as_core(lambda: lists.publish(rows, starts_on=date(2026, 6, 14)))
        return int(made.version)

    def refresh(self, city: str) -> bool:
        """This city fetches list and directory. False when it did not work."""
        try:
            return bool(self.wires.alive(city, refreshing.refresh))
        except Killed:
            self.restart(city)
            return False

    def ask(self, city: str, path: str, **body: Any) -> Any:
        """What ``numbers`` of a city is answered. :raises Refused: when its door says no.

        :raises Killed: when the intermediate server died with it.
        """
        who = {"municipality": city, "actor": "t-clerk", "terminal": "t1", "request_id": str(uuid.uuid4())}
        answer = self.wires.alive(
            city, lambda: self.wires.knock(city, path, who | body, "numbers", institution(city))
        )
        said = json.loads(answer.content)
        if answer.status_code != 200:
            raise Refused(answer.status_code, said)
        return said

    def dispatch(self, system: str) -> int:
        """Its dispatcher does what there is to do; when it dies, the next one begins."""
        try:
            return int(self.wires.alive(system, lambda: _dispatcher(system)))
        except Killed:
            self.restart(system)
            return 1

    def restart(self, system: str) -> None:
        """A new process: connections are gone, what a dead dispatcher had in hand is free."""
        forget()
        if system != CORE:
            self.wires.alive(system, outbox.release_all)

    def settle(self, rounds: int = 40) -> None:
        """All dispatchers work, and time passes, until nothing is left to be sent; or one is dead."""
        for _ in range(rounds):
            done = sum(self.dispatch(system) for system in (CORE, *CITIES))
            if not done and (self.quiet() or self.wires.dead):
                return
            if not done:
                self.wires.now += timedelta(minutes=11)
        raise AssertionError("it never became quiet")

    def quiet(self) -> bool:
        """No outbox holds anything."""
        waiting = self.as_core(Outgoing.objects.exists)
        return not waiting and not any(self.wires.alive(city, Outbox.objects.exists) for city in CITIES)

    def acquire(self, city: str, number: str, resident: str) -> str:
        """A 符号 is asked for as the city's 統合端末 does; the 取得番号's state at the core."""
        (asked,) = self.ask(city, "/fgu/codes", integrated_numbers=[number])
        if asked["acquisition_number"] is None:
            return str(asked["state"])
        body = [{"acquisition_number": asked["acquisition_number"], "resident_code": resident}]
        answer = self.as_core(
            lambda: self.wires.knock(CORE, "/v1/acquisitions", body, "juki", institution(city))
        )
        assert answer.status_code == 200, answer.content
        return str(json.loads(answer.content)[0]["state"])

    def inquire(self, city: str, number: str, provider: str, reference: str = "", **changed: Any) -> Any:
        """One inquiry; how it was taken."""
        asked = {
            "reference": reference or f"r-{uuid.uuid4().hex}", "integrated_number": number,
            "provider": institution(provider), "item": ROW.item, "information": ROW.information,
            "period": {"starts_on": None, "ends_on": None}, "department": "10", "nondisclosure": False,
        } | changed  # fmt: skip
        (taken,) = self.ask(city, "/ski/inquiries", inquiries=[asked])
        return taken

    def result(self, city: str, processing_number: str) -> Any:
        (found,) = self.ask(city, "/ski/results", processing_numbers=[processing_number])
        return found

    def put(self, city: str, number: str, record_id: str, sequence: int = 1, **content: Any) -> str:
        """One record of the 副本; withdrawn without content. Its state."""
        record = {
            "integrated_number": number, "record_id": record_id, "information": ROW.information,
            "sequence": sequence, "action": "put" if content else "withdraw", "content": content or None,
        }  # fmt: skip
        (said,) = self.ask(city, "/dbm/replicas", process="p-ledger", records=[record])
        return str(said["state"])

    def flag(self, city: str, number: str, no_auto_reply: bool) -> None:
        flags = [
            {
                "integrated_number": number, "information": None, "no_auto_reply": no_auto_reply,
                "nondisclosure": False,
            }
        ]  # fmt: skip
        self.ask(city, "/dbm/flags", flags=flags)

    def clerk(self, city: str) -> Account:
        made, _ = Account.objects.get_or_create(
            login=f"clerk-{city}", defaults={"name": "試験 職員", "municipality_id": city}
        )
        return made

    def records(self, city: str, number: str) -> list[dict[str, Any]]:
        """情報提供等記録 of a person."""
        found: list[dict[str, Any]] = self.ask(city, "/tkm/records", integrated_number=number, all=True)
        return found

    def of(self, city: str, model: Any) -> list[Any]:
        """All rows of a city's intermediate server."""
        return list(self.wires.alive(city, lambda: list(_rows(model, city))))

    def core_records(self) -> list[CoreRecord]:
        return list(self.as_core(lambda: list(CoreRecord.objects.prefetch_related("endings"))))


def content(lot: str, on: str = "2025-04-01") -> dict[str, Any]:
    """A dose as it stands in the 副本, with one item more than any list provides."""
    return dict.fromkeys(FIELDS, None) | {
        "programme": "mr", "disease": "麻しん・風しん", "administered_on": on, "lot": lot, "note": "備考",
        "staff_memo": "庁内限り",
    }  # fmt: skip


def forget() -> None:
    """All connections are gone."""
    doors.close_all()
    dispatch_peers.forget()


def end() -> None:
    """Nothing of the exchange is left in this process."""
    peers.transports.clear()
    points.hook = None
    forget()


def _dispatcher(system: str) -> int:
    if system == CORE:
        return core_dispatching.run_once()
    return dispatching.work_through(system)


def _rows(model: Any, city: str) -> QuerySet[Any]:
    order = "received_at" if model is Provision else "pk"
    rows: QuerySet[Any] = model.objects.filter(municipality_code=city).order_by(order)
    return rows
