"""Who may be vaccinated when, and what a dose given was worth: the rules engine, pure Python.

Evaluation, then forecast, over supporting data, in the terms of the CDSi Logic Specification; the Japanese
schedule is the pack ``jp`` and the Japanese calendar ``reckoning.japan``.

>>> from datetime import date
>>> pack = load_pack("jp")
>>> child = Person(birth=date(2026, 5, 10), sex="F")
>>> doses = (DoseGiven(date(2026, 7, 6), "PCV20"), DoseGiven(date(2026, 7, 9), "DPT-IPV-Hib"))
>>> result = assess(child, doses, on=date(2026, 7, 20), pack=pack)
>>> [(d.vaccine, d.evaluation, d.routine) for d in result.doses]
[('PCV20', 'not_valid', False), ('DPT-IPV-Hib', 'valid', True)]
>>> result.doses[0].reasons[0].text
'早すぎます: 生後2月に達した日は2026-07-09、3日早い接種です。'
>>> five = result.programme("dpt-ipv-hib")
>>> result.doses[0].error, result.doses[0].next_step.text
('age', '次は初回1を2026-07-09から2031-05-09まで受けられます。')
>>> five.status, five.next_label, five.earliest.isoformat(), five.eligible_to.isoformat()
('not_yet', '初回2', '2026-07-30', '2033-11-09')
"""

from sesshu.schedule.assessing import assess, eligible_windows, timeline
from sesshu.schedule.model import (
    Assessment,
    DoseGiven,
    DoseVerdict,
    Exclusion,
    LongTermIllness,
    Person,
    ProgrammeStatus,
    Reason,
    Span,
    Window,
    Windows,
)
from sesshu.schedule.packs import load_pack
from sesshu.schedule.supporting import Pack

__all__ = [
    "Assessment",
    "DoseGiven",
    "DoseVerdict",
    "Exclusion",
    "LongTermIllness",
    "Pack",
    "Person",
    "ProgrammeStatus",
    "Reason",
    "Span",
    "Window",
    "Windows",
    "assess",
    "eligible_windows",
    "load_pack",
    "timeline",
]
