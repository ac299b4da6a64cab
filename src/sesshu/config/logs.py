"""The text log: one line an entry, for people or for machines, to standard error or the system's log as well.

An entry cannot be forged by what somebody typed: line breaks and other control characters never come out
as such. Of an error its kind and the places in the source are told, not its text, which may quote a row.
"""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

NAME = "sesshu"


class Lines(logging.Formatter):
    """``kind`` "text" for people, "json" for machines (an object a line, ASCII only)."""

    def __init__(self, kind: str = "text", *, with_texts_of_errors: bool = False) -> None:
        super().__init__()
        self.kind, self.with_texts = kind, with_texts_of_errors

    def format(self, record: logging.LogRecord) -> str:
        """One line. ``extra={"event": {…}}`` of the call comes along."""
        said: dict[str, Any] = {
            # UTC with its offset; RFC 3339
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if event := getattr(record, "event", None):
            said["event"] = event
        if record.exc_info and record.exc_info[1] is not None:
            said["error"] = self._error(record.exc_info[1])
        return json.dumps(said, default=str) if self.kind == "json" else _for_people(said)

    def _error(self, error: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        told: dict[str, Any] = {
            "kind": type(error).__name__,
            "at": [f"{Path(each.filename).name}:{each.lineno} {each.name}" for each in frames],
        }
        if self.with_texts:
            told["text"] = str(error)
        cause = error.__cause__ or error.__context__
        return told | ({"because": type(cause).__name__} if cause else {})


def _for_people(said: Mapping[str, Any]) -> str:
    more = [
        json.dumps(said[key], ensure_ascii=False, default=str) for key in ("event", "error") if key in said
    ]
    return _one_line(" ".join([said["at"], said["level"], said["logger"], said["message"], *more]))


def _one_line(text: str) -> str:
    """Whatever could break, hide or turn round a line is written as its escape."""
    return "".join(
        sign if sign.isprintable() and sign != "\\" else sign.encode("unicode_escape").decode()
        for sign in text
    )


def configuration(environment: Mapping[str, str] = os.environ, *, kind: str = "text") -> dict[str, Any]:
    """``LOGGING`` by ``SESSHU_LOG_FORMAT`` (text, json) and ``SESSHU_SYSLOG`` (a socket's path).

    :param kind: the format where the environment names none.
    :raises ImproperlyConfigured: for another format or when the system's log is not there.
    """
    chosen, socket = environment.get("SESSHU_LOG_FORMAT") or kind, environment.get("SESSHU_SYSLOG", "")
    if chosen not in ("text", "json"):
        raise ImproperlyConfigured(
            f"SESSHU_LOG_FORMAT は text か json にしてください（{chosen!r} は使えません）。"
        )
    handlers: dict[str, Any] = {"standard-error": {"class": "logging.StreamHandler", "formatter": "lines"}}
    if socket:
        handlers["system-log"] = _system_log(socket)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {"()": f"{__name__}.Lines", "kind": chosen},
            "json": {"()": f"{__name__}.Lines", "kind": "json"},
        },
        "handlers": handlers,
        "root": {"handlers": list(handlers), "level": "WARNING"},
        # The audit log's own events, where the city wants them sent on (sesshu.protection.forwarding).
        "loggers": {"sesshu.audit": {"level": "INFO"}},
    }


def _system_log(socket: str) -> dict[str, Any]:
    if not Path(socket).is_socket():
        raise ImproperlyConfigured(
            f"SESSHU_SYSLOG の {socket} は、このサーバーのシステムログのソケットではありません"
            "（例 /dev/log）。別のサーバーへは、システムログ（rsyslog 等）に TLS で転送させてください。"
        )
    return {
        "class": "sesshu.config.logs.SystemLog",
        "formatter": "json",
        "address": socket,
        "facility": logging.handlers.SysLogHandler.LOG_AUTHPRIV,
    }


class SystemLog(logging.handlers.SysLogHandler):
    """RFC 3164 to the local socket, as every system's log reads it; JSON after the name."""

    ident = f"{NAME}: "


def of_gunicorn() -> dict[str, Any]:
    """The same for gunicorn's own loggers; it sets logging up anew when it starts."""
    made = configuration(
        kind="json" if os.environ.get("DJANGO_SETTINGS_MODULE", "").endswith("production") else "text"
    )
    own = {"level": "WARNING", "handlers": [], "propagate": True}
    return made | {"loggers": made["loggers"] | {"gunicorn.error": own, "gunicorn.access": own}}
