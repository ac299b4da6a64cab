"""S09: a pack's XML with entities is refused with the file's name, and nothing of the host is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from sesshu.schedule.packs import elements
from sesshu.schedule.packs.fields import PackError

ENTITIES = {
    "expansion": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>',
    "external": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
    "document type": '<!DOCTYPE x SYSTEM "http://192.0.2.1/x.dtd"><x/>',
    "broken": "<x>",
}


@pytest.mark.parametrize("kind", ENTITIES)
def test_hostile_xml_is_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "Schedule.xml"
    path.write_text(ENTITIES[kind], encoding="utf-8")
    with pytest.raises(PackError, match=r"Schedule\.xml") as refusal:
        elements.read(path, None)  # type: ignore[arg-type]
    assert "root:" not in str(refusal.value)
