"""Words, dates and numbers as staff read them, and the parts of a screen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BoundField
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from sesshu.kernel import clock, dates, masking
from sesshu.kernel.kana import to_katakana
from sesshu.kernel.wareki import to_wareki, to_wareki_short
from sesshu.protection import purposes
from sesshu.protection.actions import Action
from sesshu.web import naming, permission
from sesshu.web.chips import Chip, chip_of

register = template.Library()


def _day(value: date | datetime) -> date:
    return localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def wareki(value: date | datetime | None) -> str:
    """令和8年11月22日; empty for None."""
    return to_wareki(_day(value)) if value else ""


@register.filter
def wareki_short(value: date | datetime | None) -> str:
    """R8.11.22; empty for None."""
    return to_wareki_short(_day(value)) if value else ""


@register.filter
def wareki_time(value: datetime | None) -> str:
    """R8.11.22 09:05, in Japan; empty for None."""
    return f"{to_wareki_short(_day(value))} {localtime(value):%H:%M}" if value else ""


@register.filter
def both_calendars(value: date | None) -> str:
    """令和8年11月22日（2026-11-22）; empty for None."""
    return f"{to_wareki(value)}（{value.isoformat()}）" if value else ""


@register.filter
def law_age(birth: date | None, on: date | None = None) -> str:
    """The age by the 年齢計算ニ関スル法律 ("3歳2か月") on a day, by default today."""
    return dates.age_text(birth, on or clock.today()) if birth else ""


@register.filter
def kana(value: str | None) -> str:
    return to_katakana(value or "")


@register.filter
def mask(value: object, protected: object) -> str:
    """`value`, or the sign that it is hidden, when `protected` is true."""
    return masking.hide("" if value is None else str(value), protected=bool(protected))


@register.filter
def number(value: float | str | None) -> str:
    """12,345; a dash for None, and for what is not counted yet (a value missing in a template is "")."""
    if value is None or isinstance(value, str):
        return "－"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


@register.filter
def percent(value: float | None, digits: int = 1) -> str:
    """A share (0 to 1) as 93.4%; a dash for None (nobody to count)."""
    return "－" if value is None else f"{value * 100:.{digits}f}%"


@register.filter
def programme_name(code: str) -> str:
    return naming.name_of("programme", code)


@register.filter
def vaccine_name(code: str) -> str:
    return naming.name_of("vaccine", code)


@register.filter
def chip(value: object) -> Chip:
    """The chip (words, tone, mark) of a status, an evaluation or a job's state."""
    return chip_of(str(value))


@register.filter
def undo_url(tags: str) -> str:
    """The address in a message's tag `undo:/…/`, for the button 「元に戻す」."""
    return next((tag.removeprefix("undo:") for tag in (tags or "").split() if tag.startswith("undo:/")), "")


@register.filter
def message_role(tone: str) -> str:
    """Errors interrupt a screen reader; the rest waits its turn."""
    return "alert" if tone == "error" else "status"


@register.filter
def quarter(value: int) -> int:
    """A percentage rounded down to quarters, so that a screen reader hears four steps and not a hundred."""
    return value // 25 * 25


@register.simple_tag(takes_context=True)
def may(context: Context, action: str) -> bool:
    """`{% may "ledger.write" as can_write %}`: whether the signed-in person's role allows the action."""
    return permission.may(context["request"], Action(action))


@register.simple_tag
def purpose_in_force() -> str:
    """The words of the purpose that this page was opened for; empty outside a person's case."""
    return purposes.words(purposes.current())


@register.simple_tag
def for_purpose(purpose: str = "") -> str:
    """`?purpose=…` after a person's address: the list's own purpose, else the one in force."""
    code = purpose or purposes.current()
    return f"?purpose={code}" if code else ""


@register.inclusion_tag("web/components/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], label: str = "ページ") -> dict[str, Any]:
    """Links to the pages of a list, keeping the rest of the address."""
    pages = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {"page": page, "page_range": pages, "label": label, "request": context["request"]}


@register.inclusion_tag("web/components/sort_header.html", takes_context=True)
def sort_header(context: Context, label: str, key: str, numeric: bool = False) -> dict[str, Any]:
    """A table heading that sorts: `?sort=key`, and `?sort=-key` when it is sorted so already."""
    query = context["request"].GET.copy()
    now = query.get("sort", "")
    query["sort"] = f"-{key}" if now == key else key
    query.pop("page", None)
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "")
    return {"label": label, "numeric": numeric, "direction": direction, "url": f"?{query.urlencode()}"}


@register.simple_block_tag
def text(content: str) -> SafeString:
    """What a block says, kept to be said twice: `{% text as page_title %}…{% endtext %}`."""
    return mark_safe(content.strip())  # noqa: S308 - rendered by the template, already escaped


@register.simple_block_tag(takes_context=True)
def component(context: Context, content: str, name: str, **values: Any) -> SafeString:
    """A part that holds others: `{% component "notice" tone="warning" title="…" %}…{% endcomponent %}`.

    Renders `web/components/<name>.html` with `body` and the values given.
    """
    found = context.template.engine.get_template(f"web/components/{name}.html")  # type: ignore[union-attr]
    with context.push(body=mark_safe(content), **values):  # noqa: S308 - as above
        return found.render(context)


@register.simple_tag(takes_context=True)
def field(context: Context, bound: BoundField, size: str = "", **attributes: Any) -> SafeString:
    """A form's field with label, hint, 必須 mark and error. `size`: "", short, wide, grow.

    Other values become attributes of the control: `{% field form.lot data_next="#until" %}`.
    """
    return _render_field(context, bound, size, attributes)


def _render_field(context: Context, bound: BoundField, size: str, attributes: dict[str, Any]) -> SafeString:
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    several = kind in {"radio", "checkbox"} and widget.use_fieldset
    values = {"bound": bound, "size": size, "kind": "choices" if several else kind}
    if not several:
        given: dict[str, str | bool] = {
            name.replace("_", "-"): str(value) for name, value in attributes.items()
        }
        values["control"] = bound.as_widget(attrs=given)
    found = context.template.engine.get_template("web/components/field.html")  # type: ignore[union-attr]
    with context.push(**values):
        return found.render(context)
