"""S09, ASVS V16: the text log cannot be forged, can be read by machines and goes where it is told."""

from __future__ import annotations

import json
import logging
import logging.config
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from sesshu.config import logs

HOSTILE = (
    "login\n2026-11-28T00:00:00.000+00:00 INFO sesshu.audit audit sign-in ok",
    "a\r\nb\x0b\x0c\x1b[2K\x85\u2028\u2029\u202e\x00\ud800",
)


def entry(message: str, *arguments: object, kind: str, **more: Any) -> str:
    record = logging.LogRecord("t", logging.WARNING, "f", 1, message, arguments, None)
    record.__dict__.update(more)
    return logs.Lines(kind).format(record)


@pytest.mark.parametrize("kind", ["text", "json"])
@given(st.one_of(st.sampled_from(HOSTILE), st.text()))
def test_an_entry_is_one_line_whatever_was_typed(kind: str, typed: str) -> None:
    line = entry("no such id: %s", typed, kind=kind, event={"id": typed})
    assert len(line.splitlines()) == 1
    assert all(sign.isprintable() for sign in line)
    if kind == "json":
        told = json.loads(line)
        assert (told["message"], told["event"]) == (f"no such id: {typed}", {"id": typed})


def test_a_typed_escape_is_told_from_a_line_break() -> None:
    assert entry("%s", "a\nb", kind="text").endswith("a\\nb")
    assert entry("%s", "a\\nb", kind="text").endswith("a\\\\nb")


@pytest.mark.parametrize("kind", ["text", "json"])
def test_times_carry_their_zone(kind: str) -> None:
    line = entry("x", kind=kind)
    at = datetime.fromisoformat(json.loads(line)["at"] if kind == "json" else line.split()[0])
    assert at.utcoffset() == timedelta(0)


def failing() -> logging.LogRecord:
    try:
        try:
            raise KeyError("甲野 花子")
        except KeyError as error:
            raise ValueError("甲野 花子 平成3年生") from error
    except ValueError:
        return logging.LogRecord("t", logging.ERROR, "f", 1, "fault", (), sys.exc_info())


@pytest.mark.parametrize("kind", ["text", "json"])
def test_of_an_error_the_kind_and_place_are_told_and_not_the_text(kind: str) -> None:
    line = logs.Lines(kind).format(failing())
    assert "ValueError" in line
    assert "KeyError" in line
    assert "test_logs.py" in line
    assert "甲野" not in line
    assert "\\u7532" not in line
    assert "甲野" in logs.Lines("text", with_texts_of_errors=True).format(failing())


@pytest.fixture
def system_log(tmp_path: Path) -> Iterator[tuple[Path, socket.socket]]:
    path = tmp_path / "log"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(path))
        listening.settimeout(20)
        yield path, listening


def test_entries_reach_the_system_s_log_as_json(system_log: tuple[Path, socket.socket]) -> None:
    """A process of its own with production's settings of the log, a real socket of the kind of /dev/log."""
    path, listening = system_log
    script = (
        "import logging.config; from sesshu.config import logs;"
        "logging.config.dictConfig(logs.configuration(kind='json'));"
        "logging.getLogger('sesshu.audit').info('audit %s', 'a\\nb', extra={'event': {'action': 'sign-in'}});"
        "logging.getLogger('other').info('not wanted'); logging.getLogger('other').error('wanted')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True,
        env={"SESSHU_SYSLOG": str(path), "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    sent = [listening.recv(65536).rstrip(b"\0").decode() for _ in range(2)]
    assert all(re.match(r"<\d+>sesshu: \{", each) for each in sent)
    told = [json.loads(each.partition(": ")[2]) for each in sent]
    assert [each["message"] for each in told] == ["audit a\nb", "wanted"]
    assert told[0]["event"] == {"action": "sign-in"}
    assert [json.loads(line)["message"] for line in done.stderr.splitlines()] == ["audit a\nb", "wanted"]


@pytest.mark.parametrize("environment", [{"SESSHU_LOG_FORMAT": "xml"}, {"SESSHU_SYSLOG": "log.example:514"}])
def test_a_place_that_is_none_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured, match=next(iter(environment))):
        logs.configuration(environment)


def test_logs_go_to_no_other_place_than_documented() -> None:
    """Handlers are named in one module; the page of logs names what that module may use."""
    sources = Path(logs.__file__).parents[1]
    naming = re.compile(r"\w*(?:Handler)\b.*logging|logging\.(?:handlers|FileHandler|basicConfig)|addHandler")
    found = {
        str(path.relative_to(sources))
        for path in sources.rglob("*.py")
        if "tests" not in path.parts and naming.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"config/logs.py"}
    made = logs.configuration({})
    assert {each["class"] for each in made["handlers"].values()} == {"logging.StreamHandler"}
    page = (sources.parents[1] / "docs" / "security" / "logging.md").read_text(encoding="utf-8")
    for setting in ("SESSHU_LOG_FORMAT", "SESSHU_SYSLOG", "SESSHU_AUDIT_TO_LOG"):
        assert setting in page


def test_a_vault_with_a_wrong_certificate_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    from sesshu.addressees.individual_numbers import client

    error = httpx.ConnectError("text of 123456789018")
    error.__cause__ = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] of 123456789018")
    assert isinstance(client._not_reached(error), client.Unreachable)
    (record,) = caplog.records
    assert record.levelname == "ERROR"
    assert "ConnectError, SSLCertVerificationError" in record.getMessage()
    assert "123456789018" not in record.getMessage()
