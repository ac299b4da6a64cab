"""S09, ASVS V16.3.4: what goes wrong inside stands in the text log, without what the person typed."""

from __future__ import annotations

import json
import logging

import pytest
from django.urls import reverse

from sesshu.config.logs import Lines

from .conftest import ISE, ORDINARY, signed_in, staff
from .rows import Rows


def test_a_fault_is_logged_with_its_place_and_without_its_text(
    own_rows: Rows, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object, **values: object) -> None:
        raise RuntimeError("Key (name)=(目印 一郎) already exists")

    monkeypatch.setattr("sesshu.addressees.views.selectors.search", broken)
    client = signed_in(staff("all", ISE, *ORDINARY))
    assert client.post(reverse("addressees:search"), {"q": "目印 一郎"}).status_code == 500
    faults = [each for each in caplog.records if each.levelno >= logging.ERROR]
    told = [json.loads(Lines("json").format(each)) for each in faults]
    (fault,) = (each for each in told if each["logger"] == "django.request")
    assert fault["error"]["kind"] == "RuntimeError"
    assert any("views.py" in place and place.endswith(" search") for place in fault["error"]["at"])
    assert "目印" not in json.dumps(told, ensure_ascii=False)


def test_an_address_cannot_forge_an_entry(own_rows: Rows, caplog: pytest.LogCaptureFixture) -> None:
    client = signed_in(staff("all", ISE, *ORDINARY))
    client.get("/nowhere/%0A2026-11-28T00:00:00.000+00:00 INFO sesshu.audit audit sign-in ok%0D%1B[2K/")
    assert caplog.records
    for record in caplog.records:
        for kind in ("text", "json"):
            line = Lines(kind).format(record)
            assert len(line.splitlines()) == 1
            assert line.isprintable()
