"""Where the printed files of a city stand until they are posted."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from sesshu.health.notices.models import PrintRun
from sesshu.protection.tenancy import current


def path_of(run: PrintRun) -> Path:
    """The file of a run of the municipality acted for."""
    return Path(settings.MEDIA_ROOT) / current() / "notices" / f"{run.pk}.pdf"
