"""符号 acquisition (番号法21条の2), from the outbox until it is accepted.

1. The intermediate server issues a 取得番号 (FGU 20221).
2. The 統合端末 sends it with the 住民票コード to the network, which hands the 符号
   to the intermediate server.

Each step ends in a commit of its own, and each door answers a repeated message with its first answer, so a
process may die anywhere. The 取得番号 is forgotten once the network has accepted it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sesshu.kernel import clock
from sesshu.numbers import resident_codes
from sesshu.numbers.exchange import places, tasks
from sesshu.numbers.integrated.models import CodeTask
from sesshu.protection import audit
from sesshu.protection.tenancy import acting_for
from sesshu.protocol import peers, points
from sesshu.protocol.codes import ACQUISITION_NUMBER

NOBODY = "no_resident_code"


def run(municipality: str) -> tasks.Counts:
    """Everything that is due now of one municipality; how it ended. Troubles stand in the tasks."""
    counts = tasks.Counts()
    for step in (_ask_numbers, _send_numbers):
        while step(municipality, counts):
            pass
    return counts


def _ask_numbers(municipality: str, counts: tasks.Counts) -> bool:
    """取得番号 for tasks that have none. ``True`` while there may be more."""
    with acting_for(municipality):
        rows = tasks.due(CodeTask.Kind.ACQUIRE, CodeTask.State.DUE).filter(
            person__holder__resident_code__isnull=False
        )
        batch = tasks.claimed(rows)
        numbers = tasks.numbers_of(batch)
    if not batch:
        return False
    points.reach("numbers.codes.claimed")
    said = _said(municipality, batch, counts, lambda: _codes(municipality, numbers.values()))
    if said is None:
        return False
    points.reach("numbers.codes.asked")
    with acting_for(municipality):
        for task in batch:
            _note_number(task, said.get(numbers.get(task.pk, "")), counts)
        tasks.written(batch)
    points.reach("numbers.codes.noted")
    return len(batch) == tasks.BATCH


def _codes(municipality: str, numbers: Iterable[str]) -> dict[str, dict[str, Any]]:
    body = tasks.front(municipality) | {"integrated_numbers": list(numbers)}
    answer = places.ask(places.intermediate(municipality), "/fgu/codes", body)
    return {str(each["integrated_number"]): each for each in answer}


def _note_number(task: CodeTask, said: dict[str, Any] | None, counts: tasks.Counts) -> None:
    number = str((said or {}).get("acquisition_number") or "")
    if said is None or (number and not re.fullmatch(ACQUISITION_NUMBER, number)):
        tasks.failed(task, "intermediate:unreadable", counts)
    elif number:
        task.state, task.acquisition_number = CodeTask.State.ASKED, number
        task.next_at = clock.now()
    elif said.get("state") == "known":  # it has the 符号 already
        tasks.finished(task, counts)
    else:
        tasks.failed(task, "intermediate:no_number", counts)


def _send_numbers(municipality: str, counts: tasks.Counts) -> bool:
    """取得番号 and 住民票コード to the network. ``True`` while there may be more."""
    with acting_for(municipality):
        batch = tasks.claimed(tasks.due(CodeTask.Kind.ACQUIRE, CodeTask.State.ASKED))
        codes = resident_codes.of_holders(
            [task.person.holder_id for task in batch if task.person.holder_id is not None]
        )
        if batch:
            audit.record("numbers.codes-acquire", by=None, count=len(batch))
    if not batch:
        return False
    going = {task.acquisition_number: codes.get(task.person.holder_id or 0, "") for task in batch}
    points.reach("numbers.acquisitions.claimed")
    said = _said(municipality, batch, counts, lambda: _acquisitions(municipality, going))
    if said is None:
        return False
    points.reach("numbers.acquisitions.sent")
    with acting_for(municipality):
        for task in batch:
            _note_acceptance(task, said.get(task.acquisition_number), going, counts)
        tasks.written(batch)
    points.reach("numbers.acquisitions.noted")
    return len(batch) == tasks.BATCH


def _acquisitions(municipality: str, going: dict[str, str]) -> dict[str, str]:
    body = [{"acquisition_number": number, "resident_code": code} for number, code in going.items() if code]
    answer = places.ask(places.network(municipality), "/v1/acquisitions", body) if body else []
    return {str(each["acquisition_number"]): str(each["state"]) for each in answer}


def _note_acceptance(task: CodeTask, state: str | None, going: dict[str, str], counts: tasks.Counts) -> None:
    if state in ("accepted", "known"):
        tasks.finished(task, counts)
    elif not going.get(task.acquisition_number):
        tasks.failed(task, NOBODY, counts)
    else:  # begins anew, perhaps with another 取得番号
        task.state, task.acquisition_number = CodeTask.State.DUE, ""
        tasks.failed(task, f"network:{(state or 'unreadable')[:40]}", counts)


def _said(municipality: str, batch: Sequence[CodeTask], counts: tasks.Counts, ask: Callable[[], Any]) -> Any:
    """The answer, or ``None`` after the failure is noted in every task of the batch."""
    try:
        return ask()
    except places.Away:
        trouble = "away"
    except peers.Refused as refused:
        trouble = f"refused:{refused.code}"[:60]
    except (KeyError, TypeError):
        trouble = "unreadable"
    with acting_for(municipality):
        for task in batch:
            tasks.failed(task, trouble, counts)
        tasks.written(batch)
    return None
