"""A Chromium, and a window of it in which nothing may be said on the console."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = "ACCREDIT_TEST_AXE"
"""The environment variable that names the folder in which npm has installed axe-core."""
SHOTS = "ACCREDIT_TEST_SCREENSHOTS"
"""The one that names a folder in which pictures are kept, to be looked at; without it there are none."""
NARROW: dict[str, Any] = {"viewport": {"width": 360, "height": 740}}
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "narrow": {"color_scheme": "light", **NARROW},
    "narrow-dark": {"color_scheme": "dark", **NARROW},
    # As a browser zooms to 200 %: half as many of its points on the same screen.
    "large": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
}


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium without a screen."""
    assert PROGRAM is not None, "chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        # Its sandbox needs rights that a container does not give to root; the pages are our own.
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Window:
    """One window, which must not say anything on its console."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(30_000)
        self.said: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.context.close()
        if kind is None:
            assert self.said == []

    def violations(self) -> list[str]:
        """Return what axe finds on the page as it is."""
        self.page.evaluate(_axe())  # by the debugger, which the page's policy does not bind
        found = self.page.evaluate("axe.run({ resultTypes: ['violations', 'incomplete'] })")
        told = [
            f"{one['id']}: {node['html']} {[check['message'] for check in [*node['any'], *node['all'], *node['none']]]}"
            for kind in ("violations", "incomplete")
            for one in found[kind]
            # Of what is scrolled out of sight it cannot see the ground; what is in sight has the same.
            if (kind, one["id"]) != ("incomplete", "color-contrast")
            for node in one["nodes"]
        ]
        assert found["testEngine"]["name"] == "axe-core"
        return told

    def picture(self, name: str, *, whole: bool = True) -> None:
        """Keep a picture, where somebody wants to look at it."""
        if folder := os.environ.get(SHOTS):
            self.page.screenshot(path=f"{folder}/{name}.png", full_page=whole)

    def is_wider_than_the_screen(self) -> bool:
        """Tell whether the page as a whole has to be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def _axe() -> str:
    folder = os.environ.get(AXE)
    assert folder, f"{AXE} names no folder with axe-core: run `nox -s browser`"
    return (Path(folder) / "node_modules/axe-core/axe.min.js").read_text("utf-8")
