"""Who makes this request."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from sesshu.protection.models import Account


def account(request: HttpRequest) -> Account:
    """The signed-in account.

    :raises Http404: when nobody is signed in; to a stranger a page of the house does not exist.
    """
    if isinstance(request.user, Account):
        return request.user
    raise Http404
