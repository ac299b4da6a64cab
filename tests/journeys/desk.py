"""One member of staff's browser: opens a screen, looks at it, waits for what must come."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.running import wait_until

WAIT = 15_000  # milliseconds
JOB_WAIT = 60_000
# A refusal (404 of another city) and a question taken back while typing are no faults of the page.
EXPECTED = re.compile("status of 404|^htmx:(sendAbort|afterRequest)")
USUAL = {"locale": "ja-JP", "timezone_id": "Asia/Tokyo", "viewport": {"width": 1280, "height": 900}}


@dataclass
class Desk:
    page: Any
    address: str
    complaints: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, browser: Any, address: str, **options: Any) -> Desk:
        context = browser.new_context(**(USUAL | {"base_url": address} | options))
        context.set_default_timeout(WAIT)
        desk = cls(context.new_page(), address)
        desk.page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        desk.page.on("console", desk._listen)
        return desk

    def _listen(self, message: Any) -> None:

        if message.type in ("error", "warning") and not EXPECTED.search(message.text):
            self.complaints.append(message.text)

    def sign_in(self, login: str, password: str) -> None:
        self.page.goto("/sign-in/")
        self.page.get_by_label("利用者ID").fill(login)
        self.page.get_by_label("パスワード").fill(password)
        self.page.get_by_role("button", name="サインイン").click()
        self.page.get_by_role("heading", level=1, name="ホーム").wait_for()

    def goto(self, path: str) -> Desk:
        self.page.goto(path)
        return self

    def menu(self, entry: str) -> Desk:
        """Go where the navigation leads, as staff do."""
        self.page.get_by_role("navigation", name="主な業務").get_by_role(
            "link", name=entry, exact=True
        ).click()
        self.page.wait_for_load_state()
        return self

    def heading(self, name: str | re.Pattern[str]) -> Desk:
        self.page.get_by_role("heading", level=1, name=name).wait_for()
        return self

    def looks_well(self, name: str) -> Desk:
        """axe finds nothing, and the page does not scroll sideways."""
        from axe_playwright_python.sync_playwright import Axe

        if folder := os.environ.get("SESSHU_JOURNEY_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        found = Axe().run(self.page).response["violations"]
        told = [(rule["id"], [node["target"] for node in rule["nodes"]][:5]) for rule in found]
        assert told == [], f"{name}: {told}"
        width = self.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], f"{name} scrolls sideways: {width}"
        return self

    def job_ends(self) -> Desk:
        """On a job's page: it shows progress and comes to its end."""
        self.page.get_by_role("progressbar").first.wait_for()
        done = self.page.get_by_text("処理が終わりました")
        stopped = self.page.get_by_text("処理が途中で止まりました")
        done.or_(stopped).wait_for(timeout=JOB_WAIT)
        assert not stopped.count(), self.page.locator("main").evaluate("main => main.textContent")
        return self

    def until(self, what: str, sign: Any) -> Desk:
        """Wait for a sign of the work's end on a screen that follows its job; it must come by itself."""
        try:
            sign.first.wait_for(timeout=JOB_WAIT)
        except Exception as error:
            raise AssertionError(f"{what}: never came. {self.page.locator('main').inner_text()}") from error
        return self

    def reloaded_until(self, what: str, sign: Any) -> Desk:
        """Look again and again at a page that does not follow its job by itself."""

        def shown() -> bool:
            self.page.reload()
            return bool(sign.count())

        wait_until(shown, what, seconds=JOB_WAIT / 1000, pause=0.3)
        return self

    def shown_again(self, button: Any, password: str = "sesshu-demo-2026") -> Desk:  # noqa: S107
        """Press what wants the second factor anew, show it as the demo does, and come back to the button."""
        button.click()
        asked = self.page.get_by_role("button", name="パスワードで確認する")
        asked.wait_for()
        self.page.get_by_label("パスワード").fill(password)
        asked.click()
        button.wait_for()
        return self

    def focused(self, what: str = "id") -> Any:
        return self.page.evaluate(f"document.activeElement?.{what}")

    def tiles(self) -> dict[str, int]:
        """The figures of the screen's tiles by their words."""
        found = {}
        for tile in self.page.locator(".tile").all():
            value = tile.locator(".tile__value")
            if value.count():
                label = tile.locator(".tile__label").inner_text().strip()
                found[label] = int(re.sub(r"\D", "", value.inner_text()))
        return found
