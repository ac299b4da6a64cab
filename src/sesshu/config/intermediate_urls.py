"""The addresses of an intermediate server's staff web."""

from __future__ import annotations

from typing import Any

urlpatterns: list[Any] = []
