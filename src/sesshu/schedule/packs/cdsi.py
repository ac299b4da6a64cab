"""Loads CDC's CDSi supporting data (XML): one schedule file and one file for each antigen.

Files are known by their root element, so their names may change from version to version; elements that a
version lacks are blank, elements that it adds are left alone. Data before version 3 name conditions by other
code systems than CDSi's; those conditions are not read.
"""

from collections.abc import Iterator
from pathlib import Path

from sesshu.schedule.cdsi.supporting import (
    Antigen,
    Association,
    BirthDateImmunity,
    Contraindication,
    Schedule,
    VaccineConflict,
    VaccineGroup,
    VaccineRow,
)
from sesshu.schedule.packs.cdsi_series import series
from sesshu.schedule.packs.elements import Element, cvx, read
from sesshu.schedule.packs.fields import PackError
from sesshu.schedule.reckoning import Reckoning
from sesshu.schedule.reckoning.cdsi import CdsiReckoning


def load_supporting_data(folder: Path, reckoning: Reckoning | None = None) -> Schedule:
    """The schedule that the XML files under ``folder`` describe.

    Errors: ``FileNotFoundError`` if there is no such folder, ``PackError`` naming file and element.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"フォルダー「{folder}」がありません。")
    calendar = reckoning or CdsiReckoning()
    roots = [read(path, calendar) for path in sorted(folder.rglob("*.xml"))]
    schedules = [root for root in roots if root.tag == "scheduleSupportingData"]
    files = [root for root in roots if root.tag == "antigenSupportingData"]
    if len(schedules) != 1 or not files:
        raise PackError(
            f"フォルダー「{folder}」には <scheduleSupportingData> の XML が1つと <antigenSupportingData> の "
            f"XML が要ります（{len(schedules)} と {len(files)}）。"
        )
    return _schedule(schedules[0], _antigens(files), calendar)


def _antigens(files: list[Element]) -> dict[str, Antigen]:
    found: dict[str, Antigen] = {}
    for file in files:
        antigen = _antigen(file)
        if antigen.name in found:
            raise file.error("targetDisease", f"「{antigen.name}」のファイルが2つあります。")
        found[antigen.name] = antigen
    return found


def _antigen(file: Element) -> Antigen:
    paths = sorted((series(element) for element in file.children("series")), key=lambda s: _ordinal(s.group))
    names = {path.antigen for path in paths}
    if len(names) != 1:
        raise file.error("series", "<targetDisease> を1つに定められません。")
    return Antigen(
        name=names.pop(),
        series=tuple(paths),
        clinical_history=frozenset(
            code
            for immunity in file.children("immunity")
            for guideline in immunity.children("clinicalHistory")
            for code in guideline.texts("guidelineCode")
        ),
        birth_date_immunity=tuple(_birth_date_immunities(file)),
        contraindications=tuple(_contraindications(file, "vaccineGroup")),
        vaccine_contraindications=tuple(_contraindications(file, "vaccine")),
    )


def _ordinal(group: str) -> tuple[int, str]:
    return (int(group), "") if group.isdigit() else (1 << 30, group)


def _birth_date_immunities(file: Element) -> Iterator[BirthDateImmunity]:
    for immunity in file.children("immunity"):
        for row in immunity.children("dateOfBirth"):
            before = row.day("immunityBirthDate")
            if before is not None:
                exclusions = (one.texts("exclusionCode") for one in row.children("exclusion"))
                codes = frozenset(code for found in exclusions for code in found)
                yield BirthDateImmunity(before, row.text("birthCountry"), codes)


def _contraindications(file: Element, level: str) -> Iterator[Contraindication]:
    for holder in file.children("contraindications"):
        for rows in holder.children(level):
            for row in rows.children("contraindication"):
                yield Contraindication(
                    code=row.required("observationCode"),
                    text=row.text("contraindicationText") or "",
                    guidance=row.text("contraindicationGuidance") or "",
                    begin_age=row.duration("beginAge"),
                    end_age=row.duration("endAge"),
                    vaccines=tuple(map(_contraindicated, row.children("contraindicatedVaccine"))),
                )


def _contraindicated(row: Element) -> VaccineRow:
    return VaccineRow(
        cvx=cvx(row.required("cvx")), begin_age=row.duration("beginAge"), end_age=row.duration("endAge")
    )


def _schedule(file: Element, antigens: dict[str, Antigen], reckoning: Reckoning) -> Schedule:
    return Schedule(
        reckoning=reckoning,
        antigens=antigens,
        vaccine_groups=_vaccine_groups(file, antigens),
        associations=dict(map(_associations, file.under("cvxToAntigenMap"))),
        conflicts=_conflicts(file),
        observations={
            row.required("observationCode"): row.text("observationTitle") or ""
            for row in file.under("observations")
        },
    )


def _vaccine_groups(file: Element, antigens: dict[str, Antigen]) -> dict[str, VaccineGroup]:
    """The groups with the antigens whose files are there; a group without any is left out."""
    full = {
        row.required("name"): row.flag("administerFullVaccineGroup") for row in file.under("vaccineGroups")
    }
    found = {}
    for row in file.under("vaccineGroupToAntigenMap"):
        name = row.required("name")
        members = tuple(antigen for antigen in row.texts("antigen") if antigen in antigens)
        if members:
            found[name] = VaccineGroup(name, members, full.get(name, False))
    return found


def _associations(row: Element) -> tuple[str, tuple[Association, ...]]:
    rows = tuple(
        Association(
            antigen=one.required("antigen"),
            begin_age=one.duration("associationBeginAge"),
            end_age=one.duration("associationEndAge"),
        )
        for one in row.children("association")
    )
    return cvx(row.required("cvx")), rows


def _conflicts(file: Element) -> dict[str, tuple[VaccineConflict, ...]]:
    found: dict[str, tuple[VaccineConflict, ...]] = {}
    for row in file.under("liveVirusConflicts", "vaccineConflicts"):
        conflict = VaccineConflict(
            conflicting=_type_of(row, "previous", "conflicting"),
            impacted=_type_of(row, "current", "impacted"),
            begin=_interval(row, "conflictBeginInterval"),
            minimum_end=_interval(row, "minConflictEndInterval"),
            end=_interval(row, "conflictEndInterval"),
        )
        found[conflict.impacted] = (*found.get(conflict.impacted, ()), conflict)
    return found


def _type_of(row: Element, *names: str) -> str:
    for child in row.children(*names):
        return cvx(child.required("cvx"))
    raise row.error(names[0], "ありません。")


def _interval(row: Element, name: str) -> str:
    text = row.duration(name)
    if text is None:
        raise row.error(name, "ありません。")
    return text
