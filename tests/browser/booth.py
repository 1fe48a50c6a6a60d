"""`accredit dev`, and the window of somebody who tries it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, expect
from tests.browser.window import Window
from tests.examples.running import started


@contextmanager
def open_booth(folder: Path) -> Iterator[str]:
    """Run it in `folder` until the block ends; yields its address."""
    with started("accredit dev", folder, PATH=os.environ["PATH"]) as server:
        yield server.url


class Visitor(Window):
    """One browser window at the playground."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        super().__init__(browser, **options)
        self.url = url

    def start(self, connection: str = "") -> None:
        """Open the first page, with a connection chosen."""
        self.page.goto(f"{self.url}/{f'?connection={connection}' if connection else ''}")

    def press(self, name: str) -> None:
        """Press a button that has exactly this name."""
        self.page.get_by_role("button", name=name, exact=True).click()

    def sees(self, verdict: str) -> None:
        """Wait for the page of a login that ended so: `accepted`, or the reason of a refusal."""
        expect(self.page.locator("#verdict")).to_contain_text(verdict)

    def show(self, number: int) -> None:
        """Show the refresh token in a row of the panel, counted from 0."""
        self.page.locator("#session tbody tr").nth(number).get_by_role("button").click()

    def holds(self, *states: str) -> None:
        """Wait for a session that has refresh tokens of these states."""
        expect(self.page.locator("#session tbody .state")).to_have_text(list(states))

    @property
    def session(self) -> Locator:
        """The panel of the session."""
        return self.page.locator("#session")

    def post(self, path: str = "/oauth/access_token", **fields: str) -> httpx.Response:
        """Send what an app sends, which knows nothing of this browser."""
        return httpx.post(f"{self.url}{path}", json=fields, trust_env=False, timeout=60)
