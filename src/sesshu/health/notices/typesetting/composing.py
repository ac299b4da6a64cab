"""Typst in this process: a chunk of values in, one PDF out. What a worker of the press runs."""

import json
import tempfile
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from sesshu.health.notices.typesetting.fonts import cabinet

SHARED = ("style.typ", "questionnaire_frame.typ", "questionnaire_items.typ")


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=cabinet().typst_fonts())


@lru_cache(maxsize=16)
def _template(name: str) -> bytes:
    return (files(__package__) / "templates" / name).read_bytes()


def typeset(
    template: str, inputs: dict[str, Any], attached: dict[str, bytes] | None = None, *, tagged: bool
) -> bytes:
    """Compiles `template` with the JSON files `inputs` and other files `attached` beside it.

    Values reach Typst as data only, never as markup. Raises typst.TypstError where the template is at fault.
    """
    sources = {"main.typ": _template(template), **_shared_templates()}
    for name, value in inputs.items():
        sources[name] = json.dumps(value, ensure_ascii=False).encode()
    with tempfile.TemporaryDirectory(prefix="sesshu-typeset-") as folder:
        for name, content in (attached or {}).items():
            (Path(folder) / name).write_bytes(content)
        pdf = _compiler().compile(input=sources, root=folder, format="pdf", pdf_tags=tagged)  # type: ignore[type-var]
    assert isinstance(pdf, bytes)
    return pdf


@lru_cache(maxsize=1)
def _shared_templates() -> dict[str, bytes]:
    return {name: _template(name) for name in SHARED}


@lru_cache(maxsize=32)
def _frames_from_text(forms: str) -> bytes:
    return typeset("questionnaire_form.typ", {"forms.json": json.loads(forms)}, tagged=False)


def frames(forms: Sequence[dict[str, Any]]) -> bytes:
    """The frames of these forms, a page each. A frame is typeset once and laid under all its persons."""
    return _frames_from_text(json.dumps(forms, ensure_ascii=False))
