"""The largest size at which a text fits its place: a long address must not run into the next field."""

import re
from functools import lru_cache

from sesshu.health.notices.typesetting.fonts import Face, width

POINT_MM = 25.4 / 72
LINE_HEIGHT = 1.2
_SAFETY = 0.98
_STEP = 0.5
SMALLEST_PT = 3.5
_TOKENS = re.compile(r"[!-~]+|.", re.DOTALL)


def fitted_size(text: str, faces: tuple[Face, ...], box_mm: tuple[float, float], largest_pt: float) -> float:
    """The largest size in pt, from `largest_pt` down in half points, at which `text` fits `box_mm`.

    The result is `SMALLEST_PT` where even that would not do (over 400 full-width characters in an address).
    """
    box_width, box_height = box_mm
    tokens = tuple(width(token, faces) for token in _TOKENS.findall(text))
    size = largest_pt
    while size > SMALLEST_PT:
        rows = max(1, int(box_height / (size * POINT_MM * LINE_HEIGHT)))
        if _lines(tokens, box_width * _SAFETY / (size * POINT_MM)) <= rows:
            break
        size -= _STEP
    return size


@lru_cache(maxsize=4096)
def _lines(tokens: tuple[float, ...], measure: float) -> float:
    """How many lines of `measure` em the tokens take; infinite where one token alone is longer."""
    lines, used = 1, 0.0
    for token in tokens:
        if token > measure:
            return float("inf")
        used += token
        if used > measure:
            lines, used = lines + 1, token
    return lines
