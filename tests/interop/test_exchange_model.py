"""The whole protocol against a simple model of it, whatever happens to wires, clocks and processes.

Never a wrong person, never twice, never lost; the inquirer gets the permitted items only; every end and every
refusal is recorded (M02, M03, M05, M07, M11, M12, M14, N02, N03). More: ``SESSHU_EXCHANGE_EXAMPLES=1000``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as bounds
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from sesshu.intermediate import deciding, network_copies
from sesshu.intermediate.models import Provision, Record
from sesshu.intermediate.tests import world
from sesshu.kernel import clock
from sesshu.network import core, lists
from sesshu.protection.models import Account
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import codes, envelopes, messages, peers, points
from tests.exchange_checks import Checks
from tests.exchange_model import PERSONS, RESIDENTS, Model, number, other, rows
from tests.exchange_world import BEGIN, CITIES, CORE, Exchange, Killed, Message

EXAMPLES = int(os.environ.get("SESSHU_EXCHANGE_EXAMPLES", "25"))
LONGEST = timedelta(days=9)  # all together; an answer is given up two weeks after the question
ALIEN = envelopes.new_key()
cities, persons = st.sampled_from(CITIES), st.sampled_from(PERSONS)
systems = st.sampled_from((CORE, *CITIES))
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
            self.run(self.exchange.settle)

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

    @rule(city=cities, person=persons, period=periods, hidden=st.booleans())
    def inquire(self, city: str, person: int, period: tuple[str | None, str | None], hidden: bool) -> None:
        body = world.inquiry(
            0, reference=f"r-{len(self.model.asked)}-{self.refusals(city)}", nondisclosure=hidden,
            integrated_number=number(city, person), provider=codes.institution_of(other(city)),
            period=dict(zip(("starts_on", "ends_on"), period, strict=True)),
        )  # fmt: skip
        before, may_be = self.refusals(city), self.model.judged(city, person)
        (said,) = self.ask(city, "/ski/inquiries", inquiries=[body])
        assert said["error"] in may_be, said
        if said["error"]:
            assert self.refusals(city) == before + 1, "a refusal without its record"
        else:
            self.model.ask(city, person, body, said["processing_number"])

    @rule(city=cities, person=st.sampled_from((0, 1)))
    def inquire_plainly(self, city: str, person: int) -> None:
        self.inquire(city, person, (None, None), False)

    @rule(nth=st.integers(0, 9))
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

    @rule(nth=st.integers(0, 9))
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

    # What the machines do

    @rule(who=systems)
    def dispatch(self, who: str) -> None:
        self.run(lambda: self.exchange.dispatch(who))

    @rule()
    def settle(self) -> None:
        self.run(self.exchange.settle)

    @rule(city=cities)
    def refresh(self, city: str) -> None:
        if self.run(lambda: self.exchange.refresh(city)):
            self.model.held[city] = self.model.version()

    @rule(variant=st.sampled_from(("full", "narrow", "without")))
    def publish(self, variant: str) -> None:
        """A new list of which the cities do not know yet."""
        if variant != self.model.versions[self.model.version()]:
            with clock.fixed(self.now), core.acting():
                held = lists.publish(rows(variant), starts_on=BEGIN.date())
            self.model.versions[held.version] = variant

    # What goes wrong

    @rule(fault=st.sampled_from(("lost", "unanswered", "doubled", "late")), well=st.integers(0, 2))
    def spoil(self, fault: str, well: int) -> None:
        self.wire.faults += ["well"] * well + [fault]

    @rule()
    def deliver_late(self) -> None:
        late, self.wire.late[:] = list(self.wire.late), []
        for message in late:
            self.run(lambda message=message: self.honest(message))

    @rule(nth=st.integers(0, 200))
    def say_again(self, nth: int) -> None:
        """A message of long ago comes once more."""
        told = [each for each in self.wire.heard if each.sender != each.to]
        if told and not self.wire.dead:
            self.run(lambda: self.honest(told[nth % len(told)]))

    @rule(nth=st.integers(0, 9), forged=st.booleans())
    def misuse(self, nth: int, forged: bool) -> None:
        """A permit that the core did not sign, or that is for another."""
        permits = [each for each in self.wire.heard if each.path == "/network/permits"]
        if not permits:
            return
        told = permits[nth % len(permits)]
        to = told.to if forged else other(told.to)
        body = [_resigned(each) for each in told.body] if forged else told.body
        before = self.refusals(to, side="provider")
        with clock.fixed(self.now):
            said = self.wire.deliver(replace(told, to=to, body=body)).json()
        reason = "forged" if forged else "wrong_institution"
        assert {(each["state"], each["refusal"]) for each in said} == {("refused", reason)}
        assert self.refusals(to, side="provider") == before + len(said)

    @rule(who=systems)
    def kill(self, who: str) -> None:
        self.wire.dead = {who}

    @rule()
    def revive(self) -> None:
        self.wire.dead.clear()

    @rule(after=st.integers(0, 15))
    def crash(self, after: int) -> None:
        """The process that reaches one of the next points dies there, and is started anew."""
        left = iter(range(after, -1, -1))

        def die(name: str) -> None:
            if next(left) == 0:
                points.hook = None
                raise Killed(name)

        points.hook = die

    @rule(who=systems, minutes=st.sampled_from((-10, 10)))
    def set_a_clock_wrong(self, who: str, minutes: int) -> None:
        self.wire.offset = {who: timedelta(minutes=minutes)}

    @rule()
    def set_clocks_right(self) -> None:
        self.wire.offset = {}

    @rule(pause=st.sampled_from((1, 20, 20, 25 * 60)))
    def wait(self, pause: int) -> None:
        self.now = min(self.now + timedelta(minutes=pause), BEGIN + LONGEST)

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
        except peers.httpx.HTTPError:
            return
        assert answer.status_code == 200, (message.path, answer.content.decode())

    def refusals(self, city: str, side: str = "inquirer") -> int:
        with acting_for(city):
            held = Record.objects.filter(municipality_code=city, side=side, event="refused")
            return held.exclude(refusal="").count()


def _resigned(token: str) -> str:
    with core.acting():
        from sesshu.network import core_keys

        said = envelopes.verified(token, core_keys.own_key(), typ=messages.PERMIT)
    return envelopes.signed(said, ALIEN, typ=messages.PERMIT)


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


@pytest.fixture
def model(exchange: Exchange) -> Model:
    """Two of the children have their 符号 at both cities."""
    model = Model()
    for city in CITIES:
        with acting_for(city):
            Account.objects.create(login=f"t-{city}", name="試験", municipality_id=city)
        for person in (0, 1):
            exchange.acquire(city, number(city, person), RESIDENTS[person])
            model.coded[city, person] = "held"
    return model


def test_the_exchange_is_what_its_model_is(exchange: Exchange, model: Model) -> None:
    import copy

    run_state_machine_as_test(
        lambda: Crossing(exchange, copy.deepcopy(model)),
        settings=bounds(
            max_examples=EXAMPLES, stateful_step_count=40, derandomize=True, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), print_blob=False,
        ),
    )  # fmt: skip
