"""De-tokenise through PKCS#11 (SoftHSM), against bare AES-256-GCM and a bare read of the same rows.

`resolve` is the vault's own function as its API calls it: token → row → wrapped key → one decryption in the
token for each person → the number, with the access record, committed, 1,000 tokens a call. The limits beside
it: AES-256-GCM of a number in memory, the decryption in the token alone, and SELECT of the same rows under
row-level security. `ratio` is de-tokenisations a second over the 1,000 that are wanted. Then: rows a second
of the bulk import, of single registrations, and a rotation of all keys while the rows can be read.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234"


def run(rows: int = 100_000, seconds: int = 10) -> dict[str, Any]:
    """All figures; the work is done in the vault's own process, settings and database."""
    from sesshu.config import database

    database.prepare(database.NUMBERS)
    with tempfile.TemporaryDirectory(prefix="sesshu-bench-") as folder:
        environment = os.environ | {"DJANGO_SETTINGS_MODULE": "sesshu.config.settings.numbers"}
        environment |= _token(Path(folder)) if LIBRARY.exists() else {}
        done = subprocess.run(
            [sys.executable, "-m", "tests.performance.vault_work", folder, str(rows), str(seconds)],
            env=environment, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _token(folder: Path) -> dict[str, str]:
    (folder / "tokens").mkdir()
    configuration, pin = folder / "softhsm2.conf", folder / "pin"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n", encoding="ascii")
    pin.write_text(PIN, encoding="ascii")
    pins = ("--so-pin", "87654321", "--pin", PIN)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "bench", *pins],
        env=os.environ | {"SOFTHSM2_CONF": str(configuration)}, check=True, capture_output=True,
    )  # fmt: skip
    return {
        "SOFTHSM2_CONF": str(configuration),
        "SESSHU_KEYS_ROOT": "pkcs11",
        "SESSHU_PKCS11_LIBRARY": str(LIBRARY),
        "SESSHU_PKCS11_TOKEN": "bench",
        "SESSHU_PKCS11_PIN_FILE": str(pin),
    }
