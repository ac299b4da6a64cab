"""Two pages: who are you (a code of the demo), and what was asked and provided about you."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from sesshu.intermediate import place, records
from sesshu.intermediate.callers import Caller
from sesshu.intermediate.models import Person, Record
from sesshu.intermediate.own_view import codes
from sesshu.intermediate.own_view.forms import CodeForm
from sesshu.intermediate.own_view.sentences import told
from sesshu.intermediate.persons import number_of
from sesshu.intermediate.sealing import cabinet
from sesshu.kernel import clock
from sesshu.protection.models import Municipality
from sesshu.protection.tenancy import acting_for

_ACTOR = "own-view"
_OFFERED = 10


@require_GET
@never_cache
def start(request: HttpRequest) -> HttpResponse:
    return _start(request, CodeForm())


@require_POST
@never_cache
def pick(request: HttpRequest) -> HttpResponse:
    """A person of the demo's list: gives a code, as the portal's login would."""
    with acting_for(place.municipality()):
        chosen = dict(_offered()).get(request.POST.get("person", ""))
        code = codes.issue(chosen) if chosen else ""
    return _start(request, CodeForm(initial={"code": code}), issued=code)


@require_POST
@never_cache
def shown(request: HttpRequest) -> HttpResponse:
    """The list itself, kept nowhere: to see it again one proves again who one is."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _start(request, form)
    with acting_for(place.municipality()):
        try:
            number = codes.use(form.cleaned_data["code"])
        except codes.NotUsable as refusal:
            form.add_error("code", str(refusal))
        else:
            entries = [told(entry) for entry in records.own_view(number, by=Caller(_ACTOR))]
            context = {"entries": entries, "city": _city(), "at": clock.now()}
            return render(request, "own_view/records.html", context)
    return _start(request, form)


def _start(request: HttpRequest, form: CodeForm, *, issued: str = "") -> HttpResponse:
    with acting_for(place.municipality()):
        offered, city = [pk for pk, _ in _offered()], _city()
    context = {"form": form, "offered": offered, "issued": issued, "city": city}
    return render(request, "own_view/start.html", context, status=400 if form.errors else 200)


def _offered() -> list[tuple[str, str]]:
    """Persons of the demo of whom something was asked or provided: (id, number)."""
    box, own = cabinet(), {"municipality_code": place.municipality()}
    recorded = Record.objects.filter(**own, person_digest=OuterRef("digest"))
    held = Person.objects.filter(Exists(recorded), **own)
    return [(str(person.pk), number_of(person, box)) for person in held.order_by("pk")[:_OFFERED]]


def _city() -> str:
    found = Municipality.objects.filter(code=place.municipality()).first()
    return str(found) if found else place.municipality()
