"""Select best patient series (8.1 to 8.3, 8.7, 8.8)."""

from collections.abc import Iterable
from itertools import groupby

from sesshu.schedule.cdsi.patient_series import PatientSeries
from sesshu.schedule.cdsi.scoring import complete_points, in_process_points, no_valid_doses_points
from sesshu.schedule.cdsi.situation import Situation


def select(paths: list[PatientSeries], situation: Situation) -> None:
    """Mark the prioritized series of each series group of an antigen, and the best ones among them.

    ``paths`` are all relevant series of the antigen, in order of their series group.
    """
    chosen: dict[str, PatientSeries] = {}
    for group, members in groupby(paths, key=lambda path: path.series.group):
        best = _prioritized(list(members), situation)
        if best is not None:
            best.prioritized = True
            chosen[group] = best
    for path in chosen.values():
        path.best = _is_best(path, chosen)


def is_complete(path: PatientSeries) -> bool:
    """SELECTB-6."""
    return path.status == "Complete"


def is_in_process(path: PatientSeries) -> bool:
    """SELECTB-16: a satisfied target dose, and Not Complete."""
    return path.status == "Not Complete" and path.valid_doses > 0


def _scorable(group: list[PatientSeries], situation: Situation) -> list[PatientSeries]:
    """8.1: SELECTB-24 leaves out the contraindicated unless all are; SELECTSCORE-2 chooses among the rest."""
    able = [path for path in group if path.status != "Contraindicated"] or group
    first = min(path.series.priority for path in group)
    none_given = not any(path.valid_doses for path in group)
    open_to_all = none_given and not any(path.series.default for path in group)
    found = []
    for path in able:
        kind = path.series.type
        if kind == "Risk":
            fits = path.series.priority <= first
        elif kind == "Standard":
            fits = open_to_all or _started_in_time(path, situation)
        else:
            fits = is_complete(path)
        if fits:
            found.append(path)
    return found


def _started_in_time(path: PatientSeries, situation: Situation) -> bool:
    """SELECTSCORE-2: the earliest valid dose was given before the maximum age to start date."""
    first = next((verdict for verdict in path.verdicts if verdict.status == "Valid"), None)
    if first is None:
        return False
    limit = situation.age_date(path.series.max_age_to_start)
    return limit is None or first.shot.day < limit


def _prioritized(group: list[PatientSeries], situation: Situation) -> PatientSeries | None:
    """Table 8-3, and where it finds no single series the scores (8.3 to 8.7). SELECTB-7: default series."""
    scorable = _scorable(group, situation)
    defaults = [path for path in group if path.series.default]
    if not scorable:
        return defaults[0] if len(defaults) == 1 else None
    if len(scorable) == 1:
        return scorable[0]
    complete = [path for path in scorable if is_complete(path)]
    in_process = [path for path in scorable if is_in_process(path)]
    if len(complete) == 1:
        return complete[0]
    if not complete and len(in_process) == 1:
        return in_process[0]
    if not complete and not in_process and len(defaults) == 1:
        return defaults[0]
    return _highest(scorable, complete, in_process, situation)


def _highest(
    scorable: list[PatientSeries],
    complete: list[PatientSeries],
    in_process: list[PatientSeries],
    situation: Situation,
) -> PatientSeries:
    """Table 8-5 chooses the class that is scored; SELECTBEST-1, -2: highest score, then series preference.

    The table is silent where series have valid doses and none is complete or in process; those without a
    valid dose are scored then, or if there is none, all.
    """
    if complete:
        scored, points = complete, complete_points(complete)
    elif in_process:
        scored, points = in_process, in_process_points(in_process, situation)
    else:
        most = max(path.valid_doses for path in scorable)
        scored = [path for path in scorable if path.valid_doses == most]
        points = no_valid_doses_points(scored, situation)
    ranked = sorted(range(len(scored)), key=lambda n: (-points[n], _preference(scored[n])))
    return scored[ranked[0]]


def _preference(path: PatientSeries) -> int:
    return path.series.preference if path.series.preference is not None else 1 << 30


def _is_best(path: PatientSeries, chosen: dict[str, PatientSeries]) -> bool:
    """Table 8-14. Equivalence is read from the series under test; the other's data need not return it."""
    if is_complete(path):
        return True
    equivalent = [chosen[group] for group in path.series.equivalent_groups if group in chosen]
    if any(map(is_complete, equivalent)) or path.series.type == "Evaluation Only":
        return False
    return path.series.type == "Risk" or not any(other.series.type == "Risk" for other in equivalent)


def complete_groups(paths: Iterable[PatientSeries]) -> set[str]:
    """Series groups with a complete relevant series, for the skip of type Completed Series (table 6-7)."""
    return {path.series.group for path in paths if is_complete(path)}
