"""Strategies: people of any age with any history, likely or not."""

from datetime import date, timedelta

from hypothesis import strategies as st

from sesshu.schedule import DoseGiven, Person, load_pack

PACK = load_pack("jp")
LAST_DAY = date(2032, 12, 31)
CHILD = [
    "DPT-IPV-Hib",
    "DPT-IPV",
    "Hib",
    "PCV13",
    "PCV15",
    "PCV20",
    "HepB",
    "RV1",
    "RV5",
    "BCG",
    "MR",
    "VZV-live",
]


def people() -> st.SearchStrategy[Person]:
    """Anyone born from 1930 on, with what a municipality may know of them."""
    return st.builds(
        Person,
        birth=st.dates(date(1930, 1, 1), date(2027, 12, 31)),
        sex=st.sampled_from(["M", "F", None]),
        due_dates=st.lists(st.dates(date(2026, 3, 1), date(2030, 1, 1)), max_size=2).map(tuple),
        conditions=st.frozensets(st.sampled_from(sorted(PACK.conditions)), max_size=2),
    )


def children() -> st.SearchStrategy[Person]:
    """Children of the years whose rules change most."""
    births = st.dates(date(2012, 1, 1), date(2027, 12, 31))
    return st.builds(Person, birth=births, sex=st.sampled_from(["M", "F"]))


def doses_of(person: Person, codes: list[str] | None = None) -> st.SearchStrategy[tuple[DoseGiven, ...]]:
    """Doses at any age, thickest in the first two years, with now and then a code nobody knows."""
    born = person.birth or date(2000, 1, 1)
    ages = st.one_of(st.integers(-5, 800), st.integers(-5, 35000))
    days = ages.map(lambda age: min(born + timedelta(days=age), LAST_DAY))
    vaccines = st.sampled_from([*(codes or PACK.vaccines), *([] if codes else ["no-such-vaccine"])])
    return st.lists(st.builds(DoseGiven, days, vaccines), max_size=10).map(tuple)


@st.composite
def histories(draw: st.DrawFn, young: bool = False) -> tuple[Person, tuple[DoseGiven, ...]]:
    """A person and the doses given."""
    person = draw(children() if young else people())
    return person, draw(doses_of(person, CHILD if young else None))
