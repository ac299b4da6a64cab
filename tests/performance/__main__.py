"""``bin/bench NAME``: measure one thing against its limit in the same run.

Each benchmark is a module ``bench_NAME`` with ``run(**sizes) -> dict``; the dictionary holds ``ratio`` (the
figure to reach) and the figures behind it. The last line printed is that dictionary as JSON.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import sys
from pathlib import Path
from typing import Any

from tests.performance.installation import temporary_installation


def main() -> int:
    names = sorted(p.stem.removeprefix("bench_") for p in Path(__file__).parent.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="bin/bench")
    parser.add_argument("name", nargs="?", help="、".join(name.replace("_", "-") for name in names))
    known, sizes = parser.parse_known_args()
    if known.name is None or known.name.replace("-", "_") not in names:
        parser.print_help()
        return 2
    with temporary_installation():
        module = importlib.import_module(f"tests.performance.bench_{known.name.replace('-', '_')}")
        print(inspect.getdoc(module) or "", flush=True)
        figures: dict[str, Any] = {"bench": known.name, **module.run(**_sizes(sizes))}
    for name, value in figures.items():
        print(f"{name:>28}: {value}")
    print(json.dumps(figures, ensure_ascii=False, default=str))
    return 0


def _sizes(words: list[str]) -> dict[str, int]:
    pairs = zip(words[::2], words[1::2], strict=True)
    return {name.removeprefix("--").replace("-", "_"): int(value) for name, value in pairs}


if __name__ == "__main__":
    sys.exit(main())
