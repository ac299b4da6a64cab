"""What staff read beside a dose and a programme: the sentence with its dates, and the article (H05).

Dates are worked out by hand: N日以上 leaves N full days between; an age is reached on the eve of its day.
"""

from dataclasses import replace
from datetime import date

import pytest

from sesshu.schedule import DoseGiven, LongTermIllness, Person, assess
from sesshu.schedule.logic.relevance import relevant
from sesshu.schedule.logic.stretch import cited, confidence
from sesshu.schedule.tests.asking import PACK, ask

BORN = "2026-05-10"


@pytest.mark.parametrize(
    ("birth", "on", "doses", "code", "text", "article"),
    [
        (
            "1950-01-01",
            "2026-11-22",
            ["2026-10-05=Flu-HA", "2026-11-05=Flu-HA"],
            "already_given",
            "2026-10-05に受けているため、この期間の2回目です。",
            "実施規則23条",
        ),
        (
            "1950-01-01",
            "2026-11-22",
            ["2026-10-05=Flu-HA"],
            "routine",
            "その年度の1回目です。",
            "実施規則23条",
        ),
        (
            "1955-11-22",
            "2026-11-22",
            ["2026-08-05=COVID"],
            "out_of_season",
            "接種期間の外の任意の接種です。",
            "実施規則24条",
        ),
        (
            "1955-11-22",
            "2026-11-22",
            ["2022-10-05=COVID"],
            "temporary",
            "特例臨時接種であり、定期接種ではありません。",
            "改正前の法附則7条",
        ),
        (
            "1940-01-01",
            "2026-12-01",
            ["2026-09-30=Flu-HA-HD"],
            "before_listing",
            "高用量インフルエンザHAが定期に使われる2026-10-01より前の任意の接種です。回数には数えます。",
            "実施規則23条",
        ),
        (  # 56 full days after 2013-03-17 end on 2013-05-12
            "2012-12-01",
            "2013-08-01",
            ["2013-03-17=DPT-IPV", "2013-05-14=DPT-IPV"],
            "interval_too_long",
            "当時の法定の間隔（56日まで）では2013-05-13までのところ、1日過ぎた接種です。",
            "実施規則9条",
        ),
        (
            BORN,
            "2026-10-01",
            ["2026-07-09=Hib", "2026-07-29=Hib"],
            "interval_too_short",
            "間隔が足りません: 前の接種2026-07-09から27日以上空けると2026-08-06から、8日早い接種です。",
            "実施規則9条4項",
        ),
        (
            BORN,
            "2026-10-01",
            ["2026-07-09=Hib", "2026-07-30=Hib"],
            "doctor_judged",
            "前の接種2026-07-09から20日以上は空いていますが27日に足りません。"
            "医師が必要と認めたときに限り定期です。",
            "実施規則9条4項",
        ),
        (
            "2025-12-10",
            "2027-01-01",
            ["2026-06-01=BCG", "2026-08-01=BCG"],
            "after_completion",
            "必要な回数を2026-06-01に終えた後の接種です。",
            "実施規則16条",
        ),
        (
            "2025-12-10",
            "2028-01-01",
            ["2026-12-10=BCG"],
            "too_late",
            "遅すぎます: 対象期間は2026-12-09まで、1日過ぎた接種です。",
            "実施規則16条",
        ),
        (
            BORN,
            "2027-01-01",
            ["2026-07-10=RV1", "2026-08-10=RV5"],
            "wrong_product",
            "この回にロタ5価は使えません。",
            "実施規則21条",
        ),
        (
            BORN,
            "2027-01-01",
            ["2026-07-10=DPT-IPV"],
            "product_not_routine",
            "四種混合が定期に使えたのは2026-03-31までで、任意の接種です。",
            "実施規則9条",
        ),
        (
            "2025-05-10",
            "2027-01-10",
            ["2026-05-20=MR", "2026-06-10=VZV-live"],
            "vaccine_conflict",
            "他のワクチンとの間隔が足りません: 麻しん風しん混合（2026-05-20）から27日以上空けると"
            "2026-06-17から、7日早い接種です。",
            "定期接種実施要領",
        ),
        (
            "2018-05-10",
            "2027-01-10",
            ["2018-07-20=PCV13", "2018-07-26=Hib"],
            "vaccine_conflict",
            "他のワクチンとの間隔が足りません: 13価肺炎球菌結合型（2018-07-20）から6日以上空けると"
            "2018-07-27から、1日早い接種です。",
            "定期接種実施要領（令和2年9月30日まで）",
        ),
    ],
)
def test_h05_a_dose_is_told_with_its_dates_and_its_article(
    birth: str, on: str, doses: list[str], code: str, text: str, article: str
) -> None:
    reason = ask(birth, "F", on, *doses).doses[-1].reasons[0]
    assert (reason.code, reason.text) == (code, text)
    assert article in reason.article


@pytest.mark.parametrize(
    ("given", "code", "text"),
    [
        ("2026-09-07", "too_early", "早すぎます: 妊娠28週0日は2026-09-08、1日早い接種です。"),
        ("2026-09-08", "routine", "妊娠ごとの1回目です。"),
        ("2026-11-09", "routine", "妊娠ごとの1回目です。"),
        ("2026-11-10", "too_late", "遅すぎます: 対象期間は2026-11-09まで、1日過ぎた接種です。"),
    ],
)
def test_h05_a_dose_in_pregnancy_is_told_by_its_week(given: str, code: str, text: str) -> None:
    """Due on 2026-12-01: 28週0日 is 84 days before, 36週6日 22 days before (施行令3条1項の表)."""
    told = ask("1995-01-01", "F", "2026-12-22", f"{given}=RSV-preF-maternal", due_dates=("2026-12-01",))
    reason = told.doses[0].reasons[0]
    assert (reason.code, reason.text) == (code, text)
    assert "実施規則22条" in reason.article


@pytest.mark.parametrize(
    ("birth", "on", "doses", "programme", "text"),
    [
        (BORN, "2026-06-12", [], "rota", "出生6週0日後（2026-06-21）から受けられます。"),
        (BORN, "2026-06-12", [], "hib", "生後2月に達した日（2026-07-09）から受けられます。"),
        (
            BORN,
            "2026-08-30",
            ["2026-05-10=HepB", "2026-06-12=HepB"],
            "hepb",
            "前の接種2026-05-10から139日以上空けるため、2026-09-27から受けられます。",
        ),
        (
            "2025-05-10",
            "2026-06-01",
            ["2026-05-20=MR"],
            "varicella",
            "麻しん風しん混合（2026-05-20）から27日以上空けるため、2026-06-17から受けられます。",
        ),
        (BORN, "2027-05-12", [], "hepb", "対象期間は2027-05-09で終わりました。"),
        (BORN, "2026-10-01", ["2026-07-09=Hib"], "hib", "2026-08-06から2027-05-09まで受けられます。"),
    ],
)
def test_h05_a_programme_is_told_by_what_opens_or_closed_it(
    birth: str, on: str, doses: list[str], programme: str, text: str
) -> None:
    reason = ask(birth, "F", on, *doses).programme(programme).reasons[0]
    assert reason.text == text
    assert reason.article


@pytest.mark.parametrize(
    ("volume", "route", "text", "english"),
    [
        (
            1.0,
            "SC",
            "接種量1mLは定めの0.25又は0.5mLと違います。",
            "The volume of 1 mL differs from the prescribed 0.25 or 0.5 mL.",
        ),
        (
            0.25,
            "PO",
            "接種方法（経口）は定めの筋肉内又は皮下と違います。",
            "The route (PO) differs from the prescribed one (IM or SC).",
        ),
        (
            0.25,
            "ID",
            "接種方法（ID）は定めの筋肉内又は皮下と違います。",
            "The route (ID) differs from the prescribed one (IM or SC).",
        ),
    ],
)
def test_h05_a_wrong_volume_or_route_is_told_beside_every_right_one(
    volume: float, route: str, text: str, english: str
) -> None:
    """実施規則20条: on the eve of the tenth birthday, 2026-08-30, both volumes and both routes are right."""
    illness = LongTermIllness(date(2026, 8, 20), date(2016, 9, 1))
    child = Person(date(2016, 8, 31), "F", long_term_illness=(illness,))
    given = DoseGiven(date(2026, 8, 30), "HepB", volume_ml=volume, route=route)
    reason = assess(child, [given], date(2026, 9, 10), PACK).doses[0].reasons[0]
    assert (reason.text, reason.text_en) == (text, english)
    assert "実施規則20条" in reason.article


def test_h05_a_window_is_as_well_founded_as_the_weaker_of_the_rows_that_open_it() -> None:
    """An article that is low or medium by itself does not become better by another that is not."""
    rule = next(rule for rule in PACK.rules if rule.programme == "pcv")
    window = PACK.later_windows[0]
    terms = relevant(PACK, date(2026, 5, 10), "F")
    ordinary = terms.stretches(next(r for r in PACK.rules if r.programme == "bcg"))[0]
    for of_rule, of_window, told in (
        ("high", "high", "high"),
        ("high", "medium", "medium"),
        ("low", "medium", "low"),
        ("medium", "low", "low"),
    ):
        weaker = replace(rule, confidence=of_rule)
        later = ordinary._replace(later=replace(window, confidence=of_window))
        assert confidence(weaker, later) == told
        assert confidence(weaker, ordinary) == confidence(weaker, None) == of_rule
        assert cited(weaker, later) == f"{window.article}、{rule.article}"
        assert cited(weaker, ordinary) == cited(weaker, None) == rule.article
