"""Our notes against the published example keys and notes of the signed-note format, and a second reader."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sesshu.protection.trail import notes
from sesshu.protection.trail.notes import BadNote, Note, Tree, VerifierKey

# The example of the tlog-cosignature specification: its form, its sizes and its timestamp.
EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501
# The verifier key that Go's note package documents as its example, with a note that it signed.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SPEECH = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""


def test_the_specification_s_checkpoint_is_read_and_written_the_same() -> None:
    note = Note.parse(EXAMPLE)
    assert str(note) == EXAMPLE
    tree = Tree.parse(note.text)
    assert (tree.origin, tree.size) == ("example.com/behind-the-sofa", 20852163)
    log, witness = note.signatures
    assert (len(log.signature), len(witness.signature)) == (64, 72)
    assert witness.timestamp == 1679315147


def test_a_published_note_verifies_with_its_published_key_and_no_changed_one_does() -> None:
    key = VerifierKey.parse(PETER)
    assert str(key) == PETER
    note = Note.parse(SPEECH)
    notes.verify(note.text, note.signatures[0], key)
    with pytest.raises(BadNote, match="内容と合いません"):
        notes.verify(note.text.replace("your", "our"), note.signatures[0], key)


def test_a_cosignature_is_of_the_bytes_that_the_specification_names() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key()
    key = VerifierKey("witness.example/w1", notes.COSIGNATURE, public.public_bytes_raw())
    text = EXAMPLE.split("\n\n")[0] + "\n"
    line = notes.cosign(text, key, private.sign, timestamp=1679315147)
    raw = base64.b64decode(str(line).split(" ")[2])
    expected_id = hashlib.sha256(b"witness.example/w1\n\x04" + public.public_bytes_raw()).digest()[:4]
    assert raw[:4] == expected_id
    assert raw[4:12] == (1679315147).to_bytes(8, "big")
    public.verify(raw[12:], b"cosignature/v1\ntime 1679315147\n" + text.encode())
    notes.verify(text, line, key)
    later = notes.SignatureLine(line.name, line.key_id, (1679315148).to_bytes(8, "big") + line.signature[8:])
    with pytest.raises(BadNote):
        notes.verify(text, later, key)


@pytest.mark.parametrize(
    "text",
    [
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("PeterNeumann", "Peter Neumann"),
        PETER[:-4],
        "",
        "name+00000000+!!!!",
    ],
)
def test_what_is_no_key_is_refused_in_japanese(text: str) -> None:
    with pytest.raises(BadNote, match="公開鍵"):
        VerifierKey.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "log\n1\nAAAA\n",
        "log\n01\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n-1\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "log\n1\n" + base64.b64encode(bytes(32)).decode() + "\nextension\n",
        "\n1\n" + base64.b64encode(bytes(32)).decode() + "\n",
        "",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadNote, match="チェックポイント"):
        Tree.parse(text)
