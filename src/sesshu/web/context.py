"""What the shell shows on every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from sesshu.kernel import clock
from sesshu.protection.sign_in import limits
from sesshu.web import navigation

DEMO_NOTICE = "デモ環境です。表示される人物・医療機関はすべて架空のものです。"


@dataclass(frozen=True, slots=True)
class Shell:
    """`environment` is the band over the header: empty in a city's own installation."""

    system: str
    municipality: str
    person: str
    role: str
    today: date
    navigation: tuple[navigation.NavLink, ...]
    environment: str
    home_url: str
    sign_out_url: str
    own_url: str
    stay_url: str
    idle_seconds: int
    idle_warning_seconds: int


def shell(request: HttpRequest) -> Mapping[str, Any]:
    """Context processor: `shell` for `web/base.html`."""
    user: Any = getattr(request, "user", None) or AnonymousUser()
    signed_in = user.is_authenticated
    return {
        "shell": Shell(
            system=settings.SYSTEM_NAME,
            municipality=str(user.municipality) if signed_in else "",
            person=user.name if signed_in else "",
            role=_role(user) if signed_in else "",
            today=clock.today(),
            navigation=navigation.links_for(request) if signed_in else (),
            environment=DEMO_NOTICE if getattr(settings, "DEMO_SIGN_IN", False) else "",
            home_url=_address("web:home"),
            sign_out_url=_address("protection:sign-out") if signed_in else "",
            own_url=_address("sign_in:own") if signed_in else "",
            stay_url=_address("sign_in:stay") if signed_in else "",
            idle_seconds=int((limits.IDLE - limits.NOTED_EVERY).total_seconds()),
            idle_warning_seconds=int(limits.WARNED_BEFORE.total_seconds()),
        )
    }


def _role(user: Any) -> str:
    return "・".join(user.rights.labels)


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
