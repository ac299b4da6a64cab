"""``manage check``: outside the demo no setting may loosen the second factor."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


def second_factor(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Errors for each setting that lets somebody in without a verified second factor."""
    if settings.DEMO_SIGN_IN:
        return []
    found: list[CheckMessage] = []
    if settings.MFA_WEBAUTHN_USER_VERIFICATION != "required":
        found.append(Error("MFA_WEBAUTHN_USER_VERIFICATION must be 'required'", id="sign_in.E001"))
    if getattr(settings, "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN", False):
        found.append(Error("MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN must be off", id="sign_in.E002"))
    return found


def register_checks() -> None:
    register(second_factor, Tags.security)
