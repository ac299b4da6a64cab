"""Commands on terminals: one asks, another decides, and a loss tells at the very next request (S03)."""

from __future__ import annotations

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from django.db import connection, transaction
from django.db.models import Max, QuerySet

from sesshu.kernel import clock
from sesshu.protection import audit, authority
from sesshu.protection.models import Account
from sesshu.protection.tenancy import current
from sesshu.protection.terminals import policies, revocation, signing_requests
from sesshu.protection.terminals.choices import Application, Kind, State
from sesshu.protection.terminals.models import Certificate, Sighting, Terminal, TerminalApplication
from sesshu.protection.terminals.policies import TerminalRefused
from sesshu.protection.terminals.signing_requests import Package

__all__ = ["TerminalRefused"]
RENEWED_FROM = timedelta(days=60)


@transaction.atomic
def request_registration(
    *,
    name: str,
    place: str,
    kind: Kind,
    section: str,
    by: Account,
    reason: str = "",
    signing_request: str = "",
    may_take_out: bool = False,
) -> TerminalApplication:
    """Ask for a new terminal.

    :param signing_request: PEM made on the terminal, so that its key never leaves it; empty: a key pair is
        made when the certificate is collected.
    :raises TerminalRefused: for a name that tells a member of staff, or an unusable signing request.
    """
    policies.check_names(name, place)
    terminal = Terminal.objects.create(
        number=_next_number(), name=name, place=place, kind=kind, section=section, state_at=clock.now(),
        may_take_out=may_take_out,
    )  # fmt: skip
    return apply(terminal, Application.REGISTRATION, reason, signing_request, by)


@transaction.atomic
def request_certificate(
    *, terminal: Terminal, reason: str, by: Account, signing_request: str = ""
) -> TerminalApplication:
    """Ask for another certificate of a terminal: a renewal near the old one's end, else a reissue.

    :raises TerminalRefused: while another application is open, or for a terminal that is retired.
    """
    _lock(terminal)
    policies.check_may_apply(terminal)
    latest = terminal.certificates.filter(revoked_at__isnull=True).aggregate(ends=Max("ends_at"))["ends"]
    near = latest is not None and latest - clock.now() <= RENEWED_FROM
    kind = Application.RENEWAL if near and terminal.state == State.IN_USE else Application.REISSUE
    if kind == Application.REISSUE and not reason.strip():
        raise TerminalRefused("再発行の理由を入力してください。")
    return apply(terminal, kind, reason, signing_request, by)


@transaction.atomic
def approve(*, application: TerminalApplication, by: Account) -> Certificate | None:
    """Let the terminal be used; its certificate is issued at once where it made its own key.

    :raises TerminalRefused: when ``by`` asked for it, or it is decided already.
    """
    application = _decide(application, True, "", by)
    terminal = application.terminal
    if application.kind == Application.TAKING_OUT:
        policies.check_in_use(terminal)
        terminal.may_take_out = True
        terminal.save(update_fields=["may_take_out"])
    else:
        _set_state(terminal, State.IN_USE, "")
    audit.record("terminal.approve", by=by, count=0, detail=_told(terminal, application))
    if not application.signing_request:
        return None
    return _issue(application, _checked(application.signing_request), by)[0]


@transaction.atomic
def refuse(*, application: TerminalApplication, reason: str, by: Account) -> None:
    """Turn the application down, with the reason."""
    application = _decide(application, False, reason, by)
    if application.kind == Application.REGISTRATION:
        _set_state(application.terminal, State.REFUSED, reason)
    audit.record("terminal.turn-down", by=by, count=0, detail=_told(application.terminal, application))


@transaction.atomic
def collect(*, application: TerminalApplication, by: Account) -> Package:
    """Make the key pair of an approved application, once; neither key nor passphrase is kept.

    :raises TerminalRefused: when it is not approved, or was collected already.
    """
    application = TerminalApplication.objects.select_for_update().get(pk=application.pk)
    policies.check_may_collect(application)
    return _packaged(application, by)


@transaction.atomic
def report_lost(*, terminal: Terminal, reason: str, by: Account) -> None:
    """Refuse the terminal from the next request on (within 60 s is asked for; the row is read each time)."""
    _stop(terminal, State.LOST, reason, by)
    audit.record("terminal.lost", by=by, count=0, detail=_told(terminal))


@transaction.atomic
def retire(*, terminal: Terminal, reason: str, by: Account) -> None:
    """Take the terminal out of use for good."""
    _stop(terminal, State.RETIRED, reason, by)
    audit.record("terminal.retire", by=by, count=0, detail=_told(terminal))


@transaction.atomic
def supersede_older(certificate: Certificate) -> int:
    """Revoke the terminal's other certificates: the new one was used, so it has arrived."""
    others = certificate.terminal.certificates.filter(revoked_at__isnull=True).exclude(pk=certificate.pk)
    return _revoke(others.filter(pk__lt=certificate.pk), "新しい証明書に切り替え")


@transaction.atomic
def register_first(
    *, name: str, place: str, kind: Kind, section: str, may_take_out: bool = False
) -> tuple[Terminal, Package]:
    """The terminal from which a city's first applications are made; only the server's engineer can.

    :raises TerminalRefused: while the city has a terminal that can be used.
    """
    if Certificate.objects.filter(
        revoked_at__isnull=True, ends_at__gt=clock.now(), terminal__state=State.IN_USE
    ).exists():
        raise TerminalRefused("使える端末があります。登録は画面「端末」から申請し、承認を受けてください。")
    policies.check_names(name, place)
    terminal = Terminal.objects.create(
        number=_next_number(), name=name, place=place, kind=kind, section=section,
        state=State.IN_USE, state_at=clock.now(), state_reason="最初の端末",
        may_take_out=may_take_out,
    )  # fmt: skip
    application = TerminalApplication.objects.create(
        terminal=terminal, kind=Application.REGISTRATION, reason="最初の端末", requested_at=clock.now(),
        decided_at=clock.now(), approved=True,
    )  # fmt: skip
    audit.record("terminal.first", by=None, count=0, detail=_told(terminal, application))
    return terminal, _packaged(application, None)


def apply(
    terminal: Terminal, kind: Application, reason: str, signing_request: str, by: Account
) -> TerminalApplication:
    """Write down what is asked for, for another to decide."""
    if signing_request:
        _checked(signing_request)
    application = TerminalApplication.objects.create(
        terminal=terminal, kind=kind, reason=reason, signing_request=signing_request,
        requested_by=by, requested_at=clock.now(),
    )  # fmt: skip
    audit.record("terminal.request", by=by, count=0, detail=_told(terminal, application))
    return application


def _checked(signing_request: str) -> authority.PublicKey:
    try:
        return signing_requests.public_key(signing_request)
    except signing_requests.UnusableRequest as error:
        raise TerminalRefused(str(error)) from error


def _decide(
    application: TerminalApplication, approved: bool, reason: str, by: Account
) -> TerminalApplication:
    application = TerminalApplication.objects.select_for_update().get(pk=application.pk)
    policies.check_may_decide(application, by)
    application.approved, application.decision_reason = approved, reason
    application.decided_by, application.decided_at = by, clock.now()
    application.save()
    return application


def _packaged(application: TerminalApplication, by: Account | None) -> Package:
    key = authority.new_key()
    made, certificate = _issue(application, key.public_key(), by)
    return signing_requests.package(made.terminal.identifier, key, certificate)


def _issue(
    application: TerminalApplication, key: authority.PublicKey, by: Account | None
) -> tuple[Certificate, x509.Certificate]:
    terminal = application.terminal
    subject = authority.Subject(terminal.identifier, terminal.municipality_code)
    signed = authority.issue(subject, key, usage=authority.CLIENT)
    certificate = Certificate.objects.create(
        terminal=terminal,
        application=application,
        serial=f"{signed.serial_number:x}",
        fingerprint=signed.fingerprint(hashes.SHA256()).hex(),
        pem=signed.public_bytes(serialization.Encoding.PEM).decode("ascii"),
        starts_at=signed.not_valid_before_utc,
        ends_at=signed.not_valid_after_utc,
    )
    Sighting.objects.create(certificate=certificate)
    detail = _told(terminal, application) | {"serial": certificate.serial}
    audit.record("terminal.issue", by=by, count=0, detail=detail)
    return certificate, signed


def _stop(terminal: Terminal, state: State, reason: str, by: Account) -> None:
    _lock(terminal)
    policies.check_may_stop(terminal, reason)
    terminal.may_take_out = False
    terminal.save(update_fields=["may_take_out"])
    _set_state(terminal, state, reason)
    _revoke(terminal.certificates.filter(revoked_at__isnull=True), f"{state.label}: {reason}")
    terminal.applications.filter(decided_at__isnull=True).update(
        approved=False, decided_at=clock.now(), decision_reason=f"端末が{state.label}となったため"
    )


def _revoke(certificates: QuerySet[Certificate], reason: str) -> int:
    count = certificates.update(revoked_at=clock.now(), revoked_reason=reason[:200])
    if count:
        transaction.on_commit(revocation.write, robust=True)
    return count


def _set_state(terminal: Terminal, state: State, reason: str) -> None:
    terminal.state, terminal.state_reason, terminal.state_at = state, reason, clock.now()
    terminal.save(update_fields=["state", "state_reason", "state_at"])


def _lock(terminal: Terminal) -> None:
    terminal.refresh_from_db(from_queryset=Terminal.objects.select_for_update(no_key=True))


def _next_number() -> int:
    with connection.cursor() as cursor:  # two applications at once wait for one another
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"terminal-number-{current()}"])
    return (Terminal.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _told(terminal: Terminal, application: TerminalApplication | None = None) -> dict[str, object]:
    told: dict[str, object] = {"terminal": terminal.identifier, "kind": terminal.kind}
    return told | ({"application": application.pk, "asked": application.kind} if application else {})
