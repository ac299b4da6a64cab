"""The demo's cities exchange on their first start: doses given in one stand before the other's clerk."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sesshu.config import exchange, vault
from sesshu.config.exchange import Site
from sesshu.demo import movers
from sesshu.kernel import clock
from sesshu.kernel.command import Refused

CHILDREN = 5
_PATIENCE = 120.0  # seconds for what several processes do together
_PAUSE = 0.3


def move(left: str, reached: str, folder: Path) -> dict[str, str]:
    """Families who moved, loaded into both registers; 宛名番号 there by 宛名番号 here.

    Does nothing for those who stand there already.
    """
    from sesshu.addressees.importing import import_residents
    from sesshu.protection.tenancy import acting_for

    known = folder / "moved-on"
    if not known.exists():
        known.write_text(clock.today().isoformat(), encoding="ascii")
    on = date.fromisoformat(known.read_text(encoding="ascii"))
    moved = movers.move(left, reached, folder / left, folder / reached, on=on)
    for city, path in ((left, moved.out), (reached, moved.into)):
        with acting_for(city):
            import_residents(by=None, at=clock.now(), path=path)
    return {here: there for there, here in moved.pairs}


def begin(left: Site, reached: Site, login: str, folder: Path, tell: Callable[[str], None]) -> None:
    """Once, when all doors are open: 付番, 符号, 副本, and the first inquiries about children."""
    done = folder / "exchanged"
    if done.exists():
        return
    try:
        _begin(left, reached, login, folder, tell)
    except Refused as trouble:  # the demo is worth seeing without it, and tries again at its next start
        tell(f"情報連携のデモを用意できませんでした。{trouble}")
    else:
        done.touch()


def _begin(left: Site, reached: Site, login: str, folder: Path, tell: Callable[[str], None]) -> None:
    tell("2つの市の情報連携を始めています（付番、符号の取得、副本の登録）…")
    _load_institutions([left, reached], folder)
    for site in (left, reached):
        _register(site.municipality)
    tell("甲府市から転入したお子さんの接種記録を照会しています…")
    asked = _ask(left, reached, login)
    _until(lambda: _answered(reached.municipality, asked), "照会の回答が届く")


def _load_institutions(sites: Iterable[Site], folder: Path) -> None:
    from sesshu.demo.places import city
    from sesshu.health.inquiries import institutions
    from sesshu.kernel.csv_writer import CsvWriter
    from sesshu.protection.tenancy import acting_for

    path = folder / "institutions.csv"
    with CsvWriter(path, [column.name for column in institutions.COLUMNS]) as writer:
        for site in sites:
            place = city(site.municipality)
            writer.write(["municipality", site.municipality, "", place.prefecture, place.name, ""])
    for site in sites:
        with acting_for(site.municipality):
            institutions.load(path, by=None)


def _register(municipality: str) -> None:
    from sesshu.health.replicas import upkeep
    from sesshu.protection.tenancy import acting_for

    with acting_for(municipality):
        upkeep.rebuild(by=None, at=clock.now(), today=clock.today())
    _until(lambda: _is_sent(municipality), "副本が登録される")
    _until(lambda: _has_codes(municipality), "符号が取得される")


def _is_sent(municipality: str) -> bool:
    """Send what is due; whether nothing waits any more (the worker sends, too)."""
    from sesshu.health.replicas import sending, upkeep
    from sesshu.protection.tenancy import acting_for

    sending.send(municipality)
    with acting_for(municipality):
        return not upkeep.standing().waiting


def _has_codes(municipality: str) -> bool:
    """Whether the vault has asked for all of them, and they have come to the intermediate server."""
    asked = _said(vault.command("numbers", "codes", "--municipality", municipality, "--json"))
    came = _said(exchange.run("intermediate", "state", "--municipality", municipality, "--json"))
    missing = asked["waiting"] - asked["without_resident_code"]
    return not missing and not came["waiting"].get("codes")


def _said(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    if done.returncode > 1:
        raise Refused(f"符号を取得できません。\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _ask(left: Site, reached: Site, login: str) -> list[int]:
    from sesshu.addressees.models import Addressee
    from sesshu.health.inquiries import services
    from sesshu.health.inquiries.kinds import VACCINATION
    from sesshu.health.inquiries.models import Inquiry
    from sesshu.protection.models import Account
    from sesshu.protection.tenancy import acting_for
    from sesshu.protocol import codes

    with acting_for(reached.municipality):
        by = Account.objects.get(login=login)
        if Inquiry.objects.exists():
            return []
        children = Addressee.objects.filter(
            municipality_code=reached.municipality,
            former_municipality_code=left.municipality,
            birth_date__gt=clock.today() - timedelta(days=6 * 365),
        ).order_by("pk")[:CHILDREN]
        made = [
            services.ask(
                addressee=child, kind=VACCINATION, provider=codes.institution_of(left.municipality),
                by=by, at=clock.now(),
            )
            for child in children
        ]  # fmt: skip
    return [each.pk for each in made]


def _answered(municipality: str, asked: list[int]) -> bool:
    from sesshu.health.inquiries import asking, collecting
    from sesshu.health.inquiries.choices import PENDING
    from sesshu.health.inquiries.models import Inquiry
    from sesshu.protection.tenancy import acting_for

    asking.send(municipality)
    collecting.collect(municipality)
    with acting_for(municipality):
        return not Inquiry.objects.filter(pk__in=asked, state__in=PENDING).exists()


def _until(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise Refused(f"{int(_PATIENCE)}秒待ちましたが、{what}ことを確かめられませんでした。")
        time.sleep(_PAUSE)
