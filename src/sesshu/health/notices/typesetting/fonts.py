"""Which fonts there are, and whether they hold every character of a name.

Names are printed in IPAmj明朝 (MJ文字情報, 11,474 variants) where the machine has it, else in
Noto Sans CJK JP, which comes with the package. A printer's box (tofu) in a person's name is never posted.
"""

import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import typst
from fontTools.ttLib import TTFont
from noto_cjk_sans_jp_bold import FONT_PATH as BOLD
from noto_cjk_sans_jp_regular import FONT_PATH as REGULAR

SANS = "Noto Sans CJK JP"
NAME_FONT_FILE = "ipamjm.ttf"
CODE_FONT_FILE = "ocrb.otf"
_SYSTEM_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "~/Library/Fonts",
    "C:/Windows/Fonts",
)


@dataclass(frozen=True)
class Face:
    """One font's characters (`glyphs`), its variants (`variants`: base and selector) and widths in em."""

    family: str
    path: Path
    glyphs: frozenset[int]
    variants: frozenset[tuple[int, int]]
    widths: dict[int, float]


@lru_cache(maxsize=8)
def face(path: Path) -> Face:
    """Reads one font file. Cached: a font does not change while the process lives."""
    with TTFont(path, lazy=True) as font:
        best = font.getBestCmap()
        variants = frozenset(
            (base, selector)
            for table in font["cmap"].tables
            if table.format == 14
            for selector, entries in table.uvsDict.items()
            for base, _ in entries
        )
        per_em, metrics = font["head"].unitsPerEm, font["hmtx"].metrics
        widths = {character: metrics[glyph][0] / per_em for character, glyph in best.items()}
        family = font["name"].getBestFamilyName() or path.stem
        return Face(family, path, frozenset(best), variants, widths)


@dataclass(frozen=True)
class Cabinet:
    """The fonts of this machine: for all text, for names (tried in order), for the code line."""

    text: tuple[Face, ...]
    names: tuple[Face, ...]
    codes: tuple[Face, ...]
    folders: tuple[Path, ...]

    def typst_fonts(self) -> typst.Fonts:
        return typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=list(self.folders)
        )


@lru_cache(maxsize=4)
def cabinet(extra_folders: str | None = None) -> Cabinet:
    """The fonts found in `extra_folders` (default: SESSHU_FONTS) and in the system's folders."""
    folders = tuple(_folders(os.environ.get("SESSHU_FONTS", "") if extra_folders is None else extra_folders))
    sans = face(Path(REGULAR))
    names = tuple(face(path) for path in _find(NAME_FONT_FILE, folders))
    codes = tuple(face(path) for path in _find(CODE_FONT_FILE, folders))
    used = {Path(REGULAR), Path(BOLD), *(item.path for item in (*names, *codes))}
    return Cabinet((sans,), (*names, sans), (*codes, sans), tuple(sorted({path.parent for path in used})))


def _folders(extra: str) -> Iterator[Path]:
    for folder in (*filter(None, extra.split(os.pathsep)), *_SYSTEM_FOLDERS):
        path = Path(folder).expanduser()
        if path.is_dir():
            yield path


def _find(file_name: str, folders: Iterable[Path]) -> tuple[Path, ...]:
    for folder in folders:
        for path in sorted(folder.rglob("*.[ot]tf")):
            if path.name.lower() == file_name:
                return (path,)
    return ()


def missing_glyphs(text: str, faces: tuple[Face, ...]) -> tuple[str, ...]:
    """The characters of `text` that no font of `faces` can draw, each once, in order."""
    bases = dict.fromkeys(character for character in text if not _is_selector(ord(character)))
    return tuple(character for character in bases if _face_of(ord(character), faces) is None)


def substituted_variants(text: str, faces: tuple[Face, ...]) -> tuple[str, ...]:
    """The variant sequences (base and selector) that the font in use draws in the base's ordinary shape."""
    found: dict[str, None] = {}
    for base, selector in pairwise(text):
        if _is_selector(ord(selector)) and not _is_selector(ord(base)):
            used = _face_of(ord(base), faces)
            if used is not None and (ord(base), ord(selector)) not in used.variants:
                found[base + selector] = None
    return tuple(found)


def arranged(text: str, faces: tuple[Face, ...]) -> tuple[Face, ...]:
    """`faces` in the order that draws the most variants of `text` in their own shape.

    The two registered sets of variants hardly meet: IPAmj明朝 has those of MJ文字情報 (葛 U+E0102 …), Noto
    those of Adobe-Japan1 (葛 U+E0100 …), and residents' files hold both. One name is set in one font.
    """
    if not any(_is_selector(ord(character)) for character in text):
        return faces
    orders = [(faces[n], *faces[:n], *faces[n + 1 :]) for n in range(len(faces))]
    return min(orders, key=lambda order: len(substituted_variants(text, order)))


def width(text: str, faces: tuple[Face, ...]) -> float:
    """The width of `text` set on one line, in em."""
    total = 0.0
    for character in text:
        code = ord(character)
        used = None if _is_selector(code) else _face_of(code, faces)
        total += used.widths[code] if used is not None else 0.0
    return total


def printable(text: str) -> str:
    """`text` with line breaks, tabs and other control characters turned into spaces."""
    return "".join(" " if unicodedata.category(character) == "Cc" else character for character in text)


def named(sequence: str) -> str:
    """A character for a message: 「𠮷（U+20BB7）」."""
    return f"「{sequence}（{'+'.join(f'U+{ord(part):04X}' for part in sequence)}）」"


def _is_selector(code: int) -> bool:
    return 0xE0100 <= code <= 0xE01EF or 0xFE00 <= code <= 0xFE0F


def _face_of(code: int, faces: tuple[Face, ...]) -> Face | None:
    return next((candidate for candidate in faces if code in candidate.glyphs), None)
