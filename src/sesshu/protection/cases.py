"""The purpose of a person's case: brought by a link or a task, else asked for once (S05, control 2).

A page of a person runs with its purpose in force (:func:`sesshu.protection.purposes.acting_with`); where
none is known the short page 「何のために開きますか」 comes first and leads back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.http import urlencode

from sesshu.protection import purposes
from sesshu.protection.models import Account
from sesshu.protection.purposes import Purpose, Section

View = Callable[..., HttpResponseBase]
Patterns = TypeVar("Patterns", bound=list[Any])
PARAMETER = "purpose"
CHOSEN = "purpose"
_CASES = "purpose_of"
_KEPT = 50


def choices_for(account: Account) -> list[Purpose]:
    """The purposes that the account's roles may name, in the order of the list."""
    allowed = account.rights.purposes
    return [purpose for purpose in Purpose if purpose in allowed]


def chosen(request: HttpRequest) -> Purpose | None:
    """What stands in the search's control: the session's choice, else the first of the account's list."""
    offered = choices_for(request.user)  # type: ignore[arg-type]
    kept = request.session.get(CHOSEN)
    return next((purpose for purpose in offered if purpose == kept), offered[0] if offered else None)


def choose(request: HttpRequest, code: str) -> None:
    """Keep the choice of the search's control for the session; what the role may not name is not kept."""
    if code in choices_for(request.user) and code != chosen(request):  # type: ignore[arg-type]
        request.session[CHOSEN] = code


def of_person(request: HttpRequest, pk: int | None) -> Purpose | None:
    """The purpose of this person's case: the link's, the case's so far, the session's choice."""
    offered = choices_for(request.user)  # type: ignore[arg-type]
    cases = request.session.get(_CASES, {})
    if PARAMETER in request.GET:
        found = next((one for one in offered if one == request.GET[PARAMETER]), None)
        if found is not None and pk is not None and cases.get(str(pk)) != found:
            rest = [(key, value) for key, value in cases.items() if key != str(pk)]
            request.session[_CASES] = dict([*rest[1 - _KEPT :], (str(pk), str(found))])
        return found
    kept = (cases.get(str(pk)), request.session.get(CHOSEN))
    return next((one for code in kept for one in offered if one == code), None)


def opens_person(
    *, task: Purpose | None = None, shows: Section | None = None, person: str = "pk"
) -> Callable[[View], View]:
    """A page of one person; stands under ``requires``.

    :param task: the purpose that the act itself is; without it the case's own is found or asked for.
    :param shows: the section that the page is made of: a purpose that does not need it does not open it.
    :param person: the address's parameter that holds the person's id.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            purpose = task or of_person(request, kwargs.get(person))
            if purpose is None or (shows and shows not in purposes.shown(purpose)):
                return ask(request, shows)
            with purposes.acting_with(purpose):
                return view(request, *args, **kwargs)

        return opened

    return decorate


def for_task(purpose: Purpose, patterns: Patterns) -> Patterns:
    """These addresses are one task: all that they log carries its purpose."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = _within(purpose, pattern.callback)
    return patterns


def _within(purpose: Purpose, view: View) -> View:
    @wraps(view)
    def acting(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with purposes.acting_with(purpose):
            return view(request, *args, **kwargs)

    return acting


def ask(request: HttpRequest, shows: Section | None = None) -> HttpResponseRedirect:
    """To the short page, and after it back to where one was."""
    back = request.path if request.method == "GET" else request.headers.get("Referer", "/")
    asked = {"next": back} | ({"shows": str(shows)} if shows else {})
    return HttpResponseRedirect(f"{reverse('protection:purpose')}?{urlencode(asked)}")


def offered_for(account: Account, section: str) -> list[Purpose]:
    """What the short page offers: of the account's purposes those that show the section asked for."""
    return [one for one in choices_for(account) if not section or section in purposes.shown(one)]


def left_out_words(sections: Iterable[Section]) -> str:
    return "、".join(str(section.label) for section in Section if section in set(sections))
