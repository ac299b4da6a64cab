"""Every template of the house: compiles, keeps the content security policy, labels its controls (A01)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.apps import apps
from django.template import engines

import sesshu

HOUSE = Path(sesshu.__file__).parent
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "evaluated htmx": re.compile(r"hx-on|hx-vals=['\"]js:|javascript:", re.IGNORECASE),
    "foreign address": re.compile(
        r"""<(?:script|link|img|iframe|object)[^>]*(?:src|href|data)=["'](?:https?:)?//""", re.I
    ),
}
UNLABELLED_TYPES = {"hidden", "submit", "button", "reset", "image"}


def templates() -> Iterator[tuple[str, Path]]:
    for app in apps.get_app_configs():
        folder = Path(app.path) / "templates"
        if folder.is_relative_to(HOUSE):
            yield from ((str(file.relative_to(folder)), file) for file in sorted(folder.rglob("*.html")))


TEMPLATES = dict(templates())


def plain(source: str) -> str:
    """The source with each template tag and value replaced, so that it parses as HTML."""
    without = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", source, flags=re.DOTALL)
    return re.sub(
        r"{%.*?%}", " ", re.sub(r"{{(.*?)}}", lambda found: value_sign(found[1]), without), flags=re.DOTALL
    )


def value_sign(expression: str) -> str:
    return "v" + re.sub(r"\W", "-", expression.strip())


def needs_label(attributes: dict[str, str | None]) -> bool:
    named = attributes.keys() & {"aria-label", "aria-labelledby"}
    return not named and attributes.get("type") not in UNLABELLED_TYPES


class Controls(HTMLParser):
    """Collects the controls that no label in the same file names."""

    def __init__(self) -> None:
        super().__init__()
        self.inside_label = 0
        self.label_targets: set[str] = set()
        self.controls: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "label":
            self.inside_label += 1
            self.label_targets.add(values.get("for") or "")
        elif tag in {"input", "select", "textarea"} and not self.inside_label and needs_label(values):
            self.controls.append((self.get_starttag_text() or "", values.get("id") or "-"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.inside_label -= 1

    def unlabelled(self) -> list[str]:
        return [text for text, identity in self.controls if identity not in self.label_targets]


def test_the_house_has_templates() -> None:
    assert {"web/base.html", "404.html", "web/components/field.html"} <= TEMPLATES.keys()


@pytest.mark.parametrize("name", TEMPLATES)
def test_compiles(name: str) -> None:
    assert engines["django"].get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_keeps_the_content_security_policy(name: str) -> None:
    source = plain(TEMPLATES[name].read_text())
    assert [(what, found[0]) for what, rule in FORBIDDEN.items() if (found := rule.search(source))] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_control_has_a_label(name: str) -> None:
    parser = Controls()
    parser.feed(plain(TEMPLATES[name].read_text()))
    assert parser.unlabelled() == []


@pytest.mark.parametrize(
    "source",
    [
        '<p style="color:red">',
        "<style>p{}</style>",
        "<script>alert(1)</script>",
        '<a href="/" onclick="x()">',
        '<p hx-on:click="x()">',
        '<img src="https://elsewhere.example/x.png">',
    ],
)
def test_the_rules_see_what_they_forbid(source: str) -> None:
    assert any(rule.search(source) for rule in FORBIDDEN.values())


@pytest.mark.parametrize("source", ['<input name="a">', '<label for="b">b</label><select id="c"></select>'])
def test_a_control_without_a_label_is_seen(source: str) -> None:
    parser = Controls()
    parser.feed(source)
    assert len(parser.unlabelled()) == 1
