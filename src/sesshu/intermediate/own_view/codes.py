"""One-time codes of the demo: each opens one person's view once, within ten minutes.

They lie as files in the demo's own folder, so that no table of an installation knows of them. The number in
a file is sealed; its name is a digest.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from sesshu.intermediate.sealing import cabinet
from sesshu.kernel import clock
from sesshu.protection import authority
from sesshu.protection.keys.roots import NotAuthentic

LASTS = timedelta(minutes=10)
_PLACE = "own-view-code"


class NotUsable(ValueError):
    """No such code, used already, or too old; the message does not say which."""


def issue(integrated_number: str) -> str:
    """A new code for this person, told this once."""
    code = secrets.token_hex(8)
    said = json.dumps({"number": integrated_number, "until": (clock.instant() + LASTS).isoformat()})
    _folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    authority.write_private(_path(code), cabinet().seal(said.encode(), _PLACE, _name(code)))
    return code


def use(code: str) -> str:
    """The 団体内統合宛名番号 that a code stands for; it serves no second time. :raises NotUsable: else."""
    code = code.strip().lower()
    taken = _path(code).with_suffix(f".{secrets.token_hex(4)}")
    try:
        _path(code).rename(taken)  # of two at the same moment one succeeds
        said = json.loads(cabinet().open(taken.read_bytes(), _PLACE, _name(code)))
        taken.unlink()
    except (OSError, NotAuthentic):
        raise _refusal() from None
    if datetime.fromisoformat(said["until"]) < clock.instant():
        raise _refusal()
    return str(said["number"])


def _refusal() -> NotUsable:
    return NotUsable(
        "このコードは使えません。コードは1回だけ、発行から10分以内に使えます。新しいコードを発行してください。"
    )


def _folder() -> Path:
    return Path(settings.OWN_VIEW_CODES)


def _path(code: str) -> Path:
    return _folder() / _name(code)


def _name(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
