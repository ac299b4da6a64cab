"""The one browser of a test process: two of Playwright's loops cannot run in one thread."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((found for name in BROWSERS if (found := shutil.which(name))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=ja",
]


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip(f"no Chromium on this machine (looked for {', '.join(BROWSERS)})")
    from playwright.sync_api import sync_playwright

    fonts = _font_configuration(tmp_path_factory.mktemp("fonts"))
    with sync_playwright() as playwright:
        # Without a UTF-8 locale Chromium cannot open a file with a Japanese name.
        surroundings = os.environ | {"FONTCONFIG_FILE": str(fonts), "LC_ALL": "C.UTF-8", "LANGUAGE": "ja"}
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=surroundings)
        yield running
        running.close()


def _font_configuration(folder: Path) -> Path:
    """Pages show Japanese whatever fonts the machine has: the faces that the product itself prints with."""
    faces = [_folder_of(f"noto_cjk_sans_jp_{weight}") for weight in ("regular", "bold")]
    listed = "".join(f"<dir>{face}</dir>" for face in faces)
    path = folder / "fonts.conf"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{listed}<cachedir>{folder}</cachedir></fontconfig>",
        encoding="utf-8",
    )
    return path


def _folder_of(package: str) -> Path:
    found = importlib.util.find_spec(package)
    assert found is not None, f"{package} is not installed"
    return Path(str(found.origin)).parent
