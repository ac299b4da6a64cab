"""Results typed or scanned one by one (H07, H08): no mouse, Enter goes on, what stays the same stays."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.health.catalogue import selectors as catalogue
from sesshu.health.catalogue import services as catalogue_services
from sesshu.health.intake import entry
from sesshu.health.intake.entry_forms import STICKY, EntryForm
from sesshu.health.ledger import selectors, services
from sesshu.health.ledger.checks import Finding, Level
from sesshu.health.ledger.models import Dose, Screening
from sesshu.kernel import clock
from sesshu.protection.actions import Action, requires

ENTERED, KEPT = "intake.entered", "intake.kept"
LISTED = 30


@require_http_methods(["GET", "POST"])
@requires(Action.LEDGER_WRITE)
def enter(request: HttpRequest) -> HttpResponse:
    found, problem = _subject(request, request.POST.get("code", ""))
    form = _form(request, found)
    if request.method == "GET":
        return _page(request, form, None)
    findings: tuple[Finding, ...] = ()
    if problem:
        form.add_error("code", problem)
    elif form.is_valid() and found:
        findings = _save(request, form, found)
        if not findings and not form.errors:
            return redirect("intake:entry")
    return _page(request, form, found, findings)


@require_GET
@requires(Action.LEDGER_WRITE)
def who(request: HttpRequest) -> HttpResponse:
    """The person and the vaccination of a code, while the clerk goes on to the next field."""
    found, problem = _subject(request, request.GET.get("code", ""))
    number = request.GET.get("lot", "")
    chosen = entry.fill(found, lot=number, choice="", on=clock.today()) if found else None
    choices = [
        (
            key,
            label,
            bool(
                chosen
                and chosen.product_name
                and key == f"{chosen.vaccine}|{chosen.product_name}|{chosen.maker}"
            ),
        )
        for key, label in entry.choices(found)
    ]
    context = {"found": found, "problem": problem, "vaccines": choices, "fragment": True}
    return render(request, "intake/who.html", context)


@require_GET
@requires(Action.LEDGER_WRITE)
def lot(request: HttpRequest) -> HttpResponse:
    """What a lot number tells of the vaccine."""
    known = catalogue.known_lots(request.GET.get("lot", ""))
    return render(request, "intake/lot.html", {"known": known, "typed": request.GET.get("lot", "")})


@require_POST
@requires(Action.LEDGER_WRITE)
def undo(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Void what was entered in this session; the voided entry stays in the ledger."""
    if [kind, pk] not in request.session.get(ENTERED, []):
        raise Http404
    found = selectors.entry(kind, pk)
    if found is None:
        raise Http404
    try:
        services.void(found, reason="入力直後の取消", by=request.user, at=clock.now())  # type: ignore[arg-type, type-var]
        messages.success(request, "入力を取り消しました。")
    except services.EntryRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("intake:entry")


def _subject(request: HttpRequest, code: str) -> tuple[entry.Subject | None, str]:
    if not code.strip():
        return None, ""
    try:
        return entry.subject(code, by=request.user), ""  # type: ignore[arg-type]
    except entry.NotFound as error:
        return None, str(error)


def _form(request: HttpRequest, found: entry.Subject | None) -> EntryForm:
    programmes = tuple((known.code, known.name) for known in catalogue.programmes())
    vaccines = entry.choices(found)
    return EntryForm(
        request.POST or None, initial=request.session.get(KEPT), vaccines=vaccines, programmes=programmes
    )


def _save(request: HttpRequest, form: EntryForm, found: entry.Subject) -> tuple[Finding, ...]:
    """Save the entry; findings come back where they must be confirmed first."""
    try:
        return (_screening if form.cleaned_data["screening"] else _dose)(request, form, found)
    except services.EntryRefused as refusal:
        for finding in refusal.findings:
            form.add_error(finding.field if finding.field in form.fields else None, finding.message)
        return ()


def _dose(request: HttpRequest, form: EntryForm, found: entry.Subject) -> tuple[Finding, ...]:
    given = form.cleaned_data
    filled = entry.fill(found, lot=given["lot"], choice=given["vaccine"], on=given["date"])
    if not filled.vaccine:
        form.add_error("vaccine", "ワクチンを選んでください。このロット番号は登録されていません。")
        return ()
    values = {
        "programme": given["programme"] or found.programme,
        "product_name": filled.product_name,
        "maker": filled.maker,
        "lot_number": given["lot"],
        "expires_on": given["expires_on"] or filled.expires_on,
        "volume_ml": given["volume_ml"] or filled.volume_ml,
        "route": filled.route,
        "doctor": given["doctor"],
    }
    facts = {"addressee": found.addressee, "vaccine": filled.vaccine, "date": given["date"], **values}
    findings = services.preview_dose(**facts) + _recalled(filled)
    if findings and not _is_confirmed(form, findings):
        return findings
    saved = services.record_dose(
        by=request.user,  # type: ignore[arg-type]
        at=clock.now(),
        confirmed=True,
        **facts,
        **_shared(form, found),
    )
    if given["lot"] and filled.product_name:
        _remember(request, given["lot"], filled, facts["expires_on"])
    _note(request, form, "dose", saved)
    return ()


def _remember(request: HttpRequest, number: str, filled: entry.Filled, expires_on: date | None) -> None:
    """A lot met for the first time is known from then on."""
    catalogue_services.ensure_lot(
        vaccine=filled.vaccine,
        name=filled.product_name,
        maker=filled.maker,
        route=filled.route,
        number=number,
        expires_on=expires_on,
        by=request.user,  # type: ignore[arg-type]
    )


def _screening(request: HttpRequest, form: EntryForm, found: entry.Subject) -> tuple[Finding, ...]:
    given = form.cleaned_data
    saved = services.record_screening(
        addressee=found.addressee,
        programme=given["programme"] or found.programme,
        date=given["date"],
        reason=given["reason"],
        reason_text=given["reason_text"],
        by=request.user,  # type: ignore[arg-type]
        at=clock.now(),
        confirmed=False,
        **_shared(form, found),
    )
    _note(request, form, "screening", saved)
    return ()


def _shared(form: EntryForm, found: entry.Subject) -> dict[str, Any]:
    provider = form.provider()
    return {
        "provider": provider,
        "screening_provider": provider,
        "provider_name": provider.name if provider else "",
        "screening_doctor": form.cleaned_data["screening_doctor"],
        "group": form.cleaned_data["group"] or bool(provider and provider.kind == "group"),
        "outside_municipality": bool(provider and provider.outside),
        "questionnaire_code": found.questionnaire_code,
    }


def _recalled(filled: entry.Filled) -> tuple[Finding, ...]:
    if not filled.recalled:
        return ()
    return (Finding(Level.WARNING, "recalled", "lot", "このロットは回収の対象です。"),)


def _is_confirmed(form: EntryForm, findings: tuple[Finding, ...]) -> bool:
    """Whether Enter was pressed again on the same entry; an error cannot be confirmed away."""
    hard = [found for found in findings if found.level is Level.ERROR and found.code != "duplicate"]
    return not hard and form.cleaned_data["confirmed"] == form.said()


def _note(request: HttpRequest, form: EntryForm, kind: str, saved: Dose | Screening) -> None:
    entered = [[kind, saved.pk], *request.session.get(ENTERED, [])]
    request.session[ENTERED] = entered[:LISTED]
    kept = {name: form.cleaned_data[name] for name in STICKY}
    request.session[KEPT] = kept | {"date": kept["date"].isoformat()}


def _entered(request: HttpRequest) -> list[dict[str, Any]]:
    rows = []
    for kind, pk in request.session.get(ENTERED, []):
        found = selectors.entry(kind, pk)
        if found is not None:
            rows.append({"kind": kind, "entry": found})
    return rows


def _page(
    request: HttpRequest,
    form: EntryForm,
    found: entry.Subject | None,
    findings: tuple[Finding, ...] = (),
) -> HttpResponse:
    said = form.said() if findings else ""
    errors = any(finding.level is Level.ERROR and finding.code != "duplicate" for finding in findings)
    context = {
        "form": form,
        "found": found,
        "findings": findings,
        "said": said,
        "refused": errors,
        "entered": _entered(request),
        "focus_code": not form.is_bound,
    }
    return render(request, "intake/entry.html", context)
