"""``bin/audit`` and ``bin/sbom``."""

from __future__ import annotations

import sys

from sesshu.kernel import clock
from tests.dependencies import bill, checking, locked


def main(words: list[str]) -> int:
    if words[:1] == ["sbom"]:
        print(f"{bill.write()} components: {bill.OUT.relative_to(locked.ROOT)}")
        return 0
    return _audit()


def _audit() -> int:
    reviewed, packages = checking.reviews(), locked.packages()
    wrong = checking.faults(reviewed, packages, clock.today())
    for line in wrong:
        print(f"FAULT {line}")
    print(f"{len(packages)} packages: hashes, licences, reviews and activity checked offline.")
    told = checking.vulnerabilities(reviewed)
    for line in told.found:
        print(f"VULNERABLE {line}")
    if not told.asked:
        print(f"NOT CHECKED for known vulnerabilities: the service could not be reached ({told.problem}).")
        print("NOT CHECKED whether a version was withdrawn (yanked): only the registry knows.")
    else:
        print(f"{told.asked} packages asked about at the vulnerability service. {told.problem}")
    return 1 if wrong or told.found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
