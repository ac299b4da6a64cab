"""Short ways to ask the schedule, for tests that read like cases."""

from datetime import date

from sesshu.schedule import Assessment, DoseGiven, DoseVerdict, Person, ProgrammeStatus, assess, load_pack

PACK = load_pack("jp")


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def ask(
    birth: str,
    sex: str | None,
    on: str,
    *doses: str,
    conditions: tuple[str, ...] = (),
    due_dates: tuple[str, ...] = (),
) -> Assessment:
    """``ask("2026-05-10", "F", "2026-07-20", "2026-07-09=RV1")``."""
    person = Person(
        birth=date.fromisoformat(birth),
        sex=sex,  # type: ignore[arg-type]
        due_dates=tuple(date.fromisoformat(due) for due in due_dates),
        conditions=frozenset(conditions),
    )
    given = [text.split("=") for text in doses]
    return assess(
        person, [DoseGiven(date.fromisoformat(d), v) for d, v in given], date.fromisoformat(on), PACK
    )


def dates(status: ProgrammeStatus) -> tuple[str | None, ...]:
    """Window from and to, earliest, recommended from and to."""
    found = (
        status.eligible_from,
        status.eligible_to,
        status.earliest,
        status.recommended_from,
        status.recommended_to,
    )
    return tuple(one.isoformat() if one else None for one in found)


def judged(verdict: DoseVerdict) -> tuple[object, ...]:
    """Number, evaluation, routine, first reason."""
    return verdict.dose_number, verdict.evaluation, verdict.routine, verdict.reasons[0].code


def state(status: ProgrammeStatus) -> tuple[object, ...]:
    """Status, next dose, first reason."""
    return status.status, status.next_label, status.reasons[0].code
