"""Printed paper as a scanner sees it, and lists as a colleague would open them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

import pypdfium2
import zxingcpp


def codes(pdf: Path | bytes) -> list[str]:
    """What the scanner reads on each page; a page without a readable code fails."""
    found = []
    for page in pages(pdf):
        read = zxingcpp.read_barcodes(page.render(scale=2).to_pil())
        assert len(read) == 1, "one code a page"
        found.append(read[0].text)
    return found


def pages(pdf: Path | bytes) -> Iterator[pypdfium2.PdfPage]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield from document
    finally:
        document.close()


def text(pdf: Path | bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pages(pdf))


def read_csv(path: Path | str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def write_csv(path: Path, rows: Iterable[dict[str, str]], encoding: str = "utf-8-sig") -> Path:
    rows = list(rows)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
    return path
