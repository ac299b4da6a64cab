"""Reading elements of CDC's XML, with errors that name file and element."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from sesshu.schedule.packs.fields import PackError
from sesshu.schedule.reckoning import Reckoning

T = TypeVar("T")

_BLANK = ("", "n/a", "-")
_DATES = (
    (re.compile(r"^(\d{4})(\d{2})(\d{2})$"), (1, 2, 3)),
    (re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$"), (1, 2, 3)),
    (re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})$"), (3, 1, 2)),
)
_LIST = re.compile(r"[;,]")
_NUMBER = re.compile(r"(\d+)\s*$")


class Element:
    """One element of a file; whatever it lacks is blank, whatever it has besides is left alone."""

    def __init__(self, node: ElementTree.Element, where: str, reckoning: Reckoning) -> None:
        self._node, self._where, self._reckoning = node, where, reckoning

    @property
    def tag(self) -> str:
        """The element's name."""
        return self._node.tag

    def named(self, name: str) -> "Element":
        """The same element, its place told with ``name`` (a series, a dose) in errors."""
        return Element(self._node, f"{self._where}「{name}」", self._reckoning)

    def error(self, name: str, problem: str) -> PackError:
        """A ``PackError`` that tells where to look."""
        return PackError(f"{self._where} の <{name}>: {problem}")

    def children(self, *names: str) -> "Iterator[Element]":
        """Child elements of these names that hold anything; ``<interval/>`` stands for none."""
        for node in self._node:
            if node.tag in names and len(node):
                yield Element(node, f"{self._where} <{node.tag}>", self._reckoning)

    def under(self, *names: str) -> "Iterator[Element]":
        """The children of the first child of one of these names."""
        for holder in self.children(*names):
            for node in holder._node:
                yield Element(node, f"{holder._where} <{node.tag}>", self._reckoning)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of all child elements of that name that are not blank."""
        found = (" ".join((node.text or "").split()) for node in self._node if node.tag == name)
        return tuple(text for text in found if text.lower() not in _BLANK)

    def text(self, name: str) -> str | None:
        """The text of a child element; None if it is blank, ``n/a`` or not there."""
        return next(iter(self.texts(name)), None)

    def required(self, name: str) -> str:
        """A text that must be there."""
        text = self.text(name)
        if text is None:
            raise self.error(name, "ありません。")
        return text

    def duration(self, name: str) -> str | None:
        """An age or an interval, checked to be readable."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return self._reckoning.describe(text)
        except ValueError as problem:
            raise self.error(name, str(problem)) from problem

    def day(self, name: str) -> date | None:
        """A date, ``yyyymmdd`` or ``mm/dd/yyyy``."""
        text = self.text(name)
        if text is None:
            return None
        for form, order in _DATES:
            found = form.match(text)
            if found:
                try:
                    return date(*(int(found[n]) for n in order))
                except ValueError:
                    break
        raise self.error(name, f"日付「{text}」が読めません。")

    def flag(self, name: str) -> bool:
        """Yes or no; blank is no."""
        text = self.text(name) or "n"
        if text.lower() not in ("y", "yes", "n", "no"):
            raise self.error(name, f"「{text}」は Yes か No で書いてください。")
        return text.lower() in ("y", "yes")

    def number(self, name: str) -> int | None:
        """A whole number, also as in ``Dose 2``."""
        text = self.text(name)
        if text is None:
            return None
        found = _NUMBER.search(text)
        if not found:
            raise self.error(name, f"「{text}」は数ではありません。")
        return int(found[1])

    def decimal(self, name: str) -> float | None:
        """A number."""
        text = self.text(name)
        try:
            return None if text is None else float(text)
        except ValueError as problem:
            raise self.error(name, f"「{text}」は数ではありません。") from problem

    def choice(self, name: str, choices: Mapping[str, T], default: str | None = None) -> T:
        """One of ``choices``, whatever its case."""
        text = self.text(name) or default
        if text is None or text.lower() not in choices:
            raise self.error(name, f"「{text or ''}」は使えません（{'、'.join(choices)}）。")
        return choices[text.lower()]

    def codes(self, name: str) -> frozenset[str]:
        """CVX codes: separated by ``;``, or, in old versions, each in a ``<cvx>`` of its own."""
        apart = (code for child in self.children(name) for code in child.texts("cvx"))
        together = _LIST.split(self.text(name) or "")
        return frozenset(cvx(code) for code in (*apart, *together) if code.strip())


def cvx(code: str) -> str:
    """A CVX code as the data write it, with two digits at least."""
    code = code.strip()
    return code.zfill(2) if code.isdigit() else code


def read(path: Path, reckoning: Reckoning) -> Element:
    """The root of an XML file; ``PackError`` with file and line if it cannot be read."""
    try:
        root: ElementTree.Element = defusedxml.ElementTree.parse(path, forbid_dtd=True).getroot()
    except (ElementTree.ParseError, DefusedXmlException) as problem:
        raise PackError(f"{path.name}: XML として読めません（{problem}）。") from problem
    return Element(root, path.name, reckoning)
