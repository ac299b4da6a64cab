"""The courses of vaccination the demo's children and young people went through, each in its own time.

Only how a course is usually gone through stands here, to make plausible histories; what was lawful is the
business of `sesshu.schedule`. Source: 予防接種法施行令3条, 予防接種実施規則 and the standard periods of the
定期接種実施要領 of each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sesshu.kernel.dates import Interval, fiscal_year, fiscal_year_end, fiscal_year_start, reach, school_start

Window = Callable[[date], tuple[date, date]]


@dataclass(frozen=True, slots=True)
class Step:
    """A dose of a course: `gap` from the one before, not before the age `months`; left out when its day
    would lie after the age `by`. Families come `delay` days late on average, `most` at most."""

    gap: Interval | None = None
    months: int = 0
    by: int = 0
    delay: float = 9
    most: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """How a programme's doses follow each other.

    `eras`: from which day which product is given. `steps`: by the age in months at which the first dose
    falls later than, the doses. `first`: the days between which the course could be begun. `born`: for
    whom. `together`: given at the visits of infancy, on the same days as other such courses.
    """

    programme: str
    eras: tuple[tuple[date, str], ...]
    window: Window
    steps: tuple[tuple[int, tuple[Step, ...]], ...]
    coverage: float
    born: tuple[date, date] = (date.min, date.max)
    first: tuple[date, date] = (date.min, date.max)
    sex: str = ""
    together: bool = False
    delay: float = 25
    chosen: tuple[float, float] = (0.0, 1.0)

    def product(self, day: date) -> str:
        """The vaccine given on `day`; blank before there was one."""
        found = ""
        for since, vaccine in self.eras:
            if day >= since:
                found = vaccine
        return found


def _months(first: int, last: int) -> Window:
    return lambda birth: (reach(birth, months=first), reach(birth, months=last))


def _rota(last_day: int) -> Window:
    return lambda birth: (reach(birth, months=2), birth + timedelta(days=last_day))


def _always(first: date, last: date) -> Window:
    return lambda birth: (first, last)


def _fiscal_years(first: int, last: int) -> Window:
    def window(birth: date) -> tuple[date, date]:
        start = fiscal_year(reach(birth, years=first))
        return fiscal_year_start(start), fiscal_year_end(fiscal_year(reach(birth, years=last)))

    return window


def _year_before_school(birth: date) -> tuple[date, date]:
    start = school_start(birth)
    return date(start.year - 1, 4, 1), start - timedelta(days=1)


_D = Interval.parse
_FOUR_WEEKS = _D("27d")
_PRIMARY = (Step(), Step(_FOUR_WEEKS), Step(_FOUR_WEEKS))
_DPT = ((0, (*_PRIMARY, Step(_D("6m"), months=12, delay=60))),)
_OLD_DPT = ((0, (*_PRIMARY, Step(_D("12m"), delay=50))),)
_HIB = (
    (0, (Step(), Step(_FOUR_WEEKS, by=12), Step(_FOUR_WEEKS, by=12), Step(_D("7m"), months=12, delay=30))),
    (7, (Step(), Step(_FOUR_WEEKS, by=12), Step(_D("7m"), delay=30))),
    (12, (Step(),)),
)
_PCV = (
    (0, (Step(), Step(_FOUR_WEEKS, by=12), Step(_FOUR_WEEKS, by=12), Step(_D("60d"), months=12, delay=30))),
    (7, (Step(), Step(_FOUR_WEEKS, by=24), Step(_D("60d"), months=12, delay=30))),
    (12, (Step(), Step(_D("60d"), delay=30))),
    (24, (Step(),)),
)
_ONCE = ((0, (Step(),)),)
_HPV9 = (
    (0, (Step(), Step(_D("5m"), delay=35))),
    (180, (Step(), Step(_D("1m"), delay=40), Step(_D("3m"), delay=40))),
)
_HPV3 = ((0, (Step(), Step(_D("1m"), delay=15), Step(_D("4m"), delay=30))),)
_CATCH_UP = ((0, (Step(), Step(_D("1m"), delay=40), Step(_D("3m"), delay=40))),)
_JE_SPECIAL = (
    (
        0,
        (
            Step(),
            Step(_D("6d"), delay=9, most=20),
            Step(_D("6m"), delay=90),
            Step(_D("6d"), months=108, delay=200),
        ),
    ),
)
_NEVER = date.max
_FIVE_IN_ONE = date(2024, 4, 1)
_FOUR_IN_ONE = date(2012, 11, 1)
_FROM_TWO_MONTHS = date(2023, 2, 2)  # born from here on, two months are reached when it became the start

COURSES: tuple[Course, ...] = (
    Course("dpt", ((date(1995, 4, 1), "DPT"),), _months(3, 90), _OLD_DPT, 0.94,
           born=(date(1995, 1, 1), date(2012, 7, 31)), together=True),
    Course("ipv", ((date(2012, 9, 1), "IPV"),), _months(8, 90), _OLD_DPT, 0.6,
           born=(date(2012, 1, 1), date(2012, 7, 31)), together=True),
    Course("dpt-ipv", ((_FOUR_IN_ONE, "DPT-IPV"), (date(2025, 8, 1), "DPT-IPV-Hib")), _months(3, 90), _DPT,
           0.96, born=(date(2012, 8, 1), date(2023, 2, 1)), together=True),
    Course("dpt-ipv", ((_FOUR_IN_ONE, "DPT-IPV"), (date(2025, 8, 1), "DPT-IPV-Hib")), _months(2, 90), _DPT,
           0.96, born=(_FROM_TWO_MONTHS, _NEVER), first=(date.min, date(2024, 3, 31)), together=True),
    Course("dpt-ipv-hib", ((_FIVE_IN_ONE, "DPT-IPV-Hib"),), _months(2, 90), _DPT, 0.97,
           born=(_FROM_TWO_MONTHS, _NEVER), first=(_FIVE_IN_ONE, _NEVER), together=True),
    Course("hib", ((date(2013, 4, 1), "Hib"),), _months(2, 60), _HIB, 0.96,
           born=(date(2013, 2, 2), _NEVER), first=(date(2013, 4, 1), date(2024, 3, 31)), together=True),
    Course("pcv", ((date(2013, 4, 1), "PCV7"), (date(2013, 11, 1), "PCV13"), (date(2024, 4, 1), "PCV15"),
                   (date(2024, 10, 1), "PCV20")), _months(2, 60), _PCV, 0.97,
           born=(date(2013, 2, 2), _NEVER), together=True),
    Course("hepb", ((date(2016, 10, 1), "HepB"),), _months(2, 12),
           ((0, (Step(), Step(_FOUR_WEEKS), Step(_D("111d"), delay=20))),), 0.96,
           born=(date(2016, 8, 2), _NEVER), together=True),
    Course("rota", ((date(2020, 10, 1), "RV1"),), _rota(168),
           ((0, (Step(), Step(_FOUR_WEEKS))),), 0.94,
           born=(date(2020, 8, 1), _NEVER), together=True, chosen=(0.0, 0.6)),
    Course("rota", ((date(2020, 10, 1), "RV5"),), _rota(224),
           ((0, _PRIMARY),), 0.94, born=(date(2020, 8, 1), _NEVER), together=True, chosen=(0.6, 1.0)),
    Course("bcg", ((date(2005, 4, 1), "BCG"),), _months(3, 6), _ONCE, 0.96,
           born=(date(2005, 4, 1), date(2012, 12, 31))),
    Course("bcg", ((date(2013, 4, 1), "BCG"),), _months(5, 12), _ONCE, 0.97, born=(date(2013, 1, 1), _NEVER)),
    Course("mr", ((date(2006, 6, 2), "MR"),), _months(12, 24), _ONCE, 0.95, born=(date(2005, 6, 2), _NEVER),
           delay=40),
    Course("mr", ((date(2006, 6, 2), "MR"),), _year_before_school, _ONCE, 0.92,
           born=(date(2000, 4, 2), _NEVER), delay=90),
    Course("varicella", ((date(2014, 10, 1), "VZV-live"),), _months(12, 36),
           ((0, (Step(), Step(_D("6m"), delay=45))),), 0.93, born=(date(2013, 10, 1), _NEVER), delay=60),
    Course("je", ((date(2011, 5, 20), "JE"),), _months(48, 240), _JE_SPECIAL, 0.7,
           born=(date(1995, 4, 2), date(2007, 4, 1)), delay=500),
    Course("je", ((date(2010, 4, 1), "JE"),), _months(36, 90),
           ((0, (Step(), Step(_D("6d"), delay=9, most=20), Step(_D("12m"), delay=60))),), 0.93,
           born=(date(2007, 4, 2), _NEVER), delay=120),
    Course("je", ((date(2010, 4, 1), "JE"),), _months(108, 156), _ONCE, 0.82,
           born=(date(2007, 4, 2), _NEVER), delay=200),
    Course("dt", ((date(2006, 4, 1), "DT"),), _months(132, 156), _ONCE, 0.78,
           born=(date(1995, 1, 1), _NEVER), delay=150),
    Course("hpv", ((date(2013, 4, 1), "HPV4"),), _fiscal_years(13, 16), _HPV3, 0.1, sex="2",
           born=(date(1997, 4, 2), date(2008, 4, 1)), first=(date.min, date(2022, 3, 31)), delay=90,
           chosen=(0.0, 0.15)),
    Course("hpv", ((date(2023, 4, 1), "HPV9"),), _always(date(2023, 4, 1), date(2026, 3, 31)),
           _CATCH_UP, 0.35, sex="2", born=(date(1997, 4, 2), date(2008, 4, 1)),
           first=(date.min, date(2025, 3, 31)), delay=250, chosen=(0.15, 1.0)),
    Course("hpv", ((date(2023, 4, 1), "HPV9"),), _fiscal_years(12, 16), _HPV9, 0.5, sex="2",
           born=(date(2008, 4, 2), _NEVER), delay=420),
)  # fmt: skip
