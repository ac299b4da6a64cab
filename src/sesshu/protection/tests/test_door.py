"""S09: the name of a file that leaves says nothing to a browser but a name."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import HTTP

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from sesshu.protection import door

NAMES = (
    "接種名簿.csv", 'a"b.csv', "a\\b.csv", "a\r\nSet-Cookie: b=c.csv", "../../etc/passwd.csv", "a\0.csv",
    "a;filename=b.exe.csv", "月\u202egnp.csv", "C:\\x.csv", "a\u2028b.csv", "%0d%0a.csv",
)  # fmt: skip


def named(name: str) -> tuple[str, str | None]:
    """The header, and the name that a reader of RFC 6266 makes of it."""
    answer = door.hand_over(RequestFactory().get("/"), door.Kind.SEALED, name, b"x")
    header = answer.headers["Content-Disposition"]
    message = EmailMessage(policy=HTTP)
    message["Content-Disposition"] = header
    return header, message.get_filename()


def check(name: str) -> None:
    header, read = named(name)
    assert header.startswith("attachment; filename")
    assert header.isascii()
    assert header.isprintable()
    assert read is not None
    assert not set(read) & set('/\\\r\n\0"\u202e\u2028')
    assert read.endswith(".csv")


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name_stays_a_name(name: str) -> None:
    check(name)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_any_name_stays_a_name(name: str) -> None:
    check(f"x{name}.csv")


def test_an_ordinary_name_comes_through() -> None:
    assert named("接種名簿（令和8年度）.csv")[1] == "接種名簿（令和8年度）.csv"
