"""フラグの状態: who has 自動応答不可 or 不開示. They are set in the city's own system (M12)."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from sesshu.intermediate import persons
from sesshu.intermediate.models import InformationFlag, Person
from sesshu.intermediate.sealing import cabinet
from sesshu.intermediate.staff import forms, naming
from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

_PER_PAGE = 50
_SET = Q(no_auto_reply=True) | Q(nondisclosure=True)
_SINGLE = "information"


@require_http_methods(["GET", "POST"])
@requires(Action.INTERMEDIATE_FLAGS)
def listing(request: HttpRequest) -> HttpResponse:
    """All that have one, or (posted) one person's."""
    if request.method == "POST":
        return _of_person(request)
    single = request.GET.get("kind") == _SINGLE
    page = Paginator(_single() if single else _whole(), _PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": forms.PersonForm(), "page": page, "tabs": _tabs(single)}
    return _rendered(request, list(page.object_list), context, asked="all")


def _of_person(request: HttpRequest) -> HttpResponse:
    form = forms.PersonForm(request.POST)
    if not form.is_valid():
        return render(request, "exchange/flags.html", {"form": form}, status=400)
    number = form.cleaned_data["number"]
    found = list(persons.find([number], cabinet()).values())
    rows: list[Person | InformationFlag] = [*found, *_single().filter(person__in=found)]
    return _rendered(request, rows, {"form": form, "number": number, "known": bool(found)}, asked="person")


def _rendered(request: HttpRequest, rows: list[Any], context: dict[str, Any], *, asked: str) -> HttpResponse:
    people = [row if isinstance(row, Person) else row.person for row in rows]
    shown = naming.numbers_for(account(request), people)
    audit.record(
        "intermediate.flag-list", by=account(request), subjects=sorted(shown),
        detail={"conditions": {"asked": asked}, "shown": len(rows)},
    )  # fmt: skip
    lines = [(shown.get(person.pk), _about(row), row) for row, person in zip(rows, people, strict=True)]
    return render(request, "exchange/flags.html", context | {"lines": lines})


def _about(row: Person | InformationFlag) -> str:
    return "すべての情報" if isinstance(row, Person) else naming.information(row.information)


def _whole() -> QuerySet[Person]:
    return Person.objects.filter(_SET, municipality_code=current()).order_by("pk")


def _single() -> QuerySet[InformationFlag]:
    held = InformationFlag.objects.filter(_SET, municipality_code=current())
    return held.select_related("person").order_by("pk")


def _tabs(single: bool) -> list[dict[str, Any]]:
    return [
        {"label": "本人全体", "url": "?", "current": not single, "count": _whole().count()},
        {"label": "情報ごと", "url": f"?kind={_SINGLE}", "current": single, "count": _single().count()},
    ]
