"""S05: an event tells no person, and nothing that was not declared for it; a flood of them is not lost."""

from __future__ import annotations

import pytest

from sesshu.kernel.check_digits import is_individual_number
from sesshu.protection import acts, audit
from sesshu.protection.models import AuditEvent


@pytest.mark.parametrize(
    "detail",
    [
        {"name": "伊勢 花子"},
        {"by": "イセ ハナコ"},
        {"number": "123456789018"},
        {"number": 123456789018},
        {"by": ["ok", {"deep": "伊勢"}]},
        {"伊勢": 1},
        {"123456789018": 1},
        {"ratio": 0.5},
        {"text": "two words"},
        {"by": {"a": {"b": {"c": {"d": {"e": 1}}}}}},
    ],
)
def test_a_detail_that_could_tell_a_person_is_refused(ise: object, detail: dict[str, object]) -> None:
    assert is_individual_number("123456789018")
    with pytest.raises(acts.Unsayable):
        audit.record("no.such-action", by=None, detail=detail)
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    "chance",
    ["00000000-0000-4000-8000-123456789018", "abcd123456789018" + "f" * 20, "f" * 52 + "123456789018"],
)
def test_an_id_whose_digits_look_like_a_number_by_chance_is_no_number(ise: object, chance: str) -> None:
    """A request's id, a certificate's serial, a file's digest: one in some thousands holds such digits."""
    audit.record("no.such-action", by=None, detail={"request": chance})


def test_a_declared_action_tells_nothing_but_what_it_declared(ise: object) -> None:
    with pytest.raises(acts.Unsayable, match="ledger"):
        audit.record("ledger.read", by=None, detail={"dose": 1})


def test_a_long_list_of_persons_goes_on_in_further_events(
    ise: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "SUBJECTS_LISTED", 3)
    first = audit.record("targets.extract", by=None, subjects=range(8), detail={"extraction": 5})
    events = AuditEvent.objects.order_by("pk")
    assert [event.subjects for event in events] == [[0, 1, 2], [3, 4, 5], [6, 7]]
    assert [event.count for event in events] == [8, 0, 0]
    assert events[2].detail == {"extraction": 5, "part": 3, "of": first.pk}
