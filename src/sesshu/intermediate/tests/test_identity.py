"""Our keys on the network: made at the first set-up, and never others in silence once they are known."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import pytest

from sesshu.intermediate import cli, identity
from sesshu.intermediate.tests import world
from sesshu.intermediate.tests.world import Core
from sesshu.kernel.command import Refused
from sesshu.protection.tenancy import acting_for


@pytest.fixture(autouse=True)
def _place(settings: Any) -> None:
    settings.INTERMEDIATE = world.ISE


def remove(name: str) -> None:
    (identity.folder() / f"{name}.json").unlink()


@pytest.mark.parametrize("name", ["signing", "sealing"])
def test_a_key_that_is_gone_is_not_replaced_in_silence(core: Core, name: str) -> None:
    known = world.ours()
    held = (identity.folder() / f"{name}.json").read_bytes()
    remove(name)
    with acting_for(world.ISE), pytest.raises(identity.NotSetUp, match=f"{name}.json を戻してください"):
        identity.published()
    with pytest.raises(Refused, match="keys --new"):
        cli._keys(Namespace(new=False))
    assert not (identity.folder() / f"{name}.json").exists()
    (identity.folder() / f"{name}.json").write_bytes(held)
    assert world.ours() == known


def test_while_the_key_is_gone_the_core_hears_that_it_may_send_again(core: Core) -> None:
    (asked,) = world.from_numbers("/fgu/codes", integrated_numbers=[world.number(1)])
    token = core.assign(asked["acquisition_number"], world.code(1))
    held = (identity.folder() / "sealing.json").read_bytes()
    remove("sealing")
    assert world.knock("/network/codes", [token], "core", "core").status_code == 503
    (identity.folder() / "sealing.json").write_bytes(held)
    assert core.post("/network/codes", [token]) == [{"state": "stored"}]


def test_a_lost_key_is_made_anew_when_it_is_wanted(core: Core) -> None:
    known = world.ours()
    remove("signing")
    published = cli._keys(Namespace(new=True)).data
    assert published["signing_key"] != known["signing_key"]
    assert published["sealing_key"] == known["sealing_key"]
    assert cli._keys(Namespace(new=True)).data == published == world.ours()


def test_at_the_first_set_up_the_keys_are_made(ise: object) -> None:
    for name in ("signing", "sealing"):
        (identity.folder() / f"{name}.json").unlink(missing_ok=True)
    published = cli._keys(Namespace(new=False)).data
    assert published == world.ours()
    assert published["signing_key"] != published["sealing_key"]
