"""The process's one session with a PKCS#11 token. A session serves one call at a time, hence the lock.

All roots in a token share it: a process that was forked has to open the library anew, and doing so closes
every session that it has.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pkcs11

from sesshu.protection.keys.roots import KeyTrouble


class TokenSession:
    """Opened at its first use, and again after a fork."""

    def __init__(self, library: str, token: str, pin_file: Path) -> None:
        self._library, self._token, self._pin_file = library, token, pin_file
        self._lock = threading.RLock()
        self._opened_by = 0
        self._session: Any = None

    @contextmanager
    def alone(self) -> Iterator[Any]:
        """The session, for one call at a time. :raises KeyTrouble: when the token cannot be reached."""
        with self._lock:
            yield self._reach()

    def _reach(self) -> Any:
        if self._session is None or self._opened_by != os.getpid():
            try:
                self._session = self._open()
            except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
                raise KeyTrouble(
                    f"HSM に接続できません({type(error).__name__})。"
                    "ライブラリの場所、トークン名、PIN ファイルを確かめてください。"
                ) from None
            self._opened_by = os.getpid()
        return self._session

    def _open(self) -> Any:
        library = pkcs11.lib(self._library)
        if self._opened_by:
            library.reinitialize()  # after a fork
        token = library.get_token(token_label=self._token)
        try:
            return token.open(rw=True, user_pin=self._pin_file.read_text(encoding="ascii").strip())
        except pkcs11.exceptions.UserAlreadyLoggedIn:
            return token.open(rw=True)  # the login is the process's, not the session's


@cache
def session_of(library: str, token: str, pin_file: Path) -> TokenSession:
    """The session that this process shares."""
    return TokenSession(library, token, pin_file)
