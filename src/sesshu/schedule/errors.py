"""The kind of vaccination error (間違い接種) that a dose is, told from the reasons of its verdict.

The kinds are those of the ministry's report form as far as a record can show them: what was given to whom,
how often, how far apart, how much, by which route, and past its expiry. A dose given as a voluntary one is
none; that a record cannot show, so the kind is what the dose is *if it was given as a routine one*.
Source: 定期接種実施要領（間違いの報告）.
"""

from sesshu.schedule.logic.contraindication import Span
from sesshu.schedule.model import Reason

KINDS = {
    "interval": ("接種間隔の間違い", "wrong interval"),
    "conflict": ("他のワクチンとの間隔の間違い", "too soon after another vaccine"),
    "age": ("対象年齢外の接種", "outside the age"),
    "product": ("ワクチンの種類の間違い", "wrong vaccine"),
    "volume": ("接種量の間違い", "wrong volume"),
    "route": ("接種方法の間違い", "wrong route"),
    "unnecessary": ("不必要な接種", "not needed"),
    "expired": ("有効期限の切れたワクチンの接種", "past its expiry"),
    "season": ("接種期間外の接種", "outside the season"),
    "not_target": ("対象者の間違い", "not a target"),
    "contraindicated": ("受けることが適当でない者への接種", "contraindicated"),
    "record": ("記録の間違い（日付）", "impossible date"),
}
"""Stable code, name in Japanese and in English."""

_BY_REASON = {
    "interval_too_short": "interval",
    "interval_too_long": "interval",
    "vaccine_conflict": "conflict",
    "too_early": "age",
    "too_late": "age",
    "other_course": "age",
    "wrong_product": "product",
    "product_not_routine": "product",
    "volume": "volume",
    "route": "route",
    "same_day": "unnecessary",
    "after_completion": "unnecessary",
    "already_given": "unnecessary",
    "expired_lot": "expired",
    "out_of_season": "season",
    "other_history": "not_target",
    "sex": "not_target",
    "birth_cohort": "not_target",
    "condition": "not_target",
    "before_birth": "record",
    "future": "record",
}


def error_of(reasons: tuple[Reason, ...], excluded: Span | None = None) -> str | None:
    """The first kind that the reasons show, None where they show none."""
    if excluded is not None:
        return excluded[2].error
    for reason in reasons:
        kind = _BY_REASON.get(reason.code)
        if kind is not None:
            return kind
    return None
