"""名寄せ: proposals, two side by side, merge and undo."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.addressees import duplicates, merging, selectors
from sesshu.addressees.forms import MergeForm
from sesshu.addressees.masked import AddresseeView
from sesshu.addressees.models import Addressee, Merge
from sesshu.addressees.services import NotAllowed
from sesshu.kernel import clock
from sesshu.protection.actions import Action, requires
from sesshu.protection.tenancy import current

_ITEMS = (
    ("宛名番号", "number"),
    ("宛名種別", "kind_label"),
    ("氏名", "name"),
    ("読み仮名", "name_kana"),
    ("通称", "alias"),
    ("性別", "sex_label"),
    ("生年月日", "birth_date"),
    ("世帯番号", "household_number"),
    ("続柄", "relation"),
    ("世帯主", "household_head"),
    ("住所", "address"),
    ("方書", "building"),
    ("電話番号", "telephone"),
    ("状態", "status_label"),
    ("住民となった日", "resident_since"),
    ("消除の日", "removed_on"),
)


@require_GET
@requires(Action.ADDRESSEE_MERGE)
def proposals(request: HttpRequest) -> HttpResponse:
    found = duplicates.proposals(by=request.user)  # type: ignore[arg-type]
    return render(request, "addressees/duplicates.html", {"proposals": found, "most": duplicates.MOST})


@require_http_methods(["GET", "POST"])
@requires(Action.ADDRESSEE_MERGE)
def merge(request: HttpRequest, one: int, other: int) -> HttpResponse:
    sides = _sides(request, one, other)
    choices = [(str(side.pk), f"{side.number} {side.name}") for side in sides]
    form = MergeForm(
        request.POST if request.method == "POST" else None,
        choices=choices,
        initial={"keep": _suggested(*sides)},
    )
    if form.is_valid():
        winner = int(form.cleaned_data["keep"])
        try:
            done = merging.merge(
                winner=winner,
                loser=other if winner == one else one,
                by=request.user,  # type: ignore[arg-type]
                at=clock.now(),
                reason=form.cleaned_data["reason"],
            )
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            undo_url = reverse("addressees:merge-undo", args=[done.pk])
            messages.success(request, "名寄せしました。", extra_tags=f"undo:{undo_url}")
            return redirect("addressees:detail", pk=winner)
    rows = [_row(title, item, *sides) for title, item in _ITEMS]
    twins = merging.are_twins(*(_addressee(pk) for pk in (one, other)))
    return render(
        request, "addressees/merge.html", {"form": form, "rows": rows, "sides": sides, "twins": twins}
    )


@require_POST
@requires(Action.ADDRESSEE_MERGE)
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Merge, municipality_code=current(), pk=pk)
    try:
        merging.undo(merge=pk, by=request.user, at=clock.now())  # type: ignore[arg-type]
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "名寄せを取り消しました。2つの宛名に戻りました。")
    return redirect("addressees:detail", pk=found.winner_id)


def _addressee(pk: int) -> Addressee:
    return get_object_or_404(Addressee, municipality_code=current(), pk=pk)


def _sides(request: HttpRequest, one: int, other: int) -> tuple[AddresseeView, AddresseeView]:
    if one == other:
        raise Http404
    for pk in (one, other):
        _addressee(pk)
    first, second = (
        selectors.person(pk, by=request.user, purpose="名寄せの確認")  # type: ignore[arg-type]
        for pk in (one, other)
    )
    return first, second


def _suggested(one: AddresseeView, other: AddresseeView) -> str:
    """The resident, for the register's files keep that number alive."""
    return str(other.pk if other.is_resident and not one.is_resident else one.pk)


def _row(title: str, item: str, one: AddresseeView, other: AddresseeView) -> tuple[str, object, object, bool]:
    left, right = getattr(one, item), getattr(other, item)
    return title, left, right, left != right
