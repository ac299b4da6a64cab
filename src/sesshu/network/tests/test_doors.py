"""Controls 47, 49, 50: at each door one part of an enrolled institution, and a record of all others."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sesshu.kernel import clock
from sesshu.network import core, institutions
from sesshu.network.api import api
from sesshu.network.models import Record
from sesshu.network.tests import members
from sesshu.network.tests.conftest import ISE, KOFU, MIE, Net
from sesshu.protection import authority
from sesshu.protocol import codes, envelopes, messages

SERVER_DOORS = (
    "/v1/permits", "/v1/outcomes", "/v1/list", "/v1/directory", "/v1/corrections", "/v1/invalidations",
)  # fmt: skip
DOORS = (*SERVER_DOORS, "/v1/acquisitions")


def operations() -> set[str]:
    return set(api.get_openapi_schema()["paths"])


def test_every_door_is_tried() -> None:
    assert operations() == set(DOORS)
    for operation in api.get_openapi_schema()["paths"].values():
        assert set(operation) == {"post"}


def strangers(net: Net) -> dict[str, bytes | None]:
    old = authority.issue(
        authority.Subject("intermediate", ISE), authority.new_key().public_key(), usage=authority.CLIENT
    )
    door = authority.issue(
        authority.Subject("intermediate", ISE), authority.new_key().public_key(), usage=authority.SERVER
    )
    return {
        "nobody": None,
        "rubbish": b"x",
        "renewed": old.public_bytes(serialization.Encoding.DER),
        "server": door.public_bytes(serialization.Encoding.DER),
        "unknown institution": members.certificate("intermediate", codes.institution_of("131016"))[0],
        "numbers": members.certificate("numbers", ISE)[0],
        "core": members.certificate("core", core.INSTITUTION)[0],
        "name": members.certificate("伊勢 花子", "三重県")[0],
    }


@pytest.mark.parametrize("path", DOORS)
def test_a_stranger_is_refused_and_recorded(net: Net, path: str) -> None:
    for who, der in strangers(net).items():
        before = len(members.events("network.refused"))
        status, said = members.post(path, {}, der)
        assert (status, said["error"]) == (403, "wrong_peer"), who
        refusals = members.events("network.refused")
        assert len(refusals) == before + 1, who
        assert "花子" not in str(refusals)
    assert not Record.objects.exists()


@pytest.mark.parametrize("path", DOORS)
def test_each_door_is_of_one_part(net: Net, path: str) -> None:
    other = net.ise.juki_der if path in SERVER_DOORS else net.ise.der
    assert members.post(path, {}, other)[0] == 403


def test_an_ended_certificate_opens_nothing(net: Net) -> None:
    with clock.fixed(clock.now() + timedelta(days=400)):
        assert members.post("/v1/list", {}, net.ise.der)[0] == 403


def test_a_renewed_enrolment_shuts_the_old_certificate_out(net: Net) -> None:
    old = net.ise.der
    new = members.join(ISE)
    assert members.post("/v1/list", {}, old)[0] == 403
    assert new.ask("/v1/list", {})


def test_the_directory_is_signed_and_holds_the_active_ones(net: Net) -> None:
    with core.acting():
        institutions.disable(KOFU)
    said = members.verified(net.ise.ask("/v1/directory", {})["directory"], messages.DIRECTORY)
    found = messages.Directory(**said)
    assert [each.code for each in found.institutions] == sorted([ISE, MIE])
    ise = found.institutions[1]
    assert (ise.address, ise.kind) == (net.ise.address, "municipality")
    assert envelopes.imported(ise.signing_key).thumbprint() == net.ise.signing.thumbprint()
    assert "d" not in ise.signing_key


def test_no_answer_is_kept_on_the_way_and_no_error_repeats_what_was_sent(net: Net) -> None:
    secret = "12345678901"
    answer = Client().post(
        "/v1/acquisitions", f'[{{"resident_code": "{secret}", "extra": "{secret}"}}]',
        content_type="application/json", **{"gunicorn.socket": members.Socket(net.ise.juki_der)},
    )  # fmt: skip
    assert answer.status_code == 422
    assert secret not in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("body", [[], {}, "x", None, [1], [{}], [[]], {"request": 1}, {"request": None}])
@pytest.mark.parametrize("path", [path for path in DOORS if path not in ("/v1/list", "/v1/directory")])
def test_a_wrong_body_is_told_and_changes_nothing(net: Net, path: str, body: Any) -> None:
    der = net.ise.der if path in SERVER_DOORS else net.ise.juki_der
    status, said = members.post(path, body, der)
    assert status == 422
    assert said["message"]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = (
    "acquisition_number", "resident_code", "request", "correction", "permit", "side", "result", "refusal",
    "at",
)  # fmt: skip
_ENTRY = st.dictionaries(st.sampled_from(_FIELDS), _JSON, max_size=6)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(DOORS), body=_JSON | _ENTRY | st.lists(_ENTRY, max_size=3))
def test_whatever_comes_is_answered_and_never_an_error_of_ours(net: Net, path: str, body: Any) -> None:
    der = net.ise.der if path in SERVER_DOORS else net.ise.juki_der
    status, said = members.post(path, body, der)
    assert status in (200, 403, 422)
    assert status == 200 or said["message"]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_an_institution_signs_is_answered(net: Net, data: st.DataObject) -> None:
    good = net.ise.request(KOFU, "c" + "a" * 58)
    name = data.draw(st.sampled_from([*good, "more"]))
    requests = data.draw(st.just([good | {name: data.draw(_JSON)}]) | _JSON)
    body = {"request": envelopes.signed({"requests": requests}, net.ise.signing, typ=messages.REQUEST)}
    status, said = members.post("/v1/permits", body, net.ise.der)
    assert status in (200, 422)
    assert status == 422 or all(each["refusal"] for each in said)


def test_too_many_in_one_message(net: Net) -> None:
    from sesshu.network import permits

    asked = [net.ise.request(KOFU, "c" + "a" * 58)] * (permits.MOST + 1)
    status, said = members.post("/v1/permits", net.ise.signed(*asked), net.ise.der)
    assert (status, said["error"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": "242039"}, "16桁"),
        ({"kind": "village"}, "municipality"),
        ({"address": "http://ise.example"}, "https"),
        ({"address": "https://ise.example/path"}, "https"),
        ({"name": " "}, "名称"),
        ({"signing_key": {"kty": "oct", "k": "AA"}}, "鍵"),
    ],
)
def test_an_institution_that_is_not_right_is_not_enrolled(
    db: None, changed: dict[str, Any], words: str
) -> None:
    values: dict[str, Any] = {
        "code": ISE, "name": "伊勢市", "kind": "municipality", "address": "https://ise.example:8471",
        "certificate": "x" * 43, "signing_key": envelopes.public(envelopes.new_key()),
        "sealing_key": envelopes.public(envelopes.new_key()),
    }  # fmt: skip
    with pytest.raises(institutions.NotEnrolled, match=words), core.acting():
        institutions.enrol(**(values | changed))
    key = envelopes.public(envelopes.new_key())
    with pytest.raises(institutions.NotEnrolled, match="別の鍵"), core.acting():
        institutions.enrol(**(values | {"signing_key": key, "sealing_key": key}))
