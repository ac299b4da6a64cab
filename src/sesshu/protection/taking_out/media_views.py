"""Screens of the register of media."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.taking_out import media, selectors
from sesshu.protection.taking_out.choices import MediumEvent, MediumKind
from sesshu.protection.taking_out.forms import MediumEventForm, MediumForm


@require_GET
@requires(Action.MEDIA_WRITE)
def register(request: HttpRequest) -> HttpResponse:
    """媒体管理簿, and what was taken out and not erased in time."""
    audit.record("medium.list", by=account(request), count=0)
    context = {
        "media": selectors.media(),
        "overdue": selectors.overdue().select_related("medium", "asked_by"),
    }
    return render(request, "taking_out/media.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.MEDIA_WRITE)
def medium_new(request: HttpRequest) -> HttpResponse:
    form = MediumForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data | {"kind": MediumKind(form.cleaned_data["kind"])}
        try:
            made = media.register(by=account(request), **given)
        except media.NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"媒体「{made.label}」を登録しました。")
            return redirect("taking_out:media")
    return render(request, "taking_out/medium_new.html", {"form": form})


@require_http_methods(["GET", "POST"])
@requires(Action.MEDIA_WRITE)
def medium(request: HttpRequest, pk: int) -> HttpResponse:
    """A medium's lines in the register; a new one."""
    found = get_object_or_404(selectors.media(), pk=pk)
    form = MediumEventForm(request.POST or None)
    if form.is_valid():
        event, note = MediumEvent(form.cleaned_data["event"]), form.cleaned_data["note"]
        try:
            media.note_event(medium=found, event=event, by=account(request), note=note)
        except media.NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"媒体「{found.label}」に{event.label}を記録しました。")
            return redirect("taking_out:medium", pk=pk)
    entries = found.entries.select_related("by", "taking_out")
    return render(request, "taking_out/medium.html", {"medium": found, "entries": entries, "form": form})
