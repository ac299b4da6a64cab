"""The packages' own examples are true (requirements H03, H05)."""

import doctest

import sesshu.schedule
import sesshu.schedule.cdsi


def test_h03_the_example_in_the_docstring() -> None:
    outcome = doctest.testmod(sesshu.schedule)
    assert outcome.attempted > 5
    assert outcome.failed == 0


def test_h05_the_example_of_the_cdsi_engine() -> None:
    outcome = doctest.testmod(sesshu.schedule.cdsi)
    assert outcome.attempted > 10
    assert outcome.failed == 0
