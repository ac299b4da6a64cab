"""The passphrase can be read out over the telephone and is never the same twice."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sesshu.protection.taking_out import sealing

_SHAPE = re.compile(r"(?:[A-HJ-NP-Z2-9]{5}-){4}[A-HJ-NP-Z2-9]{4}")
NONCES = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(NONCES, st.integers(1, 10**9))
def test_it_has_no_sign_that_is_misheard_or_misread(nonce: str, pk: int) -> None:
    assert _SHAPE.fullmatch(sealing.passphrase("242039", pk, nonce))


@given(NONCES, st.integers(1, 10**9))
def test_another_city_or_request_has_another(nonce: str, pk: int) -> None:
    said = {
        sealing.passphrase("242039", pk, nonce),
        sealing.passphrase("192015", pk, nonce),
        sealing.passphrase("242039", pk + 1, nonce),
    }
    assert len(said) == 3


def test_another_program_opens_the_file(tmp_path: Path) -> None:
    """WinZip AES (AE-2), as recipients' own tools read it."""
    tool = shutil.which("7z") or shutil.which("7za") or shutil.which("bsdtar")
    if tool is None:
        pytest.skip("no program on this machine that opens an encrypted ZIP")
    plain, sealed = tmp_path / "a.csv", tmp_path / "a.zip"
    plain.write_text("見本", encoding="utf-8")
    sealing.seal(plain, sealed, "a.csv", "ABCDE-FGHJK")
    command = (
        [tool, "-xO", "--passphrase", "ABCDE-FGHJK", "-f", str(sealed)]
        if tool.endswith("bsdtar")
        else [tool, "x", "-so", "-pABCDE-FGHJK", str(sealed)]
    )
    assert subprocess.run(command, capture_output=True, check=True).stdout.decode() == "見本"


def test_a_passphrase_by_chance_has_the_same_shape_and_never_comes_twice() -> None:
    drawn = {sealing.drawn_passphrase() for _ in range(200)}
    assert len(drawn) == 200
    assert all(_SHAPE.fullmatch(each) for each in drawn)
