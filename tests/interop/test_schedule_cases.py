"""H03, H04: the schedule held against cases worked out by hand from the law, not from the code.

``schedule_cases/*.yaml`` holds three kinds of records, each with its article and arithmetic in ``note``:

- ``windows``: a person's status in one programme on the days around its bounds (``not eligible``: anything
  but that); ``given``: a dose of that product is 定期 on the eligible days and on no other; ``window``: the
  statutory bounds told on the eligible days;
- ``gaps``: the first day of the next dose after ``before``. The day before it the status waits and a dose is
  not valid (``too_early: discretion``: a doctor may shorten the gap, so that dose is left open); on the day
  the status is eligible and a dose is the valid routine one of ``number``;
- ``cases``: the whole of ``schedule status``: what each dose was worth and where each programme stands. A
  field left out is not decided by the law.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from sesshu.schedule import (
    Assessment,
    DoseGiven,
    DoseVerdict,
    Exclusion,
    LongTermIllness,
    Person,
    ProgrammeStatus,
    assess,
    load_pack,
)

_FOLDER = Path(__file__).parent / "schedule_cases"
_PACK = load_pack("jp")
_EVALUATIONS = {"valid", "not_valid", "extraneous", "sub_standard"}
Record = dict[str, Any]


@cache
def _files() -> list[Record]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [yaml.load(path.read_bytes(), loader) for path in sorted(_FOLDER.glob("*.yaml"))]


def _records(kind: str) -> Iterator[Record]:
    for file in _files():
        yield from file.get(kind, [])


def _check(record: Record, *parts: str) -> Any:
    """One test of a record, named by its parts."""
    return pytest.param(record, *parts, id="-".join((record["id"], *parts)).replace(" ", "-"))


def _person(record: Record) -> Person:
    return Person(
        birth=record["birth"],
        sex=record.get("sex"),
        due_dates=tuple(record.get("due_dates", ())),
        conditions=frozenset(record.get("conditions", ())),
        long_term_illness=tuple(
            LongTermIllness(ended, began, programmes=frozenset(record.get("illness_programmes", ())))
            for began, ended in record.get("long_term_illness", ())
        ),
        exclusions=tuple(
            Exclusion(ground, frozenset(concerns), start, end)
            for ground, concerns, start, end in record.get("exclusions", ())
        ),
    )


def _dose(text: str, key: int) -> DoseGiven:
    day, vaccine, *rest = text.split()
    expiry = next((date.fromisoformat(word.removeprefix("exp=")) for word in rest), None)
    return DoseGiven(date.fromisoformat(day), vaccine, lot_expiry=expiry, key=key)


def _doses(texts: list[str]) -> tuple[DoseGiven, ...]:
    return tuple(_dose(text, key) for key, text in enumerate(texts))


def _assess(record: Record, doses: tuple[DoseGiven, ...], on: date) -> Assessment:
    return assess(_person(record), doses, on=on, pack=_PACK)


def _last(record: Record, day: date) -> DoseVerdict:
    """The verdict of one more dose of the record's product, given on ``day``."""
    before = _doses(record.get("before", []))
    given = DoseGiven(day, record["given"], key="last")
    verdicts = _assess(record, (*before, given), day).doses
    return next(verdict for verdict in verdicts if verdict.key == "last")


def _standing(record: Record, day: date) -> ProgrammeStatus:
    return _assess(record, _doses(record.get("before", [])), day).programme(record["programme"])


def _window_days(*, given: bool) -> list[Any]:
    return [
        _check(record, day.isoformat(), *(["given"] if given else []))
        for record in _records("windows")
        for day in record["days"]
        if not given or "given" in record
    ]


@pytest.mark.parametrize(("record", "day"), _window_days(given=False))
def test_status_around_the_bounds_of_a_window(record: Record, day: str) -> None:
    wanted = record["days"][date.fromisoformat(day)]
    standing = _standing(record, date.fromisoformat(day))
    if wanted == "not eligible":
        assert standing.status != "eligible", record["note"]
        return
    assert standing.status == wanted, record["note"]
    if wanted == "eligible" and "window" in record:
        assert [standing.eligible_from, standing.eligible_to] == record["window"], record["note"]


@pytest.mark.parametrize(("record", "day", "_given"), _window_days(given=True))
def test_a_dose_is_routine_on_the_days_of_the_window_and_no_other(
    record: Record, day: str, _given: str
) -> None:
    eligible = record["days"][date.fromisoformat(day)] == "eligible"
    verdict = _last(record, date.fromisoformat(day))
    assert verdict.routine is eligible, (record["note"], verdict)
    if eligible:
        assert (verdict.programme, verdict.evaluation) == (record["programme"], "valid"), record["note"]


_GAP_PARTS = ("waits", "due", "too_early", "given")


@pytest.mark.parametrize(
    ("record", "part"),
    [
        _check(record, part)
        for record in _records("gaps")
        for part in _GAP_PARTS
        if not (part == "too_early" and record.get("too_early") == "discretion")
    ],
)
def test_the_first_day_of_the_next_dose(record: Record, part: str) -> None:
    earliest: date = record["earliest"]
    eve = earliest - timedelta(days=1)
    if part in {"waits", "due"}:
        standing = _standing(record, eve if part == "waits" else earliest)
        wanted = "not_yet" if part == "waits" else "eligible"
        assert (standing.status, standing.earliest) == (wanted, earliest), record["note"]
        if "number" in record:
            assert standing.next_dose == record["number"], record["note"]
        return
    verdict = _last(record, eve if part == "too_early" else earliest)
    wanted_verdict = ("not_valid", False) if part == "too_early" else ("valid", True)
    assert (verdict.evaluation, verdict.routine) == wanted_verdict, (record["note"], verdict)
    if part == "given":
        assert verdict.programme == record["programme"], record["note"]
        assert verdict.dose_number == record.get("number", verdict.dose_number), record["note"]


def _written(record: Record) -> list[tuple[str, str]]:
    """Each dose of a case with what is said of it, ``""`` where nothing is."""
    pairs = [d if isinstance(d, dict) else {d: ""} for d in record.get("doses", [])]
    return [next(iter(pair.items())) for pair in pairs]


def _misjudged(words: str, verdict: Record) -> list[str]:
    """The words of a case's line that a dose's verdict does not bear out."""
    meaning = {"routine": ("routine", True), "voluntary": ("routine", False), "not:valid": None}
    wrong = []
    for word in words.split():
        if word == "not:valid":
            right = verdict["evaluation"] != "valid"
        elif word in _EVALUATIONS:
            right = verdict["evaluation"] == word
        elif word.startswith("#"):
            right = verdict["dose_number"] == int(word[1:])
        elif (pair := meaning.get(word)) is not None:
            right = verdict[pair[0]] is pair[1]
        else:
            right = verdict["programme"] == word
        if not right:
            wrong.append(word)
    return wrong


def _misplaced(wanted: Record, standing: Record) -> list[str]:
    """The fields of a programme that differ from the case, as readable lines."""
    wrong = []
    for field, value in wanted.items():
        if field == "status_not":
            if standing["status"] in value:
                wrong.append(f"status: {standing['status']}")
        elif field in standing and standing[field] != value:
            wrong.append(f"{field}: wanted {value}, got {standing[field]}")
    return wrong


def _unmet(record: Record, verdicts: list[Record], programmes: dict[str, Record]) -> list[str]:
    wrong = []
    for (text, words), verdict in zip(_written(record), verdicts, strict=True):
        wrong += [f"{text}: wanted {word}, got {verdict}" for word in _misjudged(words, verdict)]
    for code, wanted in record.get("expect", {}).items():
        wrong += [f"{code} {line}" for line in _misplaced(wanted, programmes[code])]
    if "routine_doses" in record:
        count = sum(verdict["routine"] for verdict in verdicts)
        wrong += [f"{count} routine doses"] if count != record["routine_doses"] else []
    return wrong


def _fields(value: object) -> Record:
    return {name: getattr(value, name) for name in value.__slots__}  # type: ignore[attr-defined]


@pytest.mark.parametrize("record", [_check(record) for record in _records("cases")])
def test_case(record: Record) -> None:
    result = _assess(record, _doses([text for text, _ in _written(record)]), record["as_of"])
    by_key = {verdict.key: _fields(verdict) for verdict in result.doses}
    verdicts = [by_key[key] for key in range(len(by_key))]
    programmes = {standing.programme: _fields(standing) for standing in result.programmes}
    assert not _unmet(record, verdicts, programmes), record["note"]


def _told_by_command(record: Record) -> bool:
    """The command line takes no lots and dated grounds, and keeps no order among equals."""
    texts = [text for text, _ in _written(record)]
    days = [text.split()[0] for text in texts]
    asks_more = "long_term_illness" in record or "exclusions" in record
    return not (asks_more or any("exp=" in t for t in texts)) and days == sorted(set(days))


def _command_cases(step: int) -> list[Record]:
    return [record for record in _records("cases") if _told_by_command(record)][::step]


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sesshu.config.cli", "schedule", "status", *words, "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _as_read(answer: Record) -> tuple[list[Record], dict[str, Record]]:
    return answer["doses"], {standing["programme"]: standing for standing in answer["programmes"]}


def _in_json(record: Record) -> Record:
    """The case with its dates as the command writes them."""
    told: Record = json.loads(json.dumps(record, default=str))
    return told


def _words(record: Record) -> list[str]:
    """A case as the words of the command."""
    asked = _request(record)
    pairs = [("--birth", asked["birth"] or "不詳"), ("--on", asked["on"])]
    pairs += [("--sex", asked["sex"])] if asked["sex"] else []
    pairs += [("--dose", f"{dose['date']}={dose['vaccine']}") for dose in asked["doses"]]
    pairs += [("--due-date", day) for day in asked["due_dates"]]
    pairs += [("--condition", code) for code in asked["conditions"]]
    return [word for pair in pairs for word in pair]


def _request(record: Record) -> Record:
    """A case as a line of the command's file."""
    doses = [text.split() for text, _ in _written(record)]
    return {
        "birth": record["birth"] and record["birth"].isoformat(),
        "sex": record.get("sex"),
        "doses": [{"date": day, "vaccine": vaccine} for day, vaccine in doses],
        "due_dates": [day.isoformat() for day in record.get("due_dates", [])],
        "conditions": record.get("conditions", []),
        "on": record["as_of"].isoformat(),
    }


@pytest.mark.parametrize("record", [pytest.param(r, id=r["id"]) for r in _command_cases(60)])
def test_case_on_the_command_line(record: Record) -> None:
    done = _run(*_words(record))
    assert done.returncode == 0, done.stderr
    assert not _unmet(_in_json(record), *_as_read(json.loads(done.stdout))), record["note"]


def test_many_cases_from_a_file_on_the_command_line(tmp_path: Path) -> None:
    """``--from FILE.jsonl`` answers many at once, a line each."""
    records = _command_cases(1)
    file = tmp_path / "people.jsonl"
    file.write_text("".join(json.dumps(_request(record)) + "\n" for record in records), "utf-8")
    done = _run("--from", str(file))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == len(records) > 100
    for record, answer in zip(records, answers, strict=True):
        assert not _unmet(_in_json(record), *_as_read(answer)), (record["id"], record["note"])


def test_the_cases_are_many_and_cover_every_programme() -> None:
    everything = [r for kind in ("windows", "gaps", "cases") for r in _records(kind)]
    covered = {r["programme"] for r in everything if "programme" in r}
    programmes = _assess(everything[0], (), date(2026, 11, 22)).programmes
    assert covered >= {standing.programme for standing in programmes}
    assert len(everything) >= 250
    assert len({record["id"] for record in everything}) == len(everything)
