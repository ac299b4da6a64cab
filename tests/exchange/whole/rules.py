"""Two cities that ask each other about three children: what they do, and what is looked at."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any

import httpx
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sesshu.intermediate import deciding, network_copies
from sesshu.intermediate.models import Provision, Record
from sesshu.intermediate.tests import world
from sesshu.kernel import clock
from sesshu.network import lists
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import codes, peers, points
from tests.exchange.whole.checks import Checks
from tests.exchange.whole.model import PERSONS, RESIDENTS, Model, number, other
from tests.exchange.whole.world import BEGIN, CITIES, Exchange, Killed, Message

cities, persons = st.sampled_from(CITIES), st.sampled_from(PERSONS)
nths = st.integers(1, 2)
periods = st.sampled_from(((None, None), (None, None), ("2025-02-01", "2025-02-28"), (None, "2025-01-31")))


class Crossing(RuleBasedStateMachine):
    """Two cities that ask each other about three children."""

    def __init__(self, exchange: Exchange, model: Model) -> None:
        super().__init__()
        self.exchange, self.wire, self.model = exchange, exchange.wire, model
        self.checks = Checks(exchange, model)
        self.now = BEGIN
        self.stack = ExitStack()
        self.stack.enter_context(_undone())

    def run(self, act: Callable[[], Any]) -> Any:
        """At the present moment; None when a process died of it or no answer came."""
        try:
            with clock.fixed(self.now):
                return act()
        except Killed:
            self.wire.killed.update(CITIES)
        except peers.Unreachable:
            pass
        return None

    def teardown(self) -> None:
        points.hook = None
        try:
            if sys.exc_info()[0] is None:
                self.come_to_an_end()
        finally:
            self.stack.close()
            _forget(self.wire)

    def come_to_an_end(self) -> None:
        self.wire.dead.clear()
        self.wire.faults.clear()
        self.wire.offset.clear()
        self.deliver_late()
        for city in CITIES:
            self.refresh(city)
        self.settle_for(timedelta(minutes=20), rounds=4)
        self.run(self.checks.after_a_step)
        self.run(self.checks.at_rest)
        self.settle_for(timedelta(days=15), rounds=2)
        self.run(self.checks.after_a_step)
        self.run(self.checks.at_the_end)

    def settle_for(self, pause: timedelta, *, rounds: int) -> None:
        for _ in range(rounds):
            self.now += pause
            if not self.run(self.exchange.settle):
                return

    @invariant()
    def everything_holds(self) -> None:
        hook, points.hook = points.hook, None
        self.run(self.checks.after_a_step)
        points.hook = hook

    # What a city does

    @initialize(puts=st.lists(st.tuples(cities, persons, nths), min_size=1, max_size=4))
    def begin(self, puts: list[tuple[str, int, int]]) -> None:
        for city, person, nth in puts:
            self.put(city, person, nth)

    @rule(city=cities, wanted=st.lists(st.tuples(persons, periods, st.booleans()), min_size=1, max_size=3))
    def inquire(self, city: str, wanted: list[tuple[int, tuple[str | None, str | None], bool]]) -> None:
        bodies = [
            world.inquiry(
                0, reference=f"r-{uuid.uuid4()}", nondisclosure=hidden,
                integrated_number=number(city, person), provider=codes.institution_of(other(city)),
                period=dict(zip(("starts_on", "ends_on"), period, strict=True)),
            )
            for person, period, hidden in wanted
        ]  # fmt: skip
        before = self.refusals(city)
        answers = self.ask(city, "/ski/inquiries", inquiries=bodies)
        for (person, _, _), body, said in zip(wanted, bodies, answers, strict=True):
            assert said["error"] in self.model.judged(city, person), said
            if not said["error"]:
                self.model.ask(city, person, body, said["processing_number"])
        refused = sum(said["error"] != "" for said in answers)
        assert self.refusals(city) == before + refused, "a refusal without its record"

    @rule(city=cities)
    def inquire_plainly(self, city: str) -> None:
        self.inquire(city, [(0, (None, None), False), (1, (None, None), False)])

    @rule(nth=st.integers(0, 29))
    def inquire_again(self, nth: int) -> None:
        for asked in self.chosen(nth):
            (said,) = self.ask(asked.city, "/ski/inquiries", inquiries=[asked.body])
            assert said["processing_number"] == asked.processing

    @rule(city=cities)
    def take(self, city: str) -> None:
        mine = {each.processing: each for each in self.model.asked if each.city == city}
        found = self.ask(city, "/ski/results", waiting=True)
        for each in found:
            asked = mine[each["processing_number"]]
            assert not asked.taken, "given twice"
            assert each["records"] == (asked.records if each["state"] == "answered" else [])
            asked.taken = True
        numbers = [each["processing_number"] for each in found]
        assert self.ask(city, "/ski/taken", processing_numbers=numbers) == {"count": len(found)}

    @rule(nth=st.integers(0, 29))
    def cancel(self, nth: int) -> None:
        for asked in self.chosen(nth):
            (said,) = self.ask(asked.city, "/ski/cancellations", processing_numbers=[asked.processing])
            assert (said["state"] == "cancelled") == (asked.state in {"accepted", "permitted", "cancelled"})

    @rule(city=cities, person=persons, nth=nths)
    def put(self, city: str, person: int, nth: int) -> None:
        self.register(city, self.model.put((city, person), nth), "stored")

    @rule(city=cities, person=persons, nth=nths)
    def withdraw(self, city: str, person: int, nth: int) -> None:
        self.register(city, self.model.put((city, person), nth, withdraw=True), "stored")

    @rule(city=cities, person=persons, nth=nths)
    def register_an_older_one(self, city: str, person: int, nth: int) -> None:
        sequence = self.model.sequences.get(f"{city}-{person}-{nth}", 0)
        if sequence:
            fresh = Model().put((city, person), nth)
            self.register(city, fresh | {"content": world.record(lot="古い版")}, "known")

    @rule(city=cities, person=persons, flags=st.tuples(st.booleans(), st.booleans()))
    def flag(self, city: str, person: int, flags: tuple[bool, bool]) -> None:
        self.model.flags[city, person] = flags
        held = dict(zip(("no_auto_reply", "nondisclosure"), flags, strict=True))
        told = {"integrated_number": number(city, person), "information": None} | held
        self.ask(city, "/dbm/flags", flags=[told])

    @rule(city=cities, person=persons)
    def acquire(self, city: str, person: int) -> None:
        if self.model.coded[city, person] == "no":
            self.model.coded[city, person] = "asked"
        self.run(lambda: self.exchange.name(city, number(city, person), RESIDENTS[person]))

    @rule(city=cities, approve=st.booleans())
    def decide(self, city: str, approve: bool) -> None:
        with clock.fixed(self.now), self.wire.at(city), acting_for(city):
            waiting = Provision.objects.filter(municipality_code=city, state="waiting")
            clerk = Account.objects.get(login=f"t-{city}")
            for provision in waiting.order_by("received_at", "permit")[:1]:
                if approve:
                    deciding.approve(provision, clerk)
                else:
                    deciding.withhold(provision, clerk, "本人の申出")

    @rule(city=cities)
    def refresh(self, city: str) -> None:
        if self.run(lambda: self.exchange.refresh(city)):
            self.model.held[city] = self.model.version()

    @rule()
    def deliver_late(self) -> None:
        late, self.wire.late[:] = list(self.wire.late), []
        for message in late:
            self.run(lambda message=message: self.honest(message))

    # By what the rules are said

    def ask(self, city: str, path: str, **body: Any) -> Any:
        with clock.fixed(self.now):
            return self.exchange.ask(city, path, **body)

    def register(self, city: str, record: dict[str, Any], state: str) -> None:
        (said,) = self.ask(city, "/dbm/replicas", process="p-ledger", records=[record])
        assert said["state"] == state, said

    def chosen(self, nth: int) -> list[Any]:
        return [self.model.asked[nth % len(self.model.asked)]] if self.model.asked else []

    def honest(self, message: Message) -> None:
        try:
            answer = self.wire.deliver(message)
        except httpx.HTTPError:
            return
        assert answer.status_code == 200, (message.path, answer.content.decode())

    def refusals(self, city: str, side: str = "inquirer") -> int:
        with acting_for(city):
            held = Record.objects.filter(municipality_code=city, side=side, event="refused")
            return held.exclude(refusal="").count()


@contextmanager
def _undone() -> Iterator[None]:
    """All that is written in the block is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _forget(wire: Any) -> None:
    """What processes and wires remember of an example that was taken back."""
    for held in (wire.faults, wire.late, wire.heard):
        held.clear()
    for held in (wire.dead, wire.killed, wire.offset):
        held.clear()
    network_copies._held.clear()
    lists._read.cache_clear()
