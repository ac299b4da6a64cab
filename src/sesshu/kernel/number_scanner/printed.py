"""PDF: its pages' text, its attachments, and the strings of its objects.

The streams of a PDF are not read as they are: glyph numbers in them look like digits and are none.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

from sesshu.kernel.number_scanner.wrappings import Unreadable, inflated

_lock = threading.Lock()  # the PDF library serves one thread at a time
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_LITERAL = re.compile(rb"\(([^()\\]{12,4000})\)")
_UNICODE = re.compile(rb"<(?:FEFF|feff)([0-9A-Fa-f]+)>")


def is_pdf(data: bytes) -> bool:
    """Whether a PDF begins here; readers allow some bytes before it."""
    return b"%PDF-" in data[:1024]


def parts(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The readable parts of a PDF. Raises Unreadable when it is encrypted or damaged."""
    with _lock:
        yield from _opened(data)
    yield "文書情報", _strings(_STREAM.sub(b"", data))
    for stream in _STREAM.findall(data):
        for content in (stream, *_inflated(stream)):
            yield "文書情報", content if content.lstrip()[:1] == b"<" else _strings(content)


def _inflated(stream: bytes) -> list[bytes]:
    return [content for _kind, content in inflated(stream)]


def _opened(data: bytes) -> list[tuple[str, bytes]]:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as document:
            pages = [document[index].get_textpage().get_text_range() for index in range(len(document))]
            attached = [document.get_attachment(index) for index in range(document.count_attachments())]
            files = [(f"添付「{file.get_name()}」", bytes(file.get_data())) for file in attached]
    except pypdfium2.PdfiumError:
        raise Unreadable("PDF を開けません") from None
    texts = [re.sub(r"\s+", " ", page).encode("utf-8", "replace") for page in pages]
    return [(f"{number}ページ", text) for number, text in enumerate(texts, start=1)] + files


def _strings(data: bytes) -> bytes:
    literals = _LITERAL.findall(data)
    texts = [bytes.fromhex(text[: len(text) // 4 * 4].decode()) for text in _UNICODE.findall(data)]
    return b"\n".join(literals) + b"\n\n" + b"\n\n".join(texts)
