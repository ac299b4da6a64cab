"""Every job that is planned is registered, and says what happens when it runs a second time."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

import sesshu
from sesshu.jobs import registry
from sesshu.jobs.registry import Kind

SOURCES = Path(sesshu.__file__).parent
OF_THE_HOUSE = tuple(kind for kind in registry.kinds() if kind.function.__module__.startswith("sesshu."))


# A job whose worker was killed runs again from its start. What then keeps it from doing things twice:
RUN_AGAIN = {
    "residents.import": "rows are compared with what is known; the same file changes nothing",
    "results.load": "a batch read before is read anew into the same rows",
    "results.commit": "each row has a key of its source; one that is in the ledger is not entered again",
    "eligibility.extract": "a list is made anew; nobody was notified by the one that broke off",
    "notices.print": "numbers without paper are taken up again; what is issued is never issued twice",
    "trail.verify": "it reads and computes only; its event tells of each run",
    "reporting.export": "the payload names the file; it is written whole again in the same place",
    "retention.erase": "each step commits; what is erased is listed no more",
    "reporting.take-out": "the request names the file; what was delivered is written again in the same place",
}


def planned() -> Iterator[tuple[str, ast.expr]]:
    """The kind given in every call of ``plan(…)``, with the module that calls."""
    for path in SOURCES.rglob("*.py"):
        if "tests" in path.parts:
            continue
        module = ".".join(("sesshu", *path.relative_to(SOURCES).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = {keyword.arg: keyword.value for keyword in node.keywords}
            if name == "plan" and "payload" in given and module != "sesshu.jobs.services":
                yield module, node.args[0] if node.args else given["kind"]


def value_of(module: str, kind: ast.expr) -> object:
    if isinstance(kind, ast.Constant):
        return kind.value
    return import_string(f"{module}.{kind.id}") if isinstance(kind, ast.Name) else _attribute(module, kind)


def _attribute(module: str, kind: ast.expr) -> object:
    assert isinstance(kind, ast.Attribute), f"{module}: name the kind of job by a constant"
    assert isinstance(kind.value, ast.Name)
    return getattr(import_string(f"{module}.{kind.value.id}"), kind.attr)


def test_every_job_planned_is_registered() -> None:
    kinds = {(module, value_of(module, kind)) for module, kind in planned()}
    assert kinds
    assert {kind for _, kind in kinds} <= {kind.name for kind in registry.kinds()}


def test_every_job_of_the_house_is_planned_somewhere() -> None:
    kinds = {value_of(module, kind) for module, kind in planned()}
    assert {kind.name for kind in OF_THE_HOUSE} <= kinds


@pytest.mark.parametrize("kind", OF_THE_HOUSE, ids=lambda kind: kind.name)
def test_every_job_has_a_title_for_people(kind: Kind) -> None:
    assert kind.title
    assert not kind.title.isascii()


def test_of_every_job_it_is_known_what_a_second_run_does() -> None:
    assert set(RUN_AGAIN) == {kind.name for kind in OF_THE_HOUSE}


def test_every_room_with_jobs_is_installed() -> None:
    rooms = {
        ".".join(("sesshu", *path.relative_to(SOURCES).parent.parts)) for path in SOURCES.rglob("jobs.py")
    }
    assert rooms <= set(settings.INSTALLED_APPS)
