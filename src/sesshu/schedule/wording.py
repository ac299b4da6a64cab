"""Every sentence that explains a verdict, in Japanese and its English twin, in one place.

A key is the reason's stable code, with a ``.variant`` where one code has several sentences. Both twins
take the same values in the same order.
"""

from datetime import date


class Phrase(str):
    """A Japanese text that knows its English twin, for use as a value inside a sentence."""

    en: str

    def __new__(cls, ja: str, en: str) -> "Phrase":
        made = super().__new__(cls, ja)
        made.en = en
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return str(self), self.en


WORDING: dict[str, tuple[str, str]] = {
    # A dose and its window
    "routine": ("対象期間（{}から{}まで）の接種です。", "Given in the window ({} to {})."),
    "routine.open": ("対象期間（{}から）の接種です。", "Given in the window (from {})."),
    "routine.turn": ("{}の{}回目です。", "{}: dose {}."),
    "too_early": ("早すぎます: {}は{}、{}日早い接種です。", "Too early: {} is {}; given {} days before it."),
    "too_late": (
        "遅すぎます: 対象期間は{}まで、{}日過ぎた接種です。",
        "Too late: the window ended on {}; given {} days after it.",
    ),
    "interval_too_short": (
        "間隔が足りません: 前の接種{}から{}以上空けると{}から、{}日早い接種です。",
        "Interval too short: with {1} after the dose of {0} it may be given from {2};"
        " given {3} days before it.",
    ),
    "interval_too_long": (
        "当時の法定の間隔（{}まで）では{}までのところ、{}日過ぎた接種です。",
        "Interval too long: the statutory limit of the day ({}) ended on {}; given {} days after it.",
    ),
    "doctor_judged": (
        "前の接種{}から{}以上は空いていますが{}に足りません。医師が必要と認めたときに限り定期です。",
        "There are {1} after the dose of {0}, but not {2}: routine only if a doctor found it necessary.",
    ),
    "vaccine_conflict": (
        "他のワクチンとの間隔が足りません: {}（{}）から{}日以上空けると{}から、{}日早い接種です。",
        "Too soon after another vaccine: with {2} days between after {0} ({1}) it may be given from {3};"
        " given {4} days before it.",
    ),
    "expired_lot": ("ロットの有効期限{}を過ぎた接種です。", "Given after the lot's expiry date {}."),
    "volume": (
        "接種量{}mLは定めの{}mLと違います。",
        "The volume of {} mL differs from the prescribed {} mL.",
    ),
    "route": ("接種方法（{}）は定めの{}と違います。", "The route ({}) differs from the prescribed one ({})."),
    "same_day": (
        "同じ日（{}）に同じ疾病の接種があります。",
        "Another dose against the same disease was given on the same day ({}).",
    ),
    "after_completion": (
        "必要な回数を{}に終えた後の接種です。",
        "Given after the doses needed were completed on {}.",
    ),
    "already_given": (
        "{}に受けているため、この期間の2回目です。",
        "Already given on {}: this is the second one of the same period.",
    ),
    "wrong_product": ("この回に{}は使えません。", "{} cannot be used for this dose."),
    "other_course": (
        "{}に始めた人の接種方法ではありません。",
        "Not the course of someone who began on {}.",
    ),
    "other_history": (
        "これまでに受けたワクチンとその日から、この{}は定期に当たりません。",
        "With the vaccines given so far and their dates, this {} is not routine.",
    ),
    "before_listing": (
        "{}が定期に使われる{}より前の任意の接種です。回数には数えます。",
        "Voluntary: {} became routine on {}. The dose is counted all the same.",
    ),
    "before_deeming": (
        "{}の{}より前の接種で、みなし規定が及ばず、回数に数えません。相当する予防接種を受けていて行う必要がないと"
        "認めるときは、対象から除かれる者（施行規則2条1号）として記録してください。",
        "This {} was given before {}: no provision deems it, and it is not counted. If the person is found "
        "not to need the vaccination, record that as an exclusion.",
    ),
    "before_deeming.counted": (
        "{}の{}より前の接種で、みなし規定は及びません。任意の接種として回数に数えます。",
        "This {} was given before {}: no provision deems it. It is counted as a voluntary dose.",
    ),
    "later_window": (
        "前の回（{}）を定期として受けた期間とは別の対象期間です。定期の予防接種を受けたことのある者（施行規則2条10号）"
        "と読めば対象外となるため、市町村の判断を確かめてください。",
        "The dose before ({}) was routine in another window; read strictly, the law excludes whoever has had "
        "the routine vaccination. Ask how the municipality reads it.",
    ),
    "product_not_routine": (
        "{}が定期に使えたのは{}までで、任意の接種です。",
        "Voluntary: {} was routine until {}.",
    ),
    "temporary": (
        "特例臨時接種であり、定期接種ではありません。",
        "A temporary vaccination, not a routine one.",
    ),
    "out_of_season": (
        "接種期間の外の任意の接種です。",
        "Voluntary: given outside the season.",
    ),
    "excluded": (
        "対象から除かれる期間（{}）の接種で、定期に当たりません: {}。",
        "Given while excluded ({}), so not routine: {}.",
    ),
    # A dose that cannot be judged
    "unknown_vaccine": (
        "ワクチンコード「{}」は登録されていません。海外の製剤は、相当するワクチンのコードで記録してください。",
        "The vaccine code “{}” is not known. Record a product from abroad by the code of its equal.",
    ),
    "future": ("接種日{}は基準日{}より後です。", "The dose of {} lies after the day of the question, {}."),
    "before_birth": (
        "接種日{}は生年月日{}より前です。",
        "The dose of {} lies before the date of birth, {}.",
    ),
    "birth_unknown": (
        "生年月日が分からないため判定できません。",
        "Cannot be judged: the date of birth is not known.",
    ),
    "birth_unknown.impossible": (
        "生年月日が正しくないため判定できません。",
        "Cannot be judged: the date of birth is impossible.",
    ),
    "sex_unknown": ("性別が分からないため判定できません。", "Cannot be judged: the sex is not known."),
    "no_due_date.dose": (
        "分娩予定日の登録がないため判定できません。",
        "Cannot be judged: no due date is registered.",
    ),
    "sex.dose": (
        "この予防接種の対象の性別ではないため、任意の接種です。",
        "Voluntary: this vaccination is not for this sex.",
    ),
    "birth_cohort.dose": (
        "この予防接種の対象の生年月日ではないため、任意の接種です。",
        "Voluntary: this vaccination is not for this date of birth.",
    ),
    "condition.dose": (
        "市町村長が認めた者に限る予防接種のため、任意の接種です。",
        "Voluntary: this vaccination is only for those recognised by the mayor.",
    ),
    # What may be done after a dose against the rule
    "next_dose": (
        "次は{}を{}から受けられます。",
        "Next: {} may be given from {}.",
    ),
    "next_dose.until": (
        "次は{}を{}から{}まで受けられます。",
        "Next: {} may be given from {} to {}.",
    ),
    "next_none": (
        "定期として受けられる回はありません: {}",
        "Nothing can be given as routine any more: {}",
    ),
    # A programme
    "in_window": ("{}から{}まで受けられます。", "May be given from {} to {}."),
    "in_window.open": ("{}から受けられます。", "May be given from {}."),
    "window": ("{}から受けられます。", "May be given from {}."),
    "window.named": ("{}（{}）から受けられます。", "May be given from {} ({})."),
    "interval": (
        "前の接種{}から{}以上空けるため、{}から受けられます。",
        "With {1} after the dose of {0}, it may be given from {2}.",
    ),
    "vaccine_interval": (
        "{}（{}）から{}日以上空けるため、{}から受けられます。",
        "With {2} days between after {0} ({1}), it may be given from {3}.",
    ),
    "not_before": (
        "この回を受けられる年齢に達する{}から受けられます。",
        "May be given from {}, when the age for this dose is reached.",
    ),
    "after_limit": (
        "初回の期限を過ぎたため、{}からこの回に進みます。",
        "The limit for the initial doses is past: this dose follows from {}.",
    ),
    "after_exclusion": (
        "{}の間は受けられません。{}から受けられます。",
        "Not to be given during {}: may be given from {}.",
    ),
    "completed": ("{}に必要な回数を終えています。", "The doses needed were completed on {}."),
    "window_passed": ("対象期間は{}で終わりました。", "The window ended on {}."),
    "no_more_doses": ("この後に受けられる回はありません。", "No dose can be given any more."),
    "product_ended": (
        "このワクチンを定期に使えたのは{}までです。",
        "This vaccine could be used as routine until {}.",
    ),
    "doses_done": (
        "期間が終わるまでに{}回のうち{}回を受けました。",
        "Of {} doses, {} were given before the window closed.",
    ),
    "doses_done.none": ("{}回のうち1回も受けていません。", "None of {} doses was given."),
    "other_product": ("残りは別のワクチンで受けます。", "What is left is given with another vaccine."),
    "excluded.programme": (
        "対象から除かれています（{}）: {}。",
        "Excluded from the vaccination ({}): {}.",
    ),
    "no_due_date": ("分娩予定日の登録がありません。", "No due date is registered."),
    "sex": ("この予防接種の対象の性別ではありません。", "This vaccination is not for this sex."),
    "birth_cohort": (
        "この予防接種の対象の生年月日ではありません。",
        "This vaccination is not for this date of birth.",
    ),
    "condition": (
        "市町村長が認めた者に限る予防接種です。",
        "This vaccination is only for those recognised by the mayor.",
    ),
}

JAPANESE = {key: (key.partition(".")[0], ja) for key, (ja, _) in WORDING.items()}
"""Code and Japanese sentence by key."""
ENGLISH = dict(WORDING.values())
"""English by Japanese sentence: two keys may share a sentence, and then its twin."""

ROUTES = {"SC": "皮下", "IM": "筋肉内", "PO": "経口", "PC": "管針法"}
THAT_YEAR = Phrase("その年度", "That fiscal year")
EACH_PREGNANCY = Phrase("妊娠ごと", "Each pregnancy")
WINDOW_START = Phrase("対象期間の始まり", "the window's first day")
LAW_START = Phrase("施行の日", "the day the rule came into force")
REASON_ENDED = Phrase("特別の事情がなくなった日", "the day the special circumstances ended")


def said(first: date, last: date) -> Phrase:
    """A stretch of days, open where it reaches beyond any life."""
    start = "" if first == date.min else f"{first}から"
    end = "" if last == date.max else f"{last}まで"
    english_start = "" if first == date.min else f"from {first}"
    english_end = "" if last == date.max else f"to {last}"
    return Phrase(start + end or "期限なし", f"{english_start} {english_end}".strip() or "at any time")


def english(template: str, values: tuple[object, ...]) -> str:
    """The English twin of a sentence with its values filled in; Japanese where there is none."""
    return ENGLISH.get(template, template).format(*(getattr(value, "en", value) for value in values))
