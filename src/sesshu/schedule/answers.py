"""An assessment in the words of the command line: plain data for JSON, and a table for people."""

import unicodedata
from datetime import date
from typing import Any

from sesshu.schedule.model import Assessment, Confidence, DoseVerdict, ProgrammeStatus, Reason
from sesshu.schedule.supporting import Pack

_EVALUATIONS = {"valid": "有効", "not_valid": "無効", "extraneous": "余分", "sub_standard": "基準外"}
_STATUSES = {
    "eligible": "受けられる",
    "not_yet": "まだ",
    "complete": "完了",
    "aged_out": "期間終了",
    "not_target": "対象外",
}
_UNSURE = {
    "medium": "（根拠の一部は当時の原文で確認できていません）",
    "low": "（根拠は原文で確認できていません）",
}


def as_data(assessment: Assessment) -> dict[str, Any]:
    """Doses and programmes as lists of plain values; dates are ISO 8601 text."""
    return {
        "doses": [_dose(verdict) for verdict in assessment.doses],
        "programmes": [_programme(status) for status in assessment.programmes],
    }


def _dose(verdict: DoseVerdict) -> dict[str, Any]:
    return {
        "date": verdict.date.isoformat(),
        "vaccine": verdict.vaccine,
        "programme": verdict.programme,
        "dose_number": verdict.dose_number,
        "dose_label": verdict.dose_label,
        "evaluation": verdict.evaluation,
        "routine": verdict.routine,
        "reasons": [_reason(reason) for reason in verdict.reasons],
        "error": verdict.error,
        "next_step": _reason(verdict.next_step) if verdict.next_step else None,
        "confidence": verdict.confidence,
    }


def _programme(status: ProgrammeStatus) -> dict[str, Any]:
    return {
        "programme": status.programme,
        "status": status.status,
        "next_dose": status.next_dose,
        "next_label": status.next_label,
        "period": status.period,
        "eligible_from": _day(status.eligible_from),
        "eligible_to": _day(status.eligible_to),
        "earliest": _day(status.earliest),
        "last_day": _day(status.last_day),
        "recommended_from": _day(status.recommended_from),
        "recommended_to": _day(status.recommended_to),
        "remaining": status.remaining,
        "reasons": [_reason(reason) for reason in status.reasons],
        "confidence": status.confidence,
    }


def _reason(reason: Reason) -> dict[str, str]:
    return {
        "code": reason.code,
        "text": reason.text,
        "text_en": reason.text_en,
        "article": reason.article,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def as_table(assessment: Assessment, pack: Pack) -> str:
    """Two tables in Japanese: the doses judged, then every programme."""
    doses = [_dose_cells(verdict, pack) for verdict in assessment.doses]
    programmes = [_programme_cells(status, pack) for status in assessment.programmes]
    parts = []
    if doses:
        parts.append(_table(["接種日", "ワクチン", "回", "判定", "定期", "理由"], doses))
    parts.append(
        _table(["予防接種", "状態", "次の回", "対象期間", "次に受けられる日", "標準", "理由"], programmes)
    )
    return "\n\n".join(parts)


def _dose_cells(verdict: DoseVerdict, pack: Pack) -> list[str]:
    vaccine = pack.vaccines.get(verdict.vaccine)
    return [
        verdict.date.isoformat(),
        vaccine.name if vaccine else verdict.vaccine,
        verdict.dose_label or "－",
        _EVALUATIONS[verdict.evaluation],
        "定期" if verdict.routine else "－",
        _sentence(verdict.reasons, verdict.confidence, verdict.next_step),
    ]


def _programme_cells(status: ProgrammeStatus, pack: Pack) -> list[str]:
    return [
        pack.programmes[status.programme].name,
        _STATUSES[status.status],
        status.next_label or "－",
        _stretch(status.eligible_from, status.eligible_to),
        status.earliest.isoformat() if status.earliest else "－",
        _stretch(status.recommended_from, status.recommended_to),
        _sentence(status.reasons, status.confidence),
    ]


def _stretch(start: date | None, end: date | None) -> str:
    if start is None and end is None:
        return "－"
    return f"{start or ''}〜{end or ''}"


def _sentence(reasons: tuple[Reason, ...], confidence: Confidence, next_step: Reason | None = None) -> str:
    parts = [f"{r.text}［{r.article}］" if r.article else r.text for r in reasons]
    if next_step is not None:
        parts.append(next_step.text)
    if confidence != "high":
        parts.append(_UNSURE[confidence])
    return " ".join(parts)


def _table(header: list[str], rows: list[list[str]]) -> str:
    widths = [max(_width(row[n]) for row in [header, *rows]) for n in range(len(header) - 1)]
    return "\n".join(_line(row, widths) for row in [header, *rows])


def _line(cells: list[str], widths: list[int]) -> str:
    padded = [cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=False)]
    return "  ".join([*padded, cells[-1]]).rstrip()


def _width(text: str) -> int:
    """Columns that the text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(char) in "FWA" else 1 for char in text)
