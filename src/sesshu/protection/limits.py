"""How much and how often: the size of a request, and the pace of searches and of lists that leave the house.

The pace is counted in this process's memory: with several workers somebody may do up to that many times more.
It is there to slow a machine or a curious hand down and to report it, not to hold an attack off the network.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.actions import Action
from sesshu.protection.models import Account

GetResponse = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Pace:
    """So many posts within so long, for one account."""

    most: int
    within: timedelta


# Search runs as one types: a clerk who searches without a pause asks about once a second.
PACES = {
    Action.ADDRESSEE_SEARCH: Pace(300, timedelta(minutes=1)),
    Action.LISTS_EXPORT: Pace(60, timedelta(minutes=10)),
    Action.ADDRESSEE_IMPORT: Pace(60, timedelta(minutes=10)),
    Action.RESULTS_IMPORT: Pace(600, timedelta(minutes=10)),
    Action.INTERMEDIATE_RECORDS: Pace(60, timedelta(minutes=1)),
    Action.INTERMEDIATE_FLAGS: Pace(60, timedelta(minutes=1)),
}


class SizeMiddleware:
    """A request larger than ``settings.LARGEST_REQUEST`` bytes is answered 413 before it is read."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = str(request.META.get("CONTENT_LENGTH") or "0")
        if not length.isascii() or not length.isdigit():
            return _plain(400, "要求の長さが正しくありません。")
        if int(length) > settings.LARGEST_REQUEST:
            most = settings.LARGEST_REQUEST // (1024 * 1024)
            return _plain(413, f"ファイルが大きすぎます（{most}MBまで）。分けて取り込んでください。")
        return self.get_response(request)


class PaceMiddleware:
    """Holds each account to :data:`PACES`; the first refusal of a run is logged."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._lock = Lock()
        self._done: dict[tuple[int, str], deque[datetime]] = {}
        self._told: dict[tuple[int, str], datetime] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: list[Any], values: dict[str, Any]
    ) -> HttpResponse | None:
        action = getattr(view, "required_action", None)
        pace = PACES.get(action) if action else None
        if pace is None or request.method != "POST" or not isinstance(request.user, Account):
            return None
        wait = self._wait((request.user.pk, str(action)), pace)
        return self._refused(request, str(action), wait) if wait else None

    def _wait(self, key: tuple[int, str], pace: Pace) -> timedelta | None:
        at = clock.now()
        with self._lock:
            done = self._done.setdefault(key, deque())
            while done and at - done[0] >= pace.within:
                done.popleft()
            if len(done) >= pace.most:
                return pace.within - (at - done[0])
            done.append(at)
            return None

    def _refused(self, request: HttpRequest, action: str, wait: timedelta) -> HttpResponse:
        account = request.user
        assert isinstance(account, Account)
        at, key = clock.now(), (account.pk, action)
        if key not in self._told or at - self._told[key] >= timedelta(minutes=1):
            self._told[key] = at
            audit.record("limit.reached", by=account, count=0, detail={"action": action}, result="refused")
        response = render(request, "protection/too_often.html", status=429)
        response["Retry-After"] = str(int(wait.total_seconds()) + 1)
        return response


def _plain(status: int, words: str) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
