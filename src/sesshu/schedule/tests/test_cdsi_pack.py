"""Reading CDC's XML: blanks, both forms of dates, drift between versions, errors with a place (H05)."""

from datetime import date
from pathlib import Path

import pytest

from sesshu.schedule.cdsi import AgeRow, Association, Schedule, VaccineGroup
from sesshu.schedule.packs.cdsi import load_supporting_data
from sesshu.schedule.packs.elements import cvx
from sesshu.schedule.packs.fields import PackError

PLAN = """<scheduleSupportingData>
<liveVirusConflicts><liveVirusConflict>
<previous><vaccineType>MMR</vaccineType><cvx>3</cvx></previous>
<current><vaccineType>Varicella</vaccineType><cvx>21</cvx></current>
<conflictBeginInterval>1 day</conflictBeginInterval>
<minConflictEndInterval>24 days</minConflictEndInterval>
<conflictEndInterval>28 days</conflictEndInterval>
</liveVirusConflict></liveVirusConflicts>
<vaccineGroups><vaccineGroup><name>Zoster </name>
<administerFullVaccineGroup>Yes</administerFullVaccineGroup></vaccineGroup></vaccineGroups>
<vaccineGroupToAntigenMap>
<vaccineGroupMap><name>Zoster</name><antigen>Zoster </antigen></vaccineGroupMap>
<vaccineGroupMap><name>Absent</name><antigen>Absent</antigen></vaccineGroupMap>
</vaccineGroupToAntigenMap>
<cvxToAntigenMap><cvxMap><cvx>121</cvx><association><antigen>Zoster</antigen>
<associationBeginAge>50 years</associationBeginAge><associationEndAge/></association></cvxMap>
</cvxToAntigenMap>
<observations><observation><observationCode>007</observationCode>
<observationTitle>Pregnant</observationTitle></observation></observations>
<novelty><of>a later version</of></novelty>
</scheduleSupportingData>"""

ZOSTER = """<antigenSupportingData>
<immunity><clinicalHistory><guidelineCode>025</guidelineCode></clinicalHistory>
<dateOfBirth><immunityBirthDate>01/31/1980</immunityBirthDate><birthCountry>U.S.</birthCountry>
<exclusion><exclusionCode>055</exclusionCode></exclusion></dateOfBirth></immunity>
<contraindications>
<vaccineGroup><contraindication><observationCode>080</observationCode>
<beginAge/><endAge>2 years</endAge></contraindication></vaccineGroup>
<vaccine><contraindication><observationCode>154</observationCode><contraindicatedVaccine>
<cvx>121</cvx><beginAge/><endAge/></contraindicatedVaccine></contraindication></vaccine>
</contraindications>
<series><seriesName>Second</seriesName><targetDisease>Zoster</targetDisease>
<vaccineGroup>Zoster </vaccineGroup><seriesType>Risk</seriesType>
<equivalentSeriesGroups>1; 3</equivalentSeriesGroups><requiredGender>Female</requiredGender>
<selectSeries><seriesGroup>2</seriesGroup><defaultSeries>No</defaultSeries></selectSeries>
<indication><observationCode><code>055</code></observationCode><beginAge>19 years</beginAge></indication>
<seriesDose><doseNumber>Dose 1</doseNumber></seriesDose></series>
<series><seriesName>First</seriesName><targetDisease>Zoster</targetDisease>
<vaccineGroup>Zoster </vaccineGroup><seriesAdminGuidance>Ask.</seriesAdminGuidance>
<seriesType>Standard</seriesType><requiredGender/><indication/>
<selectSeries><defaultSeries>Yes</defaultSeries><productPath>n/a</productPath><seriesGroup>1</seriesGroup>
<seriesPreference>2</seriesPreference><maxAgeToStart>n/a</maxAgeToStart></selectSeries>
<seriesDose><doseNumber>Dose 1</doseNumber>
<age><absMinAge>50 years  - 4 days</absMinAge><minAge>50 years</minAge><maxAge/>
<effectiveDate>20200131</effectiveDate><cessationDate>12/31/2025</cessationDate></age>
<interval/><allowableInterval/><inadvertentVaccine/><conditionalSkip/>
<preferableVaccine><cvx>187</cvx><endAge> 90 years</endAge><volume>0.5</volume>
<forecastVaccineType>Y</forecastVaccineType></preferableVaccine>
<allowableVaccine><cvx>121</cvx></allowableVaccine>
<recurringDose>No</recurringDose><seasonalRecommendation/></seriesDose>
<seriesDose><doseNumber>Dose 2</doseNumber>
<interval><fromPrevious>N</fromPrevious><fromTargetDose>1</fromTargetDose>
<fromMostRecent>3; 21;121 </fromMostRecent><minInt>8 weeks</minInt>
<intervalPriority>override</intervalPriority></interval>
<conditionalSkip><context>Forecast</context><setLogic>AND</setLogic><set><setID>1</setID>
<conditionLogic>OR</conditionLogic>
<condition><conditionType>Vaccine Count By Date</conditionType><startDate>20220506</startDate>
<doseCount>0</doseCount><doseType>valid</doseType><doseCountLogic>Greater Than</doseCountLogic>
<vaccineTypes>33</vaccineTypes></condition></set></conditionalSkip>
<recurringDose>Yes</recurringDose>
<seasonalRecommendation><startDate>20250701</startDate><endDate/></seasonalRecommendation>
</seriesDose></series>
</antigenSupportingData>"""


def load(folder: Path, plan: str = PLAN, *antigens: str) -> Schedule:
    (folder / "deeper").mkdir()
    (folder / "ScheduleSupportingData.xml").write_text(plan, encoding="utf-8")
    for n, text in enumerate(antigens or (ZOSTER,)):
        (folder / "deeper" / f"Antigen {n}.xml").write_text(text, encoding="utf-8")
    (folder / "other.xml").write_text("<readme/>", encoding="utf-8")
    return load_supporting_data(folder)


def test_h05_the_schedule(tmp_path: Path) -> None:
    plan = load(tmp_path)
    assert plan.vaccine_groups == {"Zoster": VaccineGroup("Zoster", ("Zoster",), administer_full=True)}
    assert plan.associations == {"121": (Association("Zoster", "50 years", None),)}
    [conflict] = plan.conflicts["21"]
    assert (conflict.conflicting, conflict.minimum_end, conflict.end) == ("03", "24 days", "28 days")
    assert plan.observations == {"007": "Pregnant"}


def test_h05_immunity_and_contraindications(tmp_path: Path) -> None:
    antigen = load(tmp_path).antigens["Zoster"]
    assert antigen.clinical_history == {"025"}
    [born] = antigen.birth_date_immunity
    assert (born.before, born.country, born.exclusions) == (date(1980, 1, 31), "U.S.", {"055"})
    [barred] = antigen.contraindications
    assert (barred.code, barred.begin_age, barred.end_age) == ("080", None, "2 years")
    assert [row.cvx for row in antigen.vaccine_contraindications[0].vaccines] == ["121"]


def test_h05_series_and_doses(tmp_path: Path) -> None:
    first, second = load(tmp_path).antigens["Zoster"].series
    assert (first.name, first.group, first.default, first.preference) == ("First", "1", True, 2)
    assert (first.genders, first.indications, first.max_age_to_start) == (frozenset(), (), None)
    assert (first.vaccine_group, first.guidance) == ("Zoster", ("Ask.",))
    assert (second.type, second.equivalent_groups, second.genders) == ("Risk", {"1", "3"}, {"Female"})
    assert [(row.code, row.begin_age, row.end_age) for row in second.indications] == [
        ("055", "19 years", None)
    ]
    one, two = first.doses
    age = AgeRow(date(2020, 1, 31), date(2025, 12, 31), "50 years - 4 days", "50 years")
    assert (one.ages, one.intervals, one.skips, one.inadvertent) == ((age,), (), (), frozenset())
    [vaccine] = one.preferable
    assert (vaccine.cvx, vaccine.end_age, vaccine.volume, vaccine.forecast) == ("187", "90 years", 0.5, True)
    assert list(one.allowable) == ["121"]
    assert (one.recurring, one.season_start) == (False, None)
    [interval] = two.intervals
    assert (interval.from_previous, interval.from_target_dose, interval.priority) == (False, 1, True)
    assert interval.from_most_recent == {"03", "21", "121"}
    assert (two.recurring, two.season_start, two.season_end) == (True, date(2025, 7, 1), None)


def test_h05_skips(tmp_path: Path) -> None:
    [skip] = load(tmp_path).antigens["Zoster"].series[0].doses[1].skips
    assert (skip.contexts, skip.all_sets) == ({"Forecast"}, True)
    [only] = skip.sets
    [condition] = only.conditions
    assert only.any_condition
    assert (condition.type, condition.start, condition.end) == ("vaccine count", date(2022, 5, 6), None)
    assert (condition.dose_count_logic, condition.dose_count, condition.valid_only) == (
        "greater than",
        0,
        True,
    )
    assert condition.vaccine_types == {"33"}


def test_h05_a_version_that_lacks_elements_is_read(tmp_path: Path) -> None:
    bare = """<antigenSupportingData><series><seriesName>S</seriesName><targetDisease>Zoster</targetDisease>
    <vaccineGroup>Zoster</vaccineGroup><seriesDose><doseNumber>1</doseNumber></seriesDose></series>
    </antigenSupportingData>"""
    [path] = load(tmp_path, PLAN, bare).antigens["Zoster"].series
    assert (path.type, path.group, path.priority, path.doses[0].number) == ("Standard", "", "A", 1)


def test_h05_a_version_of_another_shape_is_read(tmp_path: Path) -> None:
    """Version 2: selectBest, gender with the dose, types one by one, no contexts, codes of other systems."""
    old = """<antigenSupportingData><immunity><clinicalHistory><guideline>Immune</guideline><mapping>
    <conceptCode>371111005</conceptCode></mapping></clinicalHistory>
    <dateOfBirth><immunityBirthDate>01/01/1957</immunityBirthDate><exclusion><exclusionCondition>Personnel
    </exclusionCondition></exclusion></dateOfBirth></immunity>
    <series><seriesName>S</seriesName><targetDisease>Zoster</targetDisease><vaccineGroup>Zoster</vaccineGroup>
    <selectBest><defaultSeries>Yes</defaultSeries><maxAgeToStart>5 Years</maxAgeToStart></selectBest>
    <seriesDose><doseNumber>Dose 1</doseNumber><interval><fromPrevious>N</fromPrevious><fromMostRecent>
    <vaccineType>MMR</vaccineType><cvx>3</cvx></fromMostRecent></interval>
    <conditionalSkip><setLogic>OR</setLogic><set><conditionLogic/><condition><conditionType>Age</conditionType>
    <beginAge>7 years</beginAge></condition></set></conditionalSkip>
    <requiredGender>Male</requiredGender></seriesDose></series></antigenSupportingData>"""
    antigen = load(tmp_path, PLAN, old).antigens["Zoster"]
    [path] = antigen.series
    [one] = path.doses
    assert (path.default, path.max_age_to_start, path.genders) == (True, "5 Years", {"Male"})
    assert one.intervals[0].from_most_recent == {"03"}
    assert one.skips[0].contexts == {"Evaluation", "Forecast"}
    assert antigen.clinical_history == frozenset()
    assert antigen.birth_date_immunity[0].before == date(1957, 1, 1)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (
            "<minAge>50 years</minAge>",
            "<minAge>fifty</minAge>",
            r"Antigen 0\.xml.*First.*Dose 1.*<minAge>.*fifty",
        ),
        ("20200131", "20200231", r"<effectiveDate>.*20200231"),
        ("20200131", "soon", r"<effectiveDate>.*soon"),
        ("<recurringDose>No<", "<recurringDose>Perhaps<", r"<recurringDose>.*Perhaps"),
        ("Vaccine Count By Date", "Mood", r"Dose 2.*<conditionType>.*Mood"),
        ("<context>Forecast<", "<context>Dream<", r"<context>.*Dream"),
        ("<seriesName>First<", "<seriesName><", r"<seriesName>.*ありません"),
        ("<volume>0.5<", "<volume>half<", r"<volume>.*half"),
        ("Dose 2", "Dose two", r"<doseNumber>.*Dose two"),
        ("<requiredGender>Female<", "<requiredGender>Cat<", r"Second.*<requiredGender>.*Cat"),
        ("<targetDisease>Zoster</targetDisease>", "<targetDisease>Else</targetDisease>", r"<targetDisease>"),
        ("</series>", "</serious>", r"Antigen 0\.xml: XML として読めません"),
        ("<cvx>187</cvx>", "", r"<cvx>.*ありません"),
    ],
)
def test_h05_broken_data_are_refused_with_file_and_element(
    tmp_path: Path, old: str, new: str, place: str
) -> None:
    with pytest.raises(PackError, match=place):
        load(tmp_path, PLAN, ZOSTER.replace(old, new, 1))


def test_h05_a_folder_without_the_right_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no-such"):
        load_supporting_data(tmp_path / "no-such")
    with pytest.raises(PackError, match="scheduleSupportingData"):
        load_supporting_data(tmp_path)
    with pytest.raises(PackError, match="2つあります"):
        load(tmp_path, PLAN, ZOSTER, ZOSTER)
    (tmp_path / "again.xml").write_text(PLAN, encoding="utf-8")
    with pytest.raises(PackError, match="2 と 2"):
        load_supporting_data(tmp_path)


def test_h05_a_conflict_without_its_intervals_is_refused(tmp_path: Path) -> None:
    broken = PLAN.replace("<conflictEndInterval>28 days</conflictEndInterval>", "")
    with pytest.raises(PackError, match=r"ScheduleSupportingData\.xml.*<conflictEndInterval>"):
        load(tmp_path, broken)


def test_h05_codes_are_padded() -> None:
    assert [cvx(code) for code in ("3", " 03", "100", "A1")] == ["03", "03", "100", "A1"]
