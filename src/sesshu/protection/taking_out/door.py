"""The one door through which a file leaves the staff web: looked over, logged by its view, never cached.

An inventory test holds every view to it. A file with persons as data has no way here: it is asked for,
approved and encrypted (``services``), and only its sealed form is handed out.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from sesshu.protection.taking_out import sighting

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


class Kind(StrEnum):
    """Why a file may leave as it is."""

    PAPER = "paper"  # to be printed: 予診票, letters, lists on paper
    FIGURES = "figures"  # counts, no person
    OWN_INPUT = "own-input"  # what was wrong with the file that this person has just brought
    SEALED = "sealed"  # encrypted, by an approved request


def hand_out(kind: Kind, name: str, path: Path) -> HttpResponseBase:
    """A file on disk, streamed.

    :raises sighting.NumberFound: it holds 個人番号-shaped values.
    """
    if kind is not Kind.SEALED:
        sighting.refuse_numbers(path, name)
    answer = FileResponse(path.open("rb"), content_type=_type(name))
    return _headed(answer, kind, name)


def hand_over(kind: Kind, name: str, content: bytes) -> HttpResponseBase:
    """The same for a small file made in memory."""
    sighting.refuse_numbers_in(content, name)
    return _headed(HttpResponse(content, content_type=_type(name)), kind, name)


def _type(name: str) -> str:
    return TYPES[name.rpartition(".")[2]]


def _headed(answer: HttpResponseBase, kind: Kind, name: str) -> HttpResponseBase:
    disposition = content_disposition_header(kind is not Kind.PAPER, name)
    answer.headers["Content-Disposition"] = disposition or "inline"
    answer.headers["Cache-Control"] = "no-store, private"
    return answer
