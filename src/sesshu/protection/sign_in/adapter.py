"""How allauth's ceremonies name this site and its accounts to an authenticator."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.base_user import AbstractBaseUser


class Adapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The authenticator keeps the id alone: it is carried about, so it holds no name of a person."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        host = urlsplit(f"//{context.request.get_host()}").hostname
        return {"id": host or "", "name": "接種 Sesshu"}

    def get_public_key_credential_user_entity(self, user: AbstractBaseUser) -> dict[str, Any]:
        login = user.get_username()
        return {"id": f"sesshu-{user.pk}".encode(), "name": login, "display_name": login}

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nobody here has an e-mail address; what happened stands in the log."""
