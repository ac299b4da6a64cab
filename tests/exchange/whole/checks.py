"""What must hold of the exchange: after every step, and when all has come to rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sesshu.intermediate import persons
from sesshu.intermediate.models import Inquiry, Outbox, Provision, Record
from sesshu.intermediate.sealing import cabinet
from sesshu.network.models import Outgoing
from sesshu.network.models import Record as CoreRecord
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import codes
from tests.exchange.whole.model import OVER, Asked, Model, number, permitted
from tests.exchange.whole.world import CITIES, Exchange

ENDS = {"provided", "refused", "cancelled", "expired"}
# How many inquiries of all examples ended how: a run that meets no refusal shows nothing of refusals.
tally: Counter[str] = Counter()


@dataclass
class Checks:
    """:ivar answered: provisions that were seen to have been answered."""

    exchange: Exchange
    model: Model
    answered: set[Any] = field(default_factory=set)

    def after_a_step(self) -> None:
        for city in CITIES:
            self._results(city)
            self._provisions(city)

    def _results(self, city: str) -> None:
        mine = {each.processing: each for each in self.model.asked if each.city == city}
        found = self.exchange.ask(city, "/ski/results", processing_numbers=list(mine)) if mine else []
        assert {each["processing_number"] for each in found} == set(mine), "an inquiry is lost"
        for each in found:
            self._result(mine[each["processing_number"]], each)

    def _result(self, asked: Asked, found: dict[str, Any]) -> None:
        assert found["integrated_number"] == number(asked.city, asked.person), "a wrong person"
        if asked.state in OVER:
            allowed = {asked.state, "taken"} if asked.state == "answered" else {asked.state}
            assert found["state"] in allowed, f"{asked.state} became {found['state']}"
        if found["state"] == "answered":
            self._content(asked, found["records"])
        else:
            assert found["records"] == [], "content without an answer"
        assert (found["state"] in {"refused", "cancelled", "expired"}) == (found["refusal"] is not None)
        asked.state = found["state"]

    def _content(self, asked: Asked, records: list[dict[str, Any]]) -> None:
        if asked.records is not None:
            assert records == asked.records, "an answer changed"
            return
        record = _core_record(asked)
        assert record is not None
        assert record.permit, "an answer without a permit"
        fields = permitted(self.model.versions[record.list_version])
        assert fields is not None
        assert set(fields) <= set(asked.fields), "more than the item allows"
        assert self.model.coded[asked.provider, asked.person] != "no", "somebody without a 符号"
        assert records in self.model.may_be(asked, fields), "another's records, or more or less of them"
        asked.records = records

    def _provisions(self, city: str) -> None:
        theirs = {each.processing: each for each in self.model.asked if each.provider == city}
        with acting_for(city):
            held = Provision.objects.filter(municipality_code=city).select_related("person")
            for provision in held:
                asked = theirs[provision.processing_number]
                if provision.person is not None:
                    said = persons.number_of(provision.person, cabinet())
                    assert said == number(city, asked.person), "a wrong person"
                if provision.answered_at is not None and provision.pk not in self.answered:
                    self.answered.add(provision.pk)
                    held_back = self.model.flags[city, asked.person][0]
                    assert provision.decided_at is not None or not held_back, "自動応答不可 was answered"
            counts = Counter(
                Record.objects.filter(municipality_code=city, event="provided").values_list(
                    "side", "processing_number"
                )
            )
        assert max(counts.values(), default=0) <= 1, "provided twice"

    def at_rest(self) -> None:
        """All wires are well and all clocks right: only what a person must decide is still open."""
        assert not Outgoing.objects.exists(), "the core has letters left"
        for city in CITIES:
            with acting_for(city):
                assert not Outbox.objects.filter(municipality_code=city).exists(), "messages are left"
        for asked in self.model.asked:
            if asked.state not in OVER:
                assert asked.state == "permitted", f"{asked.processing} has no permit and no refusal"
                provision = _provision(asked)
                late = "core" in _endings(_core_record(asked))
                assert provision.state == "waiting" if provision else late, "an inquiry hangs"

    def at_the_end(self) -> None:
        """All time is over: every end stands in both cities' records and in the core's."""
        for asked in self.model.asked:
            assert asked.state in OVER, f"{asked.processing} never ended"
            self._ends(asked)
        for city in CITIES:
            for person in (0, 1, 2):
                self._own_view(city, person)

    def _ends(self, asked: Asked) -> None:
        core, provision = _core_record(asked), _provision(asked)
        events = _events(asked.city, asked, "inquirer")
        got = asked.state in {"answered", "taken"}
        tally[why := _why(asked)] += 1
        assert why != "mismatch", "who keeps to the protocol is never told that it contradicts itself"
        assert events["provided"] == got, "the inquirer's record is not what happened"
        assert events.keys() & ENDS, "the inquirer has no record of the end"
        if provision is not None:
            told = _events(asked.provider, asked, "provider")
            assert told.keys() & ENDS, "the provider has no record of the end"
            assert told["provided"] == got, "the two sides' records differ"
            assert (provision.state == "delivered" and not provision.refusal) == got
        if core is not None and core.permit:
            endings = _endings(core)
            assert endings.keys() & {"provider", "core"}, "the core was not told of the provider's end"
            assert "inquirer" in endings or not _permit_came(asked), "nor of the inquirer's"
            assert not got or endings["inquirer"] == "provided"

    def _own_view(self, city: str, person: int) -> None:
        """Shown is all that was asked and is not 不開示, and nothing of anybody else."""
        mine = [each for each in self.model.asked if (each.city, each.person) == (city, person)]
        said = self.exchange.ask(city, "/tkm/records", integrated_number=number(city, person))
        numbers = {each["processing_number"] for each in said if each["side"] == "inquirer"} - {""}
        assert numbers == {each.processing for each in mine if not each.hidden}, "不開示 or another's"
        if self.model.flags[city, person][1]:
            shown = self.exchange.ask(city, "/jtk/records", integrated_number=number(city, person))
            assert shown == [], "不開示 was shown to the person"


def _why(asked: Asked) -> str:
    with acting_for(asked.city):
        held = Inquiry.objects.get(municipality_code=asked.city, processing_number=asked.processing)
    return held.refusal or ("provided" if asked.records else "provided nothing")


def _core_record(asked: Asked) -> CoreRecord | None:
    inquirer = codes.institution_of(asked.city)
    return CoreRecord.objects.filter(inquirer=inquirer, processing_number=asked.processing).first()


def _endings(record: CoreRecord | None) -> dict[str, str]:
    return {} if record is None else dict(record.endings.values_list("side", "result"))


def _provision(asked: Asked) -> Provision | None:
    with acting_for(asked.provider):
        held = Provision.objects.filter(municipality_code=asked.provider, processing_number=asked.processing)
        return held.first()


def _events(city: str, asked: Asked, side: str) -> Counter[str]:
    with acting_for(city):
        rows = Record.objects.filter(municipality_code=city, side=side, processing_number=asked.processing)
        return Counter(rows.values_list("event", flat=True))


def _permit_came(asked: Asked) -> bool:
    with acting_for(asked.city):
        held = Inquiry.objects.get(municipality_code=asked.city, processing_number=asked.processing)
    return bool(held.permit)
