"""Programmes, products and lots on the screen."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.health.catalogue import selectors, services
from sesshu.health.catalogue.forms import LotForm, OwnProgrammeForm, ProductForm, own_row
from sesshu.kernel import clock
from sesshu.protection.actions import Action, requires


@require_GET
@requires(Action.CATALOGUE_READ)
def catalogue(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    context = {
        "programmes": selectors.programmes_with_vaccines(),
        "own": selectors.own_programmes(),
        "products": selectors.products(on=today),
        "old_products": [p for p in selectors.products() if p.valid_to and p.valid_to < today],
        "lots": selectors.lots()[:200],
        "today": today,
    }
    return render(request, "catalogue/list.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.CATALOGUE_WRITE)
def programme_new(request: HttpRequest) -> HttpResponse:
    form = OwnProgrammeForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.add_own_programme(by=request.user, at=clock.now(), **form.cleaned_data)  # type: ignore[arg-type]
            return _done(request, f"独自事業「{made.name}」を登録しました。")
        except services.CatalogueRefused as refusal:
            form.add_error(None, str(refusal))
    return _form(request, form, "独自事業を登録")


@require_http_methods(["GET", "POST"])
@requires(Action.CATALOGUE_WRITE)
def product_new(request: HttpRequest) -> HttpResponse:
    form = ProductForm(request.POST or None)
    if form.is_valid():
        try:
            made = services.add_product(by=request.user, **form.cleaned_data)  # type: ignore[arg-type]
            return _done(request, f"ワクチン「{made.name}」を登録しました。")
        except services.CatalogueRefused as refusal:
            form.add_error(None, str(refusal))
    return _form(request, form, "ワクチンを登録")


@require_http_methods(["GET", "POST"])
@requires(Action.CATALOGUE_WRITE)
def lot_new(request: HttpRequest) -> HttpResponse:
    form = LotForm(request.POST or None, products=selectors.products(on=clock.today()))
    if form.is_valid():
        found = form.chosen()
        try:
            product = own_row(found) or services.add_product(
                vaccine=found.vaccine,
                name=found.name,
                maker=found.maker,
                volume_ml=found.volume_ml,
                route=found.route,
                valid_from=found.valid_from,
                valid_to=found.valid_to,
                by=request.user,  # type: ignore[arg-type]
            )
            lot = services.add_lot(
                product=product,
                number=form.cleaned_data["number"],
                expires_on=form.cleaned_data["expires_on"],
                by=request.user,  # type: ignore[arg-type]
            )
            return _done(request, f"ロット「{lot.number}」を登録しました。")
        except services.CatalogueRefused as refusal:
            form.add_error("number", str(refusal))
    return _form(request, form, "ロットを登録")


@require_POST
@requires(Action.CATALOGUE_WRITE)
def lot_recall(request: HttpRequest, pk: int) -> HttpResponse:
    lot = get_object_or_404(selectors.lots(), pk=pk)
    services.set_recalled(lot=lot, recalled=not lot.recalled, by=request.user)  # type: ignore[arg-type]
    words = "回収対象にしました。" if lot.recalled else "回収対象から外しました。"
    return _done(request, f"ロット「{lot.number}」を{words}")


def _form(request: HttpRequest, form: forms.Form, title: str) -> HttpResponse:
    return render(request, "catalogue/form.html", {"form": form, "title": title})


def _done(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("catalogue:list")
