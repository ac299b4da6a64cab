"""The log as files that anybody can verify without us: ``docs/formats/audit-log.md``."""

from __future__ import annotations

from pathlib import Path

from sesshu.protection import audit
from sesshu.protection.models import Account
from sesshu.protection.trail import checkpoints
from sesshu.protection.trail.verification import Told
from sesshu.protection.trail.verifier import CHECKPOINTS, EVENTS, KEYS, LEAVES, write_notes
from sesshu.protection.trail.verifying import StoredLog

_KEYS_HEAD = "# 署名の公開鍵（市区町村、証人）。検証には、別の経路で得た鍵を使ってください。\n"


def export(folder: Path, *, by: Account | None, told: Told) -> int:
    """Write the whole log of the current municipality into an empty or new folder; how many events.

    :raises FileExistsError: when the folder holds an export already.
    :raises ValueError: when the log cannot be written whole; what is wrong is told.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (folder / EVENTS).exists():
        raise FileExistsError(
            f"「{folder}」には書き出し済みの記録があります。別のフォルダを指定してください。"
        )
    audit.record("audit.export", by=by, count=0)
    newest = checkpoints.make()
    source = StoredLog(newest.size)
    with (folder / EVENTS).open("xb") as events, (folder / LEAVES).open("xb") as leaves:
        kept = source.kept()
        for done, entry in enumerate(source.entries(), start=1):
            events.write(entry + b"\n")
            leaves.write(next(kept))
            if not done % 10_000:
                told(done)
    own, witnesses = checkpoints.keys()
    (folder / CHECKPOINTS).write_text(write_notes(checkpoints.full_notes()), encoding="utf-8")
    (folder / KEYS).write_text(
        _KEYS_HEAD + "".join(f"{key}\n" for key in (*own, *witnesses)), encoding="utf-8"
    )
    if source.problems:
        raise ValueError("\n".join(source.problems))
    return newest.size
