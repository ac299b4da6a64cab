"""Who may sign in: an account in service. Django asks this again at each request of an open session."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend

from sesshu.protection.models import Account


class AccountBackend(ModelBackend):
    def user_can_authenticate(self, user: Any) -> bool:
        """Neither suspended nor outside the days it was opened for (S04)."""
        return isinstance(user, Account) and user.in_service
