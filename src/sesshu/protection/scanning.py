"""Files from outside meet the city's own scanner before any view; what it cannot say yes to is refused.

``settings.SCANNER`` names it: ``clamd:/run/clamav/clamd.ctl`` or ``clamd:127.0.0.1:3310`` (ClamAV's INSTREAM,
see clamd(8); it knows no encryption, so it stands on this machine), or ``command:/path/of/a/program`` that
reads the file from its standard input and ends with 0 when it is clean, 1 when it is not. Empty: the server's
own on-access scanner is relied on (docs/operator/installing.md).
"""

from __future__ import annotations

import re
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sesshu.protection import audit
from sesshu.protection.models import Account

GetResponse = Callable[[HttpRequest], HttpResponse]
_SHAPE = re.compile(r"clamd:(?:/.+|(?:127\.0\.0\.1|localhost):[0-9]{1,5})|command:/.+")
_PATIENCE = 60.0  # seconds that the scanner may be silent
_ENOUGH = 4096  # bytes of its answer


class NotClean(Exception):
    """The file is not taken; the message says in Japanese why and what to do. ``code`` is for the log."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def scan(upload: UploadedFile[bytes]) -> None:
    """Ask the scanner about one file; it can be read from its beginning afterwards.

    :raises NotClean: when the scanner finds something, cannot judge the file, or cannot be reached.
    """
    kind, _, place = settings.SCANNER.partition(":")
    if not kind:
        return
    try:
        verdict = _KINDS[kind](place, upload.chunks())
    except (OSError, ValueError, subprocess.SubprocessError):
        raise _away() from None
    finally:
        upload.seek(0)
    if verdict == "found":
        raise _infected()
    if verdict != "clean":
        raise _away()


def _ask_clamd(place: str, chunks: Iterator[bytes]) -> str:
    with _connected(place) as link:
        answer = b""
        try:
            link.sendall(b"zINSTREAM\0")
            for chunk in chunks:
                if chunk:  # an empty one would end the stream
                    link.sendall(len(chunk).to_bytes(4, "big") + chunk)
            link.sendall(bytes(4))
        except (BrokenPipeError, ConnectionResetError):
            pass  # clamd has said why and hung up, as for a file beyond its StreamMaxLength
        while len(answer) < _ENOUGH and (part := link.recv(_ENOUGH)):
            answer += part
    said = answer.rstrip(b"\0\n").decode("utf-8", "replace")
    if said == "stream: OK":
        return "clean"
    return "found" if said.startswith("stream: ") and said.endswith(" FOUND") else "unknown"


def _connected(place: str) -> socket.socket:
    if place.startswith("/"):
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(_PATIENCE)
        link.connect(place)
        return link
    host, _, port = place.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_PATIENCE)


def _ask_command(place: str, chunks: Iterator[bytes]) -> str:
    with tempfile.TemporaryFile() as held:  # has no name, so that nobody else opens it
        for chunk in chunks:
            held.write(chunk)
        held.seek(0)
        done = subprocess.run([place], stdin=held, capture_output=True, check=False, timeout=_PATIENCE)
    return {0: "clean", 1: "found"}.get(done.returncode, "unknown")


_KINDS: dict[str, Callable[[str, Iterator[bytes]], str]] = {"clamd": _ask_clamd, "command": _ask_command}


def _infected() -> NotClean:
    return NotClean(
        "infected",
        "ウイルス検査で問題が見つかったため、ファイルを受け取りませんでした。ファイルを開かず、"
        "受け取った相手と情報セキュリティ担当に連絡してください。",
    )


def _away() -> NotClean:
    return NotClean(
        "unscanned",
        "ウイルス検査ができないため、ファイルを受け取りませんでした。時間をおいてやり直してください。"
        "続くときはシステム管理者に連絡してください（検査プログラムの停止、または検査できる大きさの超過）。",
    )


class ScanMiddleware:
    """Every file that somebody signed in sends is scanned, whichever view it is for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        if settings.SCANNER and not _SHAPE.fullmatch(settings.SCANNER):
            raise ImproperlyConfigured(
                f"SESSHU_SCANNER の「{settings.SCANNER}」は使えません。"
                "clamd:/ソケット、clamd:127.0.0.1:ポート、command:/プログラム のどれかを指定してください。"
            )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: list[Any], values: dict[str, Any]
    ) -> HttpResponse | None:
        if not settings.SCANNER or not isinstance(request.user, Account):
            return None
        try:
            for _, uploads in request.FILES.lists():
                for upload in uploads:
                    scan(upload)
        except NotClean as refusal:
            audit.record("upload.refused", by=request.user, count=0, result=refusal.code)
            return render(request, "protection/not_taken.html", {"refusal": str(refusal)}, status=422)
        return None
