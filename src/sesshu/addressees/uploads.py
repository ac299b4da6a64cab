"""Files of an import on disk: what was uploaded until it is taken in, and the errors to download after."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from sesshu.kernel.cells import CellError, write_csv
from sesshu.protection.tenancy import current

_ROW = re.compile(r"^[0-9]+行目: ")
HEADER = ("種別", "行", "列", "内容", "対処")


def keep(upload: UploadedFile[bytes]) -> str:
    """Store an upload; the token names it from now on."""
    token = secrets.token_hex(16)
    with feed_path(token).open("wb") as stream:
        for chunk in upload.chunks():
            stream.write(chunk)
    return token


def feed_path(token: str) -> Path:
    return _folder() / f"{token}.csv"


def errors_path(token: str) -> Path:
    return _folder() / f"{token}.errors.csv"


def write_errors(token: str, errors: Sequence[CellError], warnings: Sequence[CellError]) -> None:
    """Write all errors and warnings as a CSV that a spreadsheet opens."""
    marked = [("エラー", error) for error in errors] + [("注意", warning) for warning in warnings]
    rows = [(kind, each.row, each.column, *told_apart(each.message)) for kind, each in marked]
    write_csv(errors_path(token), HEADER, rows)


def told_apart(message: str) -> tuple[str, str]:
    """What is wrong, and what to do: the first sentence (its row left out) and the rest."""
    what, stop, remedy = _ROW.sub("", message).partition("。")
    return what + stop, remedy


def _folder() -> Path:
    folder = Path(settings.MEDIA_ROOT) / current() / "residents"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
