"""What rooms above know about notices already sent; they register it, for they cannot be imported here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Question:
    """For which programme, day and purpose the extraction asks; ``since`` limits how old a notice may be."""

    programme: str
    on: date
    purpose: str
    since: date


# Each gives rows of (addressee id, dose number).
Answer = Callable[[Question], "QuerySet[Any, Any]"]
_answers: dict[str, Answer] = {}


def register(fate: str, answer: Answer) -> None:
    """``answer(question)`` lists who has ``fate`` ("notified_before", "returned")."""
    _answers[fate] = answer


def query(fate: str, question: Question) -> tuple[str, tuple[Any, ...]]:
    """The answer as SQL and its parameters; a query without rows where nobody answers."""
    answer = _answers.get(fate)
    if answer is None:
        return "SELECT NULL::bigint AS addressee_id, NULL::int AS dose_number WHERE false", ()
    return answer(question).query.sql_with_params()
