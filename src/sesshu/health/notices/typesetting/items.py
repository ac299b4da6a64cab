"""Texts as the templates take them: fit for their place, without control characters."""

from typing import Any

from sesshu.health.notices.typesetting.fitting import fitted_size
from sesshu.health.notices.typesetting.fonts import Face, arranged, printable


def item(
    text: str, faces: tuple[Face, ...], box_mm: tuple[float, float], largest_pt: float
) -> dict[str, Any]:
    """`text`, its fonts in order, and the size in pt at which it fits `box_mm` (width, height)."""
    shown = printable(text)
    order = arranged(shown, faces)
    return {
        "text": shown,
        "font": [face.family for face in order],
        "size": fitted_size(shown, order, box_mm, largest_pt),
    }


def postal(code: str) -> str:
    """A 7-digit postal code with its hyphen; anything else as it is."""
    return f"{code[:3]}-{code[3:]}" if len(code) == 7 else code
