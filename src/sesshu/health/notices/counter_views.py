"""At the counter and at the post-room's desk: one document at a time (H10)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.addressees import selectors as addressees
from sesshu.addressees.models import Addressee
from sesshu.health.eligibility import selectors as eligibility
from sesshu.health.notices import selectors, services, singles
from sesshu.health.notices.forms import CounterForm, ReturnedForm
from sesshu.health.notices.models import Issue, IssueState, NoticeKind
from sesshu.kernel import clock
from sesshu.protection import audit, door, scopes
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current


@require_http_methods(["GET", "POST"])
@requires(Action.NOTICES_PRINT, scoped=True)
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(Addressee, municipality_code=current(), pk=pk)
    by = account(request)
    person = addressees.person(pk, by=by, purpose="予診票の発行")
    due = [
        one
        for one in eligibility.status_of(pk, clock.today()).programmes
        if one.status == "eligible" and by.may(Action.NOTICES_PRINT, one.programme)
    ]
    form = CounterForm(request.POST if request.method == "POST" else None, due=due)
    if request.method == "POST" and form.is_valid():
        try:
            issued = services.issue_at_counter(
                addressee_id=pk,
                programme=form.cleaned_data["programme"],
                identity_document=form.cleaned_data["identity_document"],
                by=by,
                at=clock.now(),
            )
        except services.NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            return render(request, "notices/issued.html", {"issue": issued, "person": person})
    return render(request, "notices/issue.html", {"form": form, "person": person, "due": due})


@require_GET
@requires(Action.NOTICES_PRINT, scoped=True)
def paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _issue(request, pk)
    if found.kind != NoticeKind.QUESTIONNAIRE or found.state != IssueState.ISSUED:
        raise Http404
    try:
        content = singles.counter_copy(found)
    except singles.NothingToPrint as refusal:
        messages.error(request, str(refusal))
        return redirect("ledger:ledger", pk=found.addressee_id)
    audit.record("notices.print", by=account(request), subjects=[found.addressee_id], detail={"issue": pk})
    return door.hand_over(request, door.Kind.PAPER, f"questionnaire-{found.code}.pdf", content)


@require_POST
@requires(Action.NOTICES_PRINT, scoped=True)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    found = _issue(request, pk)
    try:
        services.cancel(
            issue=found, reason=request.POST.get("reason", ""), by=account(request), at=clock.now()
        )
    except services.NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "発行を取り消しました。")
    return redirect("ledger:ledger", pk=found.addressee_id)


@require_http_methods(["GET", "POST"])
@requires(Action.TARGETS_EXTRACT, scoped=True)
def returned(request: HttpRequest) -> HttpResponse:
    """Scan after scan: each code that the post brought back."""
    form = ReturnedForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = selectors.by_code(form.cleaned_data["code"])
        try:
            if found is None or not account(request).may(Action.TARGETS_EXTRACT, found.programme):
                raise services.NotAllowed("この番号の通知は発行されていません。番号を確かめてください。")
            services.mark_returned(issue=found, by=account(request), at=clock.now())
        except services.NotAllowed as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{found.code} を返戻として登録しました。")
        return redirect("notices:returned")
    return render(request, "notices/returned.html", {"form": form})


def _issue(request: HttpRequest, pk: int) -> Issue:
    issues = Issue.objects.select_related("addressee", "run")
    found = get_object_or_404(issues, municipality_code=current(), pk=pk)
    scopes.only(request, Action.NOTICES_PRINT, found.programme)
    return found
