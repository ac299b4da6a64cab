"""Runs the four services of the exchange in a home of its own, and does what it is told line by line.

A process of its own, since it sets up its own environment: ``python -m tests.faults.exchange_driver`` reads
one JSON list a line (the act and its fields) and answers each with one line.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.performance.bench_exchange import ISE, KOFU, PROVIDER, VACCINATION
from tests.performance.exchange_work import Services, invented, prepared

CHILDREN = 4


class Driver:
    """:ivar people: 宛名番号; each has one dose in Kofu."""

    def __init__(self, services: Services, people: list[str]) -> None:
        self.services, self.people = services, people

    def lots(self) -> dict[str, str]:
        """Doses of all in Kofu; the lot of each."""
        lots = {person: f"LOT{place}OFKOFU" for place, person in enumerate(self.people)}
        records = [
            {
                "addressee_number": person, "record_id": f"dose-{lot[3]}", "information": VACCINATION,
                "sequence": 1, "action": "put",
                "content": {"programme": "mr", "administered_on": "2025-04-01", "lot": lot, "inside": "庁内"},
            }
            for person, lot in lots.items()
        ]  # fmt: skip
        said = self.services.tell(KOFU, "/v1/exchange/replicas", process="ledger", records=records)
        assert {each["state"] for each in said} == {"stored"}, said
        return lots

    def inquire(self, references: list[str]) -> list[Any]:
        """Ise asks Kofu, the children in turn; who was asked of in each, and how it was taken."""
        asked = [
            {
                "reference": reference, "addressee_number": self.people[place % len(self.people)],
                "provider": PROVIDER, "item": "25-1", "information": VACCINATION,
                "period": {"starts_on": None, "ends_on": None}, "department": "健康課",
                "nondisclosure": False,
            }
            for place, reference in enumerate(references)
        ]  # fmt: skip
        said = self.services.tell(ISE, "/v1/exchange/inquiries", inquiries=asked)
        return [{**taken, "of": each["addressee_number"]} for taken, each in zip(said, asked, strict=True)]

    def results(self, processing_numbers: list[str]) -> Any:
        """Without taking them."""
        return self.services.tell(ISE, "/v1/exchange/results", processing_numbers=processing_numbers)

    def collect(self) -> Any:
        """What is finished; it is taken."""
        found = self.services.tell(ISE, "/v1/exchange/results", waiting=True)
        numbers = [each["processing_number"] for each in found]
        if numbers:
            self.services.tell(ISE, "/v1/exchange/taken", processing_numbers=numbers)
        return found

    def records(self, city: str, addressee: str) -> Any:
        return self.services.tell(
            city, "/v1/exchange/records", addressee_number=addressee, since=None, until=None
        )

    def kill(self, name: str) -> None:
        self.services.kill_dispatcher(name)

    def start(self, name: str) -> None:
        self.services.start_dispatcher(name)


def main() -> None:
    import os

    from sesshu.config import database

    database.prepare()
    import django

    django.setup()
    home, people = Path(os.environ["SESSHU_HOME"]), invented(CHILDREN)
    sites = prepared(home, people, (ISE, KOFU))
    with Services(sites) as services:
        services.assign(people, (ISE, KOFU))
        driver = Driver(services, people)
        print(json.dumps({"people": people}), flush=True)
        for line in sys.stdin:
            act, *fields = json.loads(line)
            print(json.dumps(getattr(driver, act)(*fields)), flush=True)


if __name__ == "__main__":
    main()
