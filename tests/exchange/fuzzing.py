"""Messages made from a door's own OpenAPI document, right and wrong ones, and what its answers must be."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks

load_all_checks()
EXAMPLES = int(os.environ.get("SESSHU_FUZZ_EXAMPLES", "15"))
MODES = {"right": GenerationMode.POSITIVE, "wrong": GenerationMode.NEGATIVE}


def fuzz(
    document: dict[str, Any],
    path: str,
    mode: str,
    *,
    change: Callable[[Any], Any],
    leave_out: Any = (),
    **transport: Any,
) -> None:
    """Send what the operation takes (``right``) or does not (``wrong``); all checks on every answer.

    :param change: what is done to a body that is an object, so that it comes further than the first door.
    :param leave_out: checks that say nothing here. :param transport: as ``Case.call`` takes it.
    """
    strategy = schemathesis.openapi.from_dict(document)[path]["POST"].as_strategy(generation_mode=MODES[mode])

    @given(case=strategy)
    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def each(case: Case[Any]) -> None:
        if isinstance(case.body, dict):
            case.body = change(case.body)
        case.call_and_validate(excluded_checks=list(leave_out), **transport)

    each()
