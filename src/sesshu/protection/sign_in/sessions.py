"""Sessions in the database under the digest of their cookie, with whose they are and when they were used.

``SESSION_ENGINE`` of every installation; the way Django documents for extending its database sessions.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.utils import timezone

from sesshu.kernel import clock
from sesshu.protection import audit


def digest(key: str) -> str:
    """What the table knows of a cookie's value (SHA-256; the value has 160 random bits)."""
    return hashlib.sha256(key.encode()).hexdigest()


class SessionStore(DatabaseStore):
    row: Any = None  # the table's row, once loaded or saved

    @classmethod
    def get_model_class(cls) -> Any:
        from sesshu.protection.sign_in.models import Session

        return Session

    def _get_session_from_db(self) -> Any:
        found = self.model.objects.filter(
            session_key=digest(self.session_key or ""), expire_date__gt=timezone.now()
        )
        self.row = found.first()
        if self.row is None:
            self._session_key = None
        return self.row

    def exists(self, session_key: str) -> bool:
        return super().exists(digest(session_key))

    def create(self) -> None:
        # Signing in, too, comes by here: the hours count from then.
        self.row = None
        super().create()

    def rotate(self) -> None:
        """A new key for the same session, after its person was asked anew; its hours go on."""
        opened = self.row.opened_at if self.row else None
        self.cycle_key()
        if self.row is not None and opened is not None:
            self.row.opened_at = opened

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        now, before = clock.instant(), self.row
        account = data.get(SESSION_KEY)
        make: Any = self.model
        self.row = make(
            session_key=digest(self._get_or_create_session_key()),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            account_id=int(account) if account else None,
            terminal=before.terminal if before and before.terminal else audit.terminal.get(),
            opened_at=before.opened_at if before else now,
            seen_at=before.seen_at if before else now,
        )
        return self.row

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key is not None:
            self.model.objects.filter(session_key=digest(key)).delete()
