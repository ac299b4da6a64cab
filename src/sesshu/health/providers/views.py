"""Medical institutions on the screen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.health.providers import selectors, services
from sesshu.health.providers.forms import DoctorForm, ProviderForm
from sesshu.kernel import clock
from sesshu.protection.actions import Action, requires

_FIELDS = ("code", "name", "name_kana", "kind", "address", "telephone", "outside")


@require_GET
@requires(Action.CATALOGUE_READ)
def provider_list(request: HttpRequest) -> HttpResponse:
    search = request.GET.get("q", "")
    found = selectors.providers(search)
    if request.GET.get("provisional"):
        found = found.filter(provisional=True)
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    context = {"page": page, "search": search, "provisional": selectors.provisional_count()}
    return render(request, "providers/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.CATALOGUE_WRITE)
def provider_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    provider = get_object_or_404(selectors.providers(), pk=pk) if pk else None
    initial = {name: getattr(provider, name) for name in _FIELDS} if provider else None
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and provider:
        data["code"] = provider.code
    form = ProviderForm(data, initial=initial)
    if form.is_valid():
        values = form.cleaned_data
        if provider is None and selectors.provider(values["code"]):
            form.add_error("code", f"医療機関コード「{values['code']}」は登録されています。")
        else:
            return _save(request, form)
    context: dict[str, Any] = {"form": form, "provider": provider, "doctor_form": DoctorForm()}
    if provider:
        context["doctors"] = selectors.doctors(provider.pk)
    return render(request, "providers/form.html", context)


def _save(request: HttpRequest, form: ProviderForm) -> HttpResponse:
    saved = services.save_provider(by=request.user, at=clock.now(), **form.cleaned_data)  # type: ignore[arg-type]
    messages.success(request, f"「{saved.name}」を登録しました。")
    return redirect("providers:list")


@require_POST
@requires(Action.CATALOGUE_WRITE)
def doctor_add(request: HttpRequest, pk: int) -> HttpResponse:
    provider = get_object_or_404(selectors.providers(), pk=pk)
    try:
        services.add_doctor(provider=provider, name=request.POST.get("doctor", ""), by=request.user)  # type: ignore[arg-type]
        messages.success(request, "医師を登録しました。")
    except services.ProviderRefused as refusal:
        messages.error(request, str(refusal))
    return redirect("providers:edit", pk=pk)
