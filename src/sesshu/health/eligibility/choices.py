"""Where a person stands in a programme, and what became of each person in an extraction."""

from django.db import models


class WindowKind(models.TextChoices):
    """The status of a span of days; ``letter`` is how :class:`Standing` abbreviates it."""

    DUE = "due", "接種対象"
    COMPLETE = "complete", "接種完了"
    AGED_OUT = "aged_out", "対象年齢超過"
    NOT_YET = "not_yet", "時期前"
    NOT_TARGET = "not_target", "対象外"

    @property
    def letter(self) -> str:
        return _LETTERS[self]

    @property
    def status(self) -> str:
        """The same in the words of :mod:`sesshu.schedule`."""
        return "eligible" if self is WindowKind.DUE else str(self.value)


_LETTERS = {
    WindowKind.DUE: "d",
    WindowKind.COMPLETE: "c",
    WindowKind.AGED_OUT: "o",
    WindowKind.NOT_YET: "y",
    WindowKind.NOT_TARGET: "n",
}
LETTERS = {kind.letter: kind for kind in WindowKind}
KIND_OF_STATUS = {kind.status: kind for kind in WindowKind}


class Purpose(models.TextChoices):
    QUESTIONNAIRE = "questionnaire", "予診票"
    REMINDER = "reminder", "再勧奨"


class Fate(models.TextChoices):
    """Why a person is or is not on the list. The first that applies, in this order, is the person's fate."""

    TARGET = "target", "対象"
    MERGED = "merged", "名寄せ済み"
    UNREGISTERED = "unregistered", "住民以外"
    DEAD = "dead", "死亡"
    MOVED_OUT = "moved_out", "転出"
    REMOVED = "removed", "その他の消除"
    NOT_RESIDENT_YET = "not_resident_yet", "基準日に住民でない"
    PROTECTIVE_MEASURE = "protective_measure", "支援措置"
    NO_BIRTH_DATE = "no_birth_date", "生年月日不詳"
    COMPLETE = "complete", "接種完了"
    NOT_YET = "not_yet", "時期前"
    AGED_OUT = "aged_out", "対象年齢超過"
    NOT_TARGET = "not_target", "対象外"
    OUTSIDE_CONDITIONS = "outside_conditions", "指定した条件の外"
    NOT_OVERDUE = "not_overdue", "再勧奨の時期前"
    REFUSED = "refused", "接種を希望しない"
    RETURNED = "returned", "前回の通知が返戻"
    NOTIFIED_BEFORE = "notified_before", "通知済み"
    UNDELIVERABLE = "undeliverable", "送付先なし"
    ADDED = "added", "手で追加"


# Left out, yet shown by name: a clerk may know better or has to do something about them.
SHOWN_FATES = (
    Fate.NOTIFIED_BEFORE,
    Fate.PROTECTIVE_MEASURE,
    Fate.UNDELIVERABLE,
    Fate.NOT_YET,
    Fate.MOVED_OUT,
    Fate.DEAD,
    Fate.REMOVED,
    Fate.NOT_RESIDENT_YET,
    Fate.REFUSED,
    Fate.RETURNED,
)
# No word of a clerk puts these on a list of persons to be written to.
NEVER_ADDED = frozenset({Fate.MERGED, Fate.DEAD, Fate.MOVED_OUT, Fate.REMOVED, Fate.PROTECTIVE_MEASURE})
