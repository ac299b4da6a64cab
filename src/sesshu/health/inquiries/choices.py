"""The states of an inquiry, what becomes of what was provided, and what to do after a refusal."""

from __future__ import annotations

from enum import StrEnum

from django.db import models

from sesshu.protocol.refusals import Refusal


class InstitutionKind(models.TextChoices):
    MUNICIPALITY = "municipality", "市区町村"
    PREFECTURE = "prefecture", "都道府県"
    INSURER = "insurer", "医療保険者等"
    WELFARE_OFFICE = "welfare_office", "福祉事務所等"


class State(models.TextChoices):
    QUEUED = "queued", "送信待ち"
    ASKED = "asked", "照会中"
    ANSWERED = "answered", "回答あり"
    REFUSED = "refused", "提供されなかったもの"
    FAILED = "failed", "送れなかったもの"
    CANCELLED = "cancelled", "取りやめ"
    CLOSED = "closed", "処理済み"


PENDING = (State.QUEUED, State.ASKED)


class Closing(models.TextChoices):
    """How an inquiry came to its end."""

    DECIDED = "decided", "回答を処理した"
    NOTHING = "nothing", "記録なしの回答を確認した"
    RETRIED = "retried", "もう一度照会した"
    PAPER = "paper", "文書で照会することにした"
    DROPPED = "dropped", "照会しないことにした"


class Fate(models.TextChoices):
    """What a provided dose is beside those of the ledger."""

    SAME = "same", "同じ記録あり"
    SIMILAR = "similar", "似ている記録あり"
    CONTRADICTORY = "contradictory", "食い違いあり"
    NEW = "new", "新しい記録"
    UNKNOWN = "unknown", "読み替えが必要"


class Decision(models.TextChoices):
    OPEN = "", "未処理"
    TAKEN = "taken", "台帳に登録"
    REPLACED = "replaced", "台帳の記録を訂正"
    SAME = "same", "同じ記録として確認"
    LEFT = "left", "登録しない"


class Next(StrEnum):
    """What a clerk can do after a refusal."""

    RETRY = "もう一度照会する"
    ADDRESS = "転入前の住所と照会先を確かめ、別の市区町村へ照会する"
    WAIT = "符号の取得を待ち、翌日以降にもう一度照会する"
    OTHER_BODY = "照会先を確かめ、別の機関へ照会する"
    LETTER = "照会先へ文書や電話で確認する"
    DOCUMENTS = "本人に証明書などを出してもらい、確認する"
    PAPER = "前住所地へ文書（実施報告・接種歴の照会）や電話で確認する"
    HANDBOOK = "母子健康手帳など、本人の記録で確認する"
    ADMINISTRATOR = "システム担当へ連絡する"


_STEPS: dict[str, tuple[Next, ...]] = {
    Refusal.NOT_LISTED: (Next.ADMINISTRATOR, Next.PAPER),
    Refusal.LIST_OUT_OF_STEP: (Next.RETRY, Next.ADMINISTRATOR),
    Refusal.NO_CODE: (Next.WAIT, Next.HANDBOOK),
    Refusal.NO_PERSON: (Next.ADDRESS, Next.PAPER, Next.HANDBOOK),
    Refusal.UNKNOWN_INSTITUTION: (Next.ADDRESS, Next.ADMINISTRATOR),
    Refusal.WRONG_INSTITUTION: (Next.ADMINISTRATOR,),
    Refusal.FORGED: (Next.ADMINISTRATOR,),
    Refusal.EXPIRED: (Next.RETRY,),
    Refusal.REPLAYED: (Next.RETRY, Next.ADMINISTRATOR),
    Refusal.MISMATCH: (Next.ADMINISTRATOR, Next.PAPER),
    Refusal.INVALID: (Next.ADMINISTRATOR,),
    Refusal.WITHHELD: (Next.PAPER, Next.HANDBOOK),
    Refusal.CANCELLED: (Next.RETRY,),
    Refusal.NO_ANSWER: (Next.RETRY, Next.PAPER),
}


# What takes its place where the inquiry is not about doses that a former city knows.
_OTHERWISE = {Next.ADDRESS: Next.OTHER_BODY, Next.PAPER: Next.LETTER, Next.HANDBOOK: Next.DOCUMENTS}


def steps_after(refusal: str, *, about_doses: bool = True) -> tuple[Next, ...]:
    """What to do next; for a refusal nobody knows: again, or by another way."""
    steps = _STEPS.get(refusal, (Next.RETRY, Next.PAPER, Next.ADMINISTRATOR))
    return steps if about_doses else tuple(_OTHERWISE.get(step, step) for step in steps)


def sentence_of(refusal: str, message: str = "") -> str:
    """The refusal as a clerk reads it."""
    return Refusal(refusal).sentence if refusal in set(Refusal) else message or "提供されませんでした。"
