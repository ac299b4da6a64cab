"""The one door through which a file leaves the staff web: looked over, logged by its view, never cached.

An inventory test holds every view to it. A file with persons as data has no way here: it is asked for,
approved and encrypted (``services``), and only its sealed form is handed out.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from unicodedata import category

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header

from sesshu.protection import audit, sighting
from sesshu.protection.signed_in import account

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


class Kind(StrEnum):
    """Why a file may leave as it is."""

    PAPER = "paper"  # to be printed; its texts were looked over before they were set in type
    FIGURES = "figures"  # counts, and the log's ids: nobody by name
    OWN_INPUT = "own-input"  # what was wrong with the file that this person has just brought
    SEALED = "sealed"  # encrypted, by an approved request


_UNSAFE = frozenset('/\\:*?"<>|;')
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
# Kinds whose bytes the door itself reads.
_READ = {Kind.FIGURES, Kind.OWN_INPUT}


def hand_out(request: HttpRequest, kind: Kind, name: str, path: Path) -> HttpResponseBase:
    """A file on disk, streamed; or the page that says why it is held back.

    :raises FileNotFoundError: it is not there.
    """
    try:
        if kind in _READ:
            sighting.refuse_numbers(path, name)
        answer = FileResponse(path.open("rb"), content_type=_type(name))
    except sighting.NumberFound as refusal:
        return _held_back(request, refusal)
    return _headed(answer, kind, name)


def hand_over(request: HttpRequest, kind: Kind, name: str, content: bytes) -> HttpResponseBase:
    """The same for a small file made in memory."""
    try:
        if kind in _READ:
            sighting.refuse_numbers_in(content, name)
    except sighting.NumberFound as refusal:
        return _held_back(request, refusal)
    return _headed(HttpResponse(content, content_type=_type(name)), kind, name)


def _held_back(request: HttpRequest, refusal: sighting.NumberFound) -> HttpResponse:
    audit.record("download.held-back", by=account(request), count=0, result="refused")
    return render(request, "protection/held_back.html", {"refusal": str(refusal)}, status=409)


def _type(name: str) -> str:
    return TYPES[name.rpartition(".")[2]]


def _headed(answer: HttpResponseBase, kind: Kind, name: str) -> HttpResponseBase:
    disposition = content_disposition_header(kind is not Kind.PAPER, _safe(name))
    answer.headers["Content-Disposition"] = disposition or "inline"
    answer.headers["Cache-Control"] = "no-store, private"
    return answer


def _safe(name: str) -> str:
    """Without what leads to another folder, turns the reading round or ends a line."""
    return "".join("_" if sign in _UNSAFE or category(sign) in _UNSEEN else sign for sign in name)
