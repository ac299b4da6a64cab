"""The whole protocol against a simple model, whatever is lost, doubled, late, dead or off (M01-M14, N01-N03).

Never a wrong person, never twice, never lost, only what is permitted, each end recorded on both sides.
SESSHU_EXCHANGE_EXAMPLES makes it longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from sesshu.intermediate import deciding
from sesshu.intermediate.choices import ProvisionState
from sesshu.intermediate.models import Inquiry, Provision, Record
from sesshu.network import list_file

from .cities import ISE, KOFU, ROW, Exchange, content
from .model import ALL, NONE, SOME, Asked, Model, lot
from .wires import CORE, DELAY, DOUBLE, LOSE, LOSE_ANSWER, Killed

EXAMPLES = int(os.environ.get("SESSHU_EXCHANGE_EXAMPLES", "12"))
PEOPLE = st.integers(1, 3)
SYSTEMS, HOLDERS = st.sampled_from([CORE, ISE, KOFU]), st.sampled_from([ISE, KOFU])
FAULTS = st.sampled_from([LOSE, LOSE_ANSWER, DOUBLE, DELAY])
Answer = TypeVar("Answer")
ENDED = {"answered", "taken", "refused", "expired", "cancelled"}


def number(city: str, person: int) -> str:
    """The same person has another number in each city, and one's is another's there."""
    return f"{900_000_000_000_000 + (person if city == ISE else 4 - person)}"


def resident(person: int) -> str:
    return f"1234567890{person}"


class ExchangeMachine(RuleBasedStateMachine):
    """:cvar exchange: of the test; each example begins where it was."""

    exchange: Exchange
    begun = 0

    def __init__(self) -> None:
        super().__init__()
        self.model, self.wires = Model(), self.exchange.wires
        self._atomic = transaction.atomic()
        self._atomic.__enter__()
        ExchangeMachine.begun += 1
        # Another moment each time: what a process remembers of a list it knows by the moment of publication.
        self.wires.now = self.wires.issued + timedelta(days=1, milliseconds=self.begun)
        for city in (ISE, KOFU):
            for person in (1, 2, 3):
                self.acquire(city, person)
        self.settle()

    def told(self, act: Callable[[], Answer]) -> Answer:
        """``numbers`` repeats what got no answer."""
        self.model.next()
        try:
            return act()
        except Killed:
            for system in (ISE, KOFU):
                self.exchange.restart(system)
            return act()

    @rule(city=HOLDERS, person=PEOPLE)
    def acquire(self, city: str, person: int) -> None:
        said = self.told(lambda: self.exchange.acquire(city, number(city, person), resident(person)))
        if said != "later":
            self.model.want(city, person, True)

    @rule(city=HOLDERS, person=PEOPLE)
    def give_up(self, city: str, person: int) -> None:
        numbers = [number(city, person)]
        self.told(lambda: self.exchange.ask(city, "/fgu/invalidate", integrated_numbers=numbers))
        self.model.want(city, person, False)

    @rule(person=PEOPLE, record=st.sampled_from("abc"), sequence=st.integers(1, 6), there=st.booleans())
    def put(self, person: int, record: str, sequence: int, there: bool) -> None:
        held = content(lot(person, record, sequence)) if there else {}
        name = f"{person}{record}"
        said = self.told(lambda: self.exchange.put(KOFU, number(KOFU, person), name, sequence, **held))
        assert (said == "stored") == self.model.put(person, record, sequence, there)

    @rule(person=PEOPLE, waits=st.booleans())
    def flag(self, person: int, waits: bool) -> None:
        self.told(lambda: self.exchange.flag(KOFU, number(KOFU, person), waits))
        self.model.flagged[person].become(self.model.step, waits)

    @rule(persons=st.lists(PEOPLE, min_size=1, max_size=3), again=st.booleans())
    def inquire(self, persons: list[int], again: bool) -> None:
        for person in persons:
            self.inquired(person, again)

    def inquired(self, person: int, again: bool) -> None:
        model = self.model
        reference = f"r{len(model.inquiries)}-{model.step}-{model.refused}"
        taken = self.told(lambda: self.exchange.inquire(ISE, number(ISE, person), KOFU, reference))
        assert taken["error"] in model.at_the_door(person), (taken, model.at_the_door(person))
        if taken["error"]:
            model.refused += 1
            return
        if again:
            repeated = self.exchange.inquire(ISE, number(ISE, person), KOFU, reference)
            assert repeated == taken
        fields = model.versions[model.lists.now()[ISE]]
        model.inquiries[taken["processing_number"]] = Asked(model.step, person, reference, fields)

    @precondition(lambda self: self.model.inquiries)
    @rule(data=st.data())
    def cancel(self, data: Any) -> None:
        processing = data.draw(st.sampled_from(sorted(self.model.inquiries)))
        (said,) = self.told(
            lambda: self.exchange.ask(ISE, "/ski/cancellations", processing_numbers=[processing])
        )
        assert said["state"] in ENDED
        self.model.inquiries[processing].cancelled |= said["state"] == "cancelled"

    @rule(approve=st.booleans())
    def decide(self, approve: bool) -> None:
        self.model.next()
        for each in self.waiting():
            self.decided(each, approve)

    def waiting(self) -> list[Provision]:
        return [each for each in self.exchange.of(KOFU, Provision) if each.state == ProvisionState.WAITING]

    def decided(self, provision: Provision, approve: bool) -> None:
        clerk = self.exchange.clerk(KOFU)

        def act() -> None:
            if approve:
                deciding.approve(provision, clerk)
            else:
                deciding.withhold(provision, clerk, "確認のうえ提供しない")

        try:
            self.wires.alive(KOFU, act)
        except deciding.NotWaiting:  # its time is over
            return
        asked = self.model.inquiries[provision.processing_number]
        asked.approved, asked.withheld = asked.approved or approve, asked.withheld or not approve

    @rule()
    def collect(self) -> None:
        found = self.told(lambda: self.exchange.ask(ISE, "/ski/results", waiting=True))
        for each in found:
            asked = self.model.inquiries[each["processing_number"]]
            assert each["integrated_number"] == number(ISE, asked.person)
            self.model.check(each)
        if found:
            numbers = [each["processing_number"] for each in found]
            self.exchange.ask(ISE, "/ski/taken", processing_numbers=numbers)

    @precondition(lambda self: len(self.model.versions) < 4)
    @rule(fields=st.sampled_from([ALL, SOME, NONE]))
    def publish(self, fields: tuple[str, ...]) -> None:
        if fields == list(self.model.versions.values())[-1]:
            return
        self.model.next()
        rows = [row for row in list_file.read().rows() if row != ROW]
        rows += [ROW.model_copy(update={"fields": fields})] if fields else []
        version = self.exchange.publish(rows)
        self.model.versions[version] = fields
        self.model.use_list(CORE, version)

    @rule(city=HOLDERS)
    def refresh(self, city: str) -> None:
        self.model.next()
        if self.exchange.refresh(city):
            self.model.use_list(city, self.model.lists.now()[CORE])

    @rule(faults=st.lists(FAULTS, min_size=1, max_size=4), after=st.integers(0, 3))
    def fault(self, faults: list[str], after: int) -> None:
        self.wires.faults.extend([""] * after + faults)

    @rule(place=st.integers(0, 5))
    def arrive_late(self, place: int) -> None:
        self.model.next()
        if self.wires.late:
            self.wires.arrive_late(place % len(self.wires.late))

    @rule(system=SYSTEMS, dead=st.booleans())
    def die(self, system: str, dead: bool) -> None:
        (self.wires.dead.add if dead else self.wires.dead.discard)(system)

    @rule(after=st.integers(0, 12))
    def crash(self, after: int) -> None:
        self.wires.dies_in = after

    @rule(system=SYSTEMS, minutes=st.sampled_from([-10, 0, 10]))
    def clock(self, system: str, minutes: int) -> None:
        self.model.next()
        self.wires.skew[system] = timedelta(minutes=minutes)
        self.model.clocks_off.become(self.model.step, any(self.wires.skew.values()))

    @rule(minutes=st.integers(1, 20))
    def wait(self, minutes: int) -> None:
        self.wires.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.model.jumped < 0)
    @rule()
    def fortnight(self) -> None:
        self.model.next()
        self.model.jumped = self.model.step
        self.wires.now += timedelta(days=15)

    @rule(systems=st.lists(SYSTEMS, min_size=1, max_size=4))
    def dispatch(self, systems: list[str]) -> None:
        for system in systems:
            self.model.next()
            if system not in self.wires.dead:
                self.exchange.dispatch(system)

    @rule()
    def settle(self) -> None:
        """Whatever was wrong is put right, and everything arrives."""
        self.model.next()
        self.wires.heal()
        self.model.clocks_off.become(self.model.step, False)
        while self.wires.late:
            self.wires.arrive_late(0)
        self.exchange.settle()
        self.model.calm()

    def teardown(self) -> None:
        try:
            self.settle()
            for each in self.waiting():
                self.decided(each, approve=True)
            self.settle()
            self.collect()
            self.check_end()
        finally:
            self.wires.heal()
            self.wires.late.clear()
            transaction.set_rollback(True)
            self._atomic.__exit__(None, None, None)

    def check_end(self) -> None:
        """Nothing is open, and everything stands in the records, once."""
        exchange, model = self.exchange, self.model
        records = {city: exchange.of(city, Record) for city in (ISE, KOFU)}
        told = {each.processing_number: each for each in exchange.core_records()}
        for processing, asked in model.inquiries.items():
            state = exchange.result(ISE, processing)["state"]
            assert state in ENDED, (processing, state)
            assert asked.cancelled or asked.result is not None, "lost"
            ours = [each.event for each in records[ISE] if each.processing_number == processing]
            wanted = "provided" if state == "taken" else state
            assert (ours[0], ours.count(wanted)) == ("asked", 1), (state, ours)
            assert ours.count("provided") == (state == "taken"), ours
            theirs = [each.event for each in records[KOFU] if each.processing_number == processing]
            assert theirs.count("provided") <= 1
            assert ("provided" in theirs) <= (state == "taken"), (state, theirs)
            record = told.get(processing)
            if record is not None and record.permit:
                ended = {each.side for each in record.endings.all()}
                assert "inquirer" in ended or not _knew(exchange, processing), ended
                # What the provider refuses at its door it says to the core, which records it itself.
                assert {"provider", "core"} & ended, ended
                assert theirs or "core" in ended, "the provider's side has no record"
                assert theirs[-1:] != ["asked"], theirs
        nowhere = [each for each in records[ISE] if not each.processing_number]
        assert sum(each.event == "refused" for each in nowhere) == model.refused


def _knew(exchange: Exchange, processing: str) -> bool:
    """Whether Ise ever got the permit; one cancelled before cannot name it to the core."""
    return any(each.permit for each in exchange.of(ISE, Inquiry) if each.processing_number == processing)


def test_whatever_happens_the_exchange_does_what_the_model_says(exchange: Exchange) -> None:
    ExchangeMachine.exchange = exchange
    run_state_machine_as_test(
        ExchangeMachine,
        settings=settings(
            max_examples=EXAMPLES, stateful_step_count=40, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink) if EXAMPLES > 12 else (Phase.generate,),
        ),
    )  # fmt: skip
