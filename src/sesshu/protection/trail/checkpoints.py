"""Checkpoints: the log's size and root, signed, and what witnesses signed under them."""

from __future__ import annotations

from collections.abc import Sequence

from sesshu.kernel import clock
from sesshu.protection.tenancy import current
from sesshu.protection.trail import notes, sequencing, signing
from sesshu.protection.trail.models import Checkpoint, Cosignature, SigningKey, Witness
from sesshu.protection.trail.notes import BadNote, Note, Tree, VerifierKey
from sesshu.protection.trail.tree import StoredTree
from sesshu.protection.trail.witness import Request


def make() -> Checkpoint:
    """Sequence what has committed and sign the log as it stands; the newest one where nothing is new."""
    sequencer = sequencing.Sequencer()
    while sequencer.run() == sequencing.MOST:
        pass
    size = sequencing.size()
    last = newest()
    if last is not None and last.size == size:
        return last
    code = current()
    key, root = signing.public_key(code), StoredTree().root(size)
    SigningKey.objects.get_or_create(key=str(key), defaults={"first_used_at": clock.now()})
    note = notes.sign(Tree(signing.origin(code), size, root), key, signing.sign)
    return Checkpoint.objects.create(size=size, root=root, note=str(note), at=clock.now())


def newest() -> Checkpoint | None:
    """The newest checkpoint of the current municipality."""
    return Checkpoint.objects.filter(municipality_code=current()).order_by("-size").first()


def full_notes() -> list[Note]:
    """All checkpoints from the oldest, each with the witnesses' signatures under it."""
    found = (
        Checkpoint.objects.filter(municipality_code=current())
        .prefetch_related("cosignatures")
        .order_by("size")
    )
    return [note_of(each) for each in found]


def note_of(checkpoint: Checkpoint) -> Note:
    """A checkpoint with every signature under it."""
    lines = sorted(each.line for each in checkpoint.cosignatures.all())
    own = Note.parse(checkpoint.note)
    return Note(own.text, (*own.signatures, *map(notes.parse_signature, lines)))


def keys() -> tuple[list[VerifierKey], list[VerifierKey]]:
    """The keys that signed the log, and those of its witnesses."""
    own = SigningKey.objects.filter(municipality_code=current()).order_by("id").values_list("key", flat=True)
    others = Witness.objects.filter(municipality_code=current()).order_by("id").values_list("key", flat=True)
    return [VerifierKey.parse(text) for text in own], [VerifierKey.parse(text) for text in others]


def request_for(checkpoint: Checkpoint, old: int) -> Request:
    """What a witness is sent: the checkpoint and the proof that it continues the tree of ``old`` leaves.

    :raises ValueError: when the witness says to have seen more leaves than the log has.
    """
    if old > checkpoint.size:
        raise ValueError(
            f"証人は{old:,}件を見ていますが、記録は{checkpoint.size:,}件しかありません。"
            "記録が失われたか、切り取られています。"
        )
    proof = StoredTree().consistency(old, checkpoint.size)
    return Request(old, proof, Note.parse(checkpoint.note))


def last_seen_by(witness: Witness) -> int:
    """The size of the newest checkpoint that a witness signed."""
    found = witness.cosignatures.order_by("-checkpoint__size").values_list("checkpoint__size", flat=True)[:1]
    return int(found[0]) if found else 0


def keep_answer(checkpoint: Checkpoint, witness: Witness, answer: str) -> Cosignature:
    """Verify a witness's answer and keep its signature.

    :raises BadNote: when none of its lines is the witness's signature of this checkpoint.
    """
    text, key = Note.parse(checkpoint.note).text, VerifierKey.parse(witness.key)
    lines: Sequence[str] = [line for line in answer.split("\n") if line]
    for line in map(notes.parse_signature, lines):
        if (line.name, line.key_id) == (key.name, key.key_id):
            notes.verify(text, line, key)
            kept, _ = Cosignature.objects.get_or_create(
                checkpoint=checkpoint,
                witness=witness,
                defaults={"line": str(line).removesuffix("\n"), "at": clock.now()},
            )
            return kept
    raise BadNote(f"回答に証人「{key.name}」の署名がありません。")
