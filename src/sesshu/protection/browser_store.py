"""A key for what a page keeps in the browser's store: it lives as long as the session and is kept nowhere.

Whoever finds the store after the session, on the disk of a shared terminal, has no key to it (ASVS V14.3).
"""

from __future__ import annotations

from base64 import b64encode

from django.http import HttpRequest
from django.utils.crypto import salted_hmac


def key_for(request: HttpRequest) -> str:
    """32 bytes in base 64 for AES-256-GCM: HMAC-SHA-256 of the session's key under this installation's."""
    of_session = request.session.session_key or ""
    return b64encode(salted_hmac("sesshu.browser_store", of_session, algorithm="sha256").digest()).decode()
