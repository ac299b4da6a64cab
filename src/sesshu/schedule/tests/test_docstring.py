"""The package's own example is true (requirement H03)."""

import doctest

import sesshu.schedule


def test_h03_the_example_in_the_docstring() -> None:
    outcome = doctest.testmod(sesshu.schedule)
    assert outcome.attempted > 5
    assert outcome.failed == 0
