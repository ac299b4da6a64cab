"""Who gave the doses of a file: the clinic that sent it, or the one that a row itself names."""

from __future__ import annotations

from collections.abc import Iterator

from sesshu.health.intake.results import Remark, Result
from sesshu.health.providers import selectors, services
from sesshu.health.providers.models import Provider
from sesshu.protection.models import Account


class Senders:
    """The providers of one file; unknown ones are registered provisionally when their first row is met."""

    def __init__(self, code: str, *, by: Account | None) -> None:
        self._by = by
        self.provisional: list[Provider] = []
        self._known = {provider.code: provider for provider in selectors.providers()}
        self._first_rows: dict[str, int] = {}
        self.sender = self._ensure(code, "")

    def of(self, result: Result) -> Provider:
        """The provider of a row: its own 医療機関コード wins over the sender's."""
        if not result.provider_code or result.provider_code == self.sender.code:
            return self.sender
        known = self._known.get(result.provider_code)
        if known is None:
            known = self._ensure(result.provider_code, result.provider_name)
            self._first_rows[known.code] = result.row
        return known

    def doubts(self, result: Result) -> Iterator[Remark]:
        """That the row is the first of a provider nobody knew."""
        if self._first_rows.get(result.provider_code) == result.row:
            yield Remark("医療機関コード", f"{result.provider_code} は未登録のため、仮登録しました。")

    def remarks(self) -> list[Remark]:
        """What is to be said of the sender itself."""
        if self.sender not in self.provisional:
            return []
        return [
            Remark(
                "医療機関コード",
                f"{self.sender.code} は未登録のため、仮登録しました。名称を登録してください。",
            )
        ]

    def _ensure(self, code: str, name: str) -> Provider:
        if code in self._known:
            return self._known[code]
        provider, created = services.ensure_provider(code, name, by=self._by)
        if created:
            self.provisional.append(provider)
        self._known[code] = provider
        return provider
