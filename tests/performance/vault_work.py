"""What ``bin/bench vault`` does in the vault's own process: ``… vault_work folder rows seconds``."""

from __future__ import annotations

import json
import secrets
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

CITY = "242039"
AT_ONCE = 1_000


def main() -> None:
    import django

    django.setup()
    folder, rows, seconds = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    from sesshu.protection.keys.roots import root
    from sesshu.protection.services import ensure_municipality

    ensure_municipality(CITY)
    figures: dict[str, Any] = {"root": root().kind, "rows": rows}
    figures |= _import(folder, rows)
    tokens = _tokens()
    figures |= _resolve(tokens, seconds) | _limits(tokens, seconds) | _register()
    figures |= _rotate(tokens)
    figures["ratio"] = round(figures["resolved_per_second"] / 1_000, 2)
    print(json.dumps(figures))


def _import(folder: Path, rows: int) -> dict[str, Any]:
    from sesshu.kernel.check_digits import individual_number_check_digit
    from sesshu.numbers import importing

    path = folder / "feed.csv"
    firsts = (f"{10_000_000_000 + index * 7:011d}" for index in range(rows))
    lines = (f"{index},{f}{individual_number_check_digit(f)}" for index, f in enumerate(firsts, 1))
    path.write_text("宛名番号,個人番号\n" + "\n".join(lines), encoding="utf-8")
    began = time.perf_counter()
    loaded = importing.load(path, municipality=CITY)
    taken = time.perf_counter() - began
    assert loaded.registered == rows, loaded.refused[:3]
    return {"imported_per_second": round(rows / taken), "import_seconds": round(taken, 1)}


def _tokens() -> list[str]:
    from sesshu.numbers.models import Holder, Token
    from sesshu.protection.tenancy import acting_for

    with acting_for(CITY):
        holders = Holder.objects.all()[: 20 * AT_ONCE]
        Token.objects.bulk_create(
            Token(holder=holder, client="bench", purpose="exchange") for holder in holders
        )
        return list(Token.objects.values_list("value", flat=True))


def _caller() -> Any:
    from sesshu.numbers.callers import Caller

    return Caller("bench", "bench", "", uuid.uuid4())


def _resolve(tokens: list[str], seconds: int) -> dict[str, Any]:
    from sesshu.numbers import revealing
    from sesshu.protection.tenancy import acting_for

    done, began, at = 0, time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        asked = tokens[at : at + AT_ONCE]
        with acting_for(CITY):
            found = revealing.resolve(tokens=asked, purpose="exchange", by=_caller())
        assert len(found) == len(asked)
        done, at = done + len(found), (at + AT_ONCE) % len(tokens)
    return {"resolved_per_second": round(done / (time.perf_counter() - began))}


def _limits(tokens: list[str], seconds: int) -> dict[str, Any]:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from django.db import connection

    from sesshu.protection.keys import wrapping
    from sesshu.protection.keys.models import SubjectKey
    from sesshu.protection.tenancy import acting_for

    cipher, nonce = AESGCM(secrets.token_bytes(32)), secrets.token_bytes(12)
    sealed = cipher.encrypt(nonce, b"123456789018", b"place")
    figures = {"bare_aes_gcm_per_second": _rate(lambda: cipher.decrypt(nonce, sealed, b"place"), seconds)}
    with acting_for(CITY):
        row = SubjectKey.objects.select_related("tenant_key").first()
        assert row is not None
        figures["unwrap_per_second"] = _rate(lambda: wrapping.unwrap(row), seconds)
        with connection.cursor() as cursor:
            statement = (
                "SELECT t.value, n.sealed, k.wrapped FROM numbers_token t"
                " JOIN numbers_individualnumber n ON n.holder_id = t.holder_id"
                " JOIN numbers_holder h ON h.id = t.holder_id JOIN keys_subjectkey k ON k.id = h.key_id"
                " WHERE t.value = ANY(%s) AND t.municipality_code = %s"
            )
            asked = [tokens[:AT_ONCE], CITY]
            calls = _rate(lambda: cursor.execute(statement, asked).fetchall(), seconds)  # type: ignore[union-attr]
    return figures | {"bare_rows_read_per_second": calls * AT_ONCE}


def _register(many: int = 300) -> dict[str, Any]:
    from sesshu.kernel import clock
    from sesshu.kernel.check_digits import individual_number_check_digit
    from sesshu.numbers import registering
    from sesshu.protection.tenancy import acting_for

    checked = registering.Checked("card", clock.today(), "計測")
    began = time.perf_counter()
    for index in range(many):
        first = f"{90_000_000_000 + index:011d}"
        number = first + str(individual_number_check_digit(first))
        with acting_for(CITY):
            registering.register(addressee=f"9{index:08d}", number=number, checked=checked, by=_caller())
    return {"registered_per_second": round(many / (time.perf_counter() - began))}


def _rotate(tokens: list[str]) -> dict[str, Any]:
    from sesshu.numbers import revealing
    from sesshu.protection.keys import rotation
    from sesshu.protection.tenancy import acting_for

    began = time.perf_counter()
    done = rotation.rotate_tenant(CITY, by="bench")
    taken = time.perf_counter() - began
    root_began = time.perf_counter()
    rotation.rotate_root(by="bench")
    with acting_for(CITY):
        assert len(revealing.resolve(tokens=tokens[:10], purpose="exchange", by=_caller())) == 10
    return {
        "rotated": done.rewrapped,
        "rotation_seconds": round(taken, 1),
        "root_rotation_seconds": round(time.perf_counter() - root_began, 2),
    }


def _rate(act: Callable[[], object], seconds: int) -> int:
    done, began = 0, time.perf_counter()
    while time.perf_counter() - began < min(seconds, 3):
        act()
        done += 1
    return round(done / (time.perf_counter() - began))


if __name__ == "__main__":
    main()
