"""Texts that come in at a door: only what a database, a log and a page can hold."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

LINE = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[str, Field(pattern=LINE)]
# A remark may have more lines than one.
Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
