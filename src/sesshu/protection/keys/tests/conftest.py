"""A root for each test: in a key file, and in SoftHSM where it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sesshu.protection.keys import roots, wrapping

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")
PIN = "1234-test"


@pytest.fixture(scope="session")
def softhsm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """A token of SoftHSM for this test process."""
    if not LIBRARY.exists() or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM is not installed")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    configuration = folder / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n", encoding="ascii")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "test", "--so-pin", "87654321", "--pin", PIN],
        check=True,
        capture_output=True,
    )
    (folder / "pin").write_text(PIN, encoding="ascii")
    return {"library": str(LIBRARY), "token": "test", "pin_file": folder / "pin"}


@pytest.fixture(params=["file", "pkcs11"])
def root(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Iterator[roots.Root]:
    """This test's own root, empty."""
    settings.KEYS = {
        "system": f"test-{uuid.uuid4().hex}",
        "root": request.param,
        "folder": tmp_path / "keys",
        "pkcs11": request.getfixturevalue("softhsm") if request.param == "pkcs11" else {},
    }
    roots.forget()
    wrapping.close_all()
    yield roots.root()
    wrapping.close_all()
    roots.forget()
