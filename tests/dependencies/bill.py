"""The bill of materials (CycloneDX 1.6), from the lock file alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.dependencies import locked

OUT = locked.ROOT / "build" / "sbom.cdx.json"


def write(out: Path = OUT) -> int:
    """Write the bill; the number of components."""
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", str(locked.LOCK), "--pyproject",
               str(locked.ROOT / "pyproject.toml"), "--output-reproducible", "--spec-version", "1.6",
               "--output-format", "JSON", "--output-file", str(out)]  # fmt: skip
    subprocess.run(command, capture_output=True, text=True, check=True)
    bill = json.loads(out.read_text(encoding="utf-8"))
    for component in bill["components"]:
        _complete(component)
    _hang_together(bill)
    out.write_text(json.dumps(bill, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    return len(bill["components"])


def _complete(component: dict[str, Any]) -> None:
    component.pop("description", None)  # the line of the lock, which the hashes repeat
    component["bom-ref"] = f"{component['name']}=={component['version']}"
    if licence := locked.licence(component["name"]):
        component["licenses"] = [{"license": {"name": licence, "acknowledgement": "declared"}}]


def _hang_together(bill: dict[str, Any]) -> None:
    """The application depends on all of them; the lock does not say which of them needs which."""
    references = [component["bom-ref"] for component in bill["components"]]
    root = bill["metadata"]["component"]["bom-ref"]
    bill["dependencies"] = [{"ref": root, "dependsOn": references}, *({"ref": each} for each in references)]
