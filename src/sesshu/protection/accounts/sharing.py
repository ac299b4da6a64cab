"""Shared ids: off unless the city permits them, and then never without a name (control 30).

At sign-in one of the persons named says who is on duty; the log of every request then says it, too.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.accounts.asking import NotAllowed, shared_ids_permitted
from sesshu.protection.accounts.models import Profile, SharedMember
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current

ON_DUTY = "on_duty"
# Pages on which nobody need be on duty yet.
_BEFORE = ("protection:sign-out", "accounts:on-duty")

GetResponse = Callable[[HttpRequest], HttpResponse]


def is_shared(account: Account) -> bool:
    """Read with the rights, so that nobody else's request asks a question more."""
    return account.rights.shared


def members(shared: Account) -> QuerySet[SharedMember]:
    """Who may use a shared id: named, not taken off, and in service themselves."""
    found = SharedMember.objects.filter(
        municipality_code=current(), shared=shared, ended_at__isnull=True, member__is_active=True
    )
    return found.select_related("member").order_by("member__name")


def check(shared: Account) -> None:
    """Whether the id may be used here and now.

    :raises NotAllowed: when the city no longer permits shared ids, or at a terminal not named for it.
    """
    if not shared_ids_permitted():
        raise NotAllowed("この市では共用IDを認めていません。自分の利用者IDでサインインしてください。")
    profile = Profile.objects.filter(account=shared).first()
    if profile is None or audit.terminal.get() not in profile.terminals:
        raise NotAllowed("この共用IDは、この端末では使えません。登録された端末で使ってください。")


def take_duty(request: HttpRequest, member_id: int) -> Account:
    """One of the persons named says that it is they who work now.

    :raises NotAllowed: for somebody who is not named, or no longer in service.
    """
    shared: Account = request.user  # type: ignore[assignment]
    found = members(shared).filter(member=member_id).first()
    if found is None or not found.member.in_service:
        raise NotAllowed("この共用IDを使う人として登録されていません。")
    request.session[ON_DUTY] = found.member_id
    audit.record("accounts.on-duty", by=shared, count=0, detail={"on_duty": found.member_id})
    return found.member


def end_membership(membership: SharedMember, *, by: Account) -> None:
    """Take a person off a shared id."""
    SharedMember.objects.filter(pk=membership.pk).update(ended_at=clock.now())
    detail = {"account": membership.shared_id, "member": membership.member_id}
    audit.record("accounts.shared-member-end", by=by, count=0, detail=detail)


class OnDutyMiddleware:
    """A shared id works only where it may, and only for a person named; each request asks anew."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, Account) or not user.in_service or not is_shared(user):
            return self.get_response(request)
        if request.path in {reverse(name) for name in _BEFORE}:
            return self.get_response(request)
        on_duty = request.session.get(ON_DUTY)
        if not _may_work(user, on_duty):
            return HttpResponseRedirect(reverse("accounts:on-duty"))
        token = audit.on_duty.set(on_duty)
        try:
            return self.get_response(request)
        finally:
            audit.on_duty.reset(token)


def _may_work(shared: Account, on_duty: int | None) -> bool:
    try:
        check(shared)
    except NotAllowed:
        return False
    found = members(shared).filter(member=on_duty).first() if on_duty else None
    return found is not None and found.member.in_service
