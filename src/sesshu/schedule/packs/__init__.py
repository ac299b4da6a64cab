"""Packs: schedules as dated, cited data beside the code that reads them."""

from functools import cache

from sesshu.schedule.packs.reading import read_pack
from sesshu.schedule.supporting import Pack


@cache
def load_pack(name: str = "jp") -> Pack:
    """The pack of that name, read once and then kept.

    Raises ``FileNotFoundError`` for an unknown name and ``PackError`` for data that break the schema.
    """
    return read_pack(name)
