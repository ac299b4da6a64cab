"""The monthly review, alerts and the rules that raise them."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sesshu.protection import audit
from sesshu.protection.actions import Action, requires
from sesshu.protection.models import Account, AuditEvent
from sesshu.protection.signed_in import account
from sesshu.protection.tenancy import current
from sesshu.protection.trail import alerts as handling
from sesshu.protection.trail import relations, reviews, rules, selectors, services
from sesshu.protection.trail.forms import AlertForm, FindingForm, RuleForm, StaffPersonForm
from sesshu.protection.trail.models import Finding, ReviewItem, RuleSetting, StaffPerson
from sesshu.protection.trail.reviews import NotAllowed
from sesshu.protection.trail.views import tabs
from sesshu.protection.trail.watching import CLOSED, closed_days

_PER_PAGE = 50


@require_GET
@requires(Action.AUDIT_READ)
def review_list(request: HttpRequest) -> HttpResponse:
    looked_at = Count("items", filter=~Q(items__finding=Finding.NONE))
    improper = Count("items", filter=Q(items__finding=Finding.IMPROPER))
    found = reviews.reviews().annotate(total=Count("items"), looked_at=looked_at, improper=improper)
    month = reviews.next_month()
    context = {
        "page": Paginator(found, _PER_PAGE).get_page(request.GET.get("page")),
        "month": None if found.filter(month=month).exists() else month,
        "overdue": reviews.overdue(),
        "tabs": tabs("reviews"),
    }
    return render(request, "trail/reviews.html", context)


@require_POST
@requires(Action.AUDIT_REVIEW)
def review_open(request: HttpRequest) -> HttpResponse:
    """Begin last month's review and draw its sample: two acts, the seed in the log before the draw."""
    try:
        review = reviews.open_review(month=reviews.next_month(), by=account(request))
        count = reviews.draw(review, by=account(request))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("trail:reviews")
    messages.success(request, f"点検を始めました。確認する操作は{count}件です。")
    return redirect("trail:review", pk=review.pk)


@require_GET
@requires(Action.AUDIT_READ)
def review(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(reviews.reviews(), pk=pk)
    items = found.items.select_related("event__account", "alert__account", "found_by").order_by(
        "finding", "pk"
    )
    page = Paginator(items, _PER_PAGE).get_page(request.GET.get("page"))
    audit.record("audit.review-read", by=account(request), count=0, detail={"review": found.pk})
    context = {
        "review": found,
        "page": page,
        "lines": [(item, _line(item)) for item in page.object_list],
        "form": FindingForm(),
        "waiting": items.filter(finding__in=(Finding.NONE, Finding.CHECKING)).count(),
        "tabs": tabs("reviews"),
    }
    return render(request, "trail/review.html", context)


def _line(item: ReviewItem) -> object:
    return selectors.lines([item.event])[0] if item.event else None


@require_POST
@requires(Action.AUDIT_REVIEW)
def review_find(request: HttpRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(ReviewItem, municipality_code=current(), pk=pk)
    given = request.POST
    try:
        reviews.find(item, finding=given.get("finding", ""), note=given.get("note", ""), by=account(request))
        messages.success(request, "所見を記録しました。")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("trail:review", pk=item.review_id)


@require_POST
@requires(Action.AUDIT_REVIEW)
def review_sign(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(reviews.reviews(), pk=pk)
    try:
        reviews.sign_off(found, by=account(request))
        messages.success(request, "点検を承認しました。")
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    return redirect("trail:review", pk=pk)


@require_GET
@requires(Action.AUDIT_READ)
def alert_list(request: HttpRequest) -> HttpResponse:
    page = Paginator(handling.alerts(), _PER_PAGE).get_page(request.GET.get("page"))
    shown = [(alert, rules.BY_CODE.get(alert.rule)) for alert in page.object_list]
    return render(request, "trail/alerts.html", {"page": page, "shown": shown, "tabs": tabs("alerts")})


@require_http_methods(["GET", "POST"])
@requires(Action.AUDIT_REVIEW)
def alert(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(handling.alerts(), pk=pk)
    form = AlertForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            handling.handle(found, by=account(request), **form.cleaned_data)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "確認の結果を記録しました。")
            return redirect("trail:alerts")
    events = AuditEvent.objects.filter(municipality_code=current(), pk__in=found.evidence.get("events", []))
    context = {
        "alert": found,
        "rule": rules.BY_CODE.get(found.rule),
        "numbers": selectors.numbers_of(found.evidence.get("persons", [])),
        "lines": selectors.lines(list(events.select_related("account").order_by("at", "pk"))),
        "form": form,
        "tabs": tabs("alerts"),
    }
    return render(request, "trail/alert.html", context)


@require_GET
@requires(Action.AUDIT_READ)
def rule_list(request: HttpRequest) -> HttpResponse:
    used = rules.in_force()
    staff = StaffPerson.objects.filter(municipality_code=current()).select_related("account").order_by("pk")
    context = {
        "rules": [(rule, rule.code in used) for rule in rules.RULES],
        "staff": Paginator(staff, _PER_PAGE).get_page(request.GET.get("page")),
        "form": StaffPersonForm(),
        "tabs": tabs("rules"),
    }
    return render(request, "trail/rules.html", context)


@require_http_methods(["GET", "POST"])
@requires(Action.AUDIT_REVIEW)
def rule(request: HttpRequest, code: str) -> HttpResponse:
    if code not in rules.BY_CODE:
        return redirect("trail:rules")
    known, setting = rules.BY_CODE[code], RuleSetting.objects.filter(rule=code).first()
    initial: dict[str, object] = {"enabled": setting.enabled if setting else True}
    own = setting.thresholds if setting else {}
    initial |= {f"limit-{name}": own.get(name, value) for name, (value, _) in known.thresholds.items()}
    initial["closed_days"] = "\n".join(sorted(each.isoformat() for each in closed_days()))
    form = RuleForm(
        known, request.POST if request.method == "POST" else None, initial=initial, closed=code == CLOSED
    )
    if form.is_valid():
        handling.set_rule(
            rule=code,
            enabled=form.cleaned_data["enabled"],
            thresholds=form.limits(),
            closed_days=form.cleaned_data.get("closed_days"),
            by=account(request),
        )
        messages.success(request, f"「{known.title}」の規則を変更しました。")
        return redirect("trail:rules")
    return render(request, "trail/rule.html", {"form": form, "rule": known, "tabs": tabs("rules")})


@require_POST
@requires(Action.AUDIT_REVIEW)
def staff_person(request: HttpRequest) -> HttpResponse:
    form = StaffPersonForm(request.POST)
    number = form.data.get("number", "").strip()
    holder = Account.objects.filter(municipality_id=current(), login=form.data.get("login", "")).first()
    ids = relations.ids_of(number) if number else []
    if holder is None or (number and not ids):
        messages.error(request, "利用者IDまたは宛名番号が見つかりません。入力を確かめてください。")
        return redirect("trail:rules")
    services.set_staff_person(account=holder, addressee_id=ids[0] if ids else None, by=account(request))
    messages.success(request, "職員本人の宛名を登録しました。" if ids else "登録を削除しました。")
    return redirect("trail:rules")
