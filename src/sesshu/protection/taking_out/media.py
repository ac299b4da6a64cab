"""Commands on the register of media: every event is a line that stays (S06; controls 34, 37)."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from sesshu.kernel import clock
from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.taking_out.choices import MediumEvent, MediumKind
from sesshu.protection.taking_out.models import Medium, MediumEntry, TakingOut

GONE = {MediumEvent.LOST, MediumEvent.DISPOSED}


class NotAllowed(ValueError):
    """The register refuses; the text says why and what to do."""


def register(
    *, by: Account, label: str, serial_number: str, kind: MediumKind, keeper: str, encrypts: bool
) -> Medium:
    """Enter a dedicated medium.

    :raises NotAllowed: its serial number or its label is in the register already.
    """
    try:
        with transaction.atomic():
            made = Medium.objects.create(
                label=label, serial_number=serial_number, kind=kind, keeper=keeper, encrypts=encrypts
            )
            note_event(medium=made, event=MediumEvent.REGISTERED, by=by)
    except IntegrityError:
        raise NotAllowed(
            "同じ管理番号または製造番号の媒体が登録されています。媒体の表示を確かめてください。"
        ) from None
    return made


@transaction.atomic
def note_event(
    *,
    medium: Medium,
    event: MediumEvent,
    by: Account | None,
    taking_out: TakingOut | None = None,
    method: str = "",
    note: str = "",
) -> MediumEntry:
    """Write one line of the register.

    :raises NotAllowed: the medium is lost or disposed of.
    """
    found = Medium.objects.select_for_update().get(pk=medium.pk)
    if found.state in GONE:
        raise NotAllowed(f"媒体「{found.label}」は{found.get_state_display()}として登録されています。")
    found.state = event
    found.save(update_fields=["state"])
    audit.record(f"medium.{event}", by=by, count=0, detail={"medium": found.pk})
    return MediumEntry.objects.create(
        medium=found, event=event, at=clock.now(), by=by, taking_out=taking_out, method=method, note=note
    )
