"""Contracts, personnel files and the city's word on shared ids."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.kernel import clock
from sesshu.protection.accounts import asking, personnel, selectors, services
from sesshu.protection.accounts.asking import NotAllowed
from sesshu.protection.accounts.forms import ContractEndForm, ContractForm, PersonnelForm, ReasonForm
from sesshu.protection.accounts.models import PersonnelFile, SharedIds
from sesshu.protection.actions import Action, requires
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current

MOST_BYTES = 2 * 1024 * 1024


@require_GET
@requires(Action.ACCOUNTS_READ)
def contract_list(request: HttpRequest) -> HttpResponse:
    found = selectors.contracts().prefetch_related("profiles__account")
    context = {"contracts": found, "today": clock.today(), "form": ContractEndForm(auto_id=False)}
    return render(request, "accounts/contracts.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.ACCOUNTS_REQUEST)
def contract_new(request: HttpRequest) -> HttpResponse:
    form = ContractForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            services.register_contract(**form.cleaned_data, by=account(request))
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "契約を登録しました。")
            return redirect("accounts:contracts")
    return render(request, "accounts/contract.html", {"form": form})


@require_POST
@requires(Action.ACCOUNTS_REQUEST)
def contract_end(request: HttpRequest, pk: int) -> HttpResponse:
    contract, form = get_object_or_404(selectors.contracts(), pk=pk), ContractEndForm(request.POST)
    try:
        if not form.is_valid():
            raise NotAllowed("最後の日と理由を入力してください。")
        services.end_contract(contract, **form.cleaned_data, by=account(request))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "契約の打切りを登録しました。権限は最後の日で終わります。")
    return redirect("accounts:contracts")


@require_http_methods(["GET", "POST"])
@requires(Action.ACCOUNTS_REQUEST)
def personnel_import(request: HttpRequest) -> HttpResponse:
    post = request.method == "POST"
    form = PersonnelForm(request.POST if post else None, request.FILES if post else None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MOST_BYTES:
                raise NotAllowed("ファイルが大きすぎます。2 MB までに分けてください。")
            made = personnel.read_file(file.read(), name=file.name, by=account(request))
        except NotAllowed as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("accounts:personnel-file", pk=made.pk)
    context = {"form": form, "files": personnel.files(), "columns": [c.name for c in personnel.COLUMNS]}
    return render(request, "accounts/personnel.html", context)


@require_GET
@requires(Action.ACCOUNTS_REQUEST)
def personnel_file(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(PersonnelFile, municipality_code=current(), pk=pk)
    rows = found.rows.select_related("account").order_by("number")
    return render(request, "accounts/personnel_file.html", {"found": found, "rows": rows})


@require_http_methods(["GET", "POST"])
@requires(Action.ACCOUNTS_REQUEST)
def shared_ids(request: HttpRequest) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    permitted = asking.shared_ids_permitted()
    if form.is_valid():
        made = asking.ask_for_shared_ids(
            permitted=not permitted, reason=form.cleaned_data["reason"], by=account(request)
        )
        messages.success(request, "申請しました。承認されるまで変わりません。")
        return redirect("accounts:request", pk=made.pk)
    said = SharedIds.objects.filter(municipality_code=current()).select_related("asked_by", "approved_by")
    context = {"form": form, "permitted": permitted, "history": said.order_by("-pk")}
    return render(request, "accounts/shared_ids.html", context)
