"""`accredit serve` with its operator's page, people who log in, and a Chromium that looks at it."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from tests.environment import environment_of
from tests.examples.running import Server, started

from accredit.settings.operator import OperatorTokenHash, new_operator_token

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = "ACCREDIT_TEST_AXE"
"""The environment variable that names the folder in which npm has installed axe-core."""
SHOTS = "ACCREDIT_TEST_SCREENSHOTS"
"""The one that names a folder in which pictures are kept, to be looked at; without it there are none."""
_SETTINGS = """
issuer = "https://login.example.com/"
[clients.shop-app]
connections = ["facebook", "weibo"]
[clients.game]
connections = ["facebook"]
[limits]
breaker_outages = 3
"""
HOSTILE = "<img src=x onerror=\"document.title='owned'\">\u202e\"'&lt;"
"""What a user's device calls itself."""


@dataclass(frozen=True)
class Office:
    """A running server: `url` for apps, `page` for operators, who have the `token`."""

    server: Server
    token: str

    @property
    def url(self) -> str:
        return str(re.findall(r"listening on (\S+),", self.server.output)[0])

    @property
    def page(self) -> str:
        return str(re.findall(r"operator's page at (\S+)/\n", self.server.output)[0])

    def login(self, token: str, *, connection: str = "facebook", client: str = "shop-app", device: str = "") -> Any:
        """Log in, and return the status and the answer."""
        body = {"client_id": client, "connection": connection, "access_token": token, "scope": "openid offline_access"}
        more = {"device": device} if device else {}
        answer = httpx.post(f"{self.url}/oauth/access_token", json=body | more, trust_env=False, timeout=60)
        return answer.status_code, answer.json()

    def refresh(self, tokens: dict[str, str]) -> int:
        """Show a refresh token, and return the status."""
        form = {"grant_type": "refresh_token", "client_id": "shop-app", "refresh_token": tokens["refresh_token"]}
        return httpx.post(f"{self.url}/oauth/token", data=form, trust_env=False, timeout=60).status_code


@contextmanager
def open_office(folder: Path, connections: dict[str, dict[str, Any]]) -> Iterator[Office]:
    """Run a server of two workers in `folder`, until the block ends."""
    token = new_operator_token()
    page = {
        "ACCREDIT_OPERATOR__ENABLED": "true",
        "ACCREDIT_OPERATOR__PORT": "0",
        "ACCREDIT_OPERATOR__TOKEN_HASH": str(OperatorTokenHash.of(token)),
        "ACCREDIT_CONFIG": "accredit.toml",
    }
    (folder / "accredit.toml").write_text(_SETTINGS, "utf-8")
    variables = environment_of({name: connections[name] for name in ("facebook", "weibo")})
    with started("accredit serve --workers 2", folder, PATH=os.environ["PATH"], **variables, **page) as server:
        office = Office(server, token)
        while "listening on" not in server.output:
            assert server.process.poll() is None, server.output
        yield office


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium without a screen."""
    assert PROGRAM is not None, "chromium is not installed: apt-get install chromium"
    with sync_playwright() as playwright:
        # Its sandbox needs rights that a container does not give to root; the pages are our own.
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Desk:
    """One browser window of an operator's, which must not say anything on its console."""

    def __init__(self, browser: Browser, office: Office, **options: Any) -> None:
        self.office = office
        self.context: BrowserContext = browser.new_context(**options)
        self.context.set_default_timeout(30_000)
        self.said: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.context.close()
        if kind is None:
            assert self.said == []

    def sign_in(self, token: str | None = None) -> None:
        """Open the page, and show the token."""
        self.page.goto(self.office.page)
        self.page.get_by_label("Token").fill(self.office.token if token is None else token)
        self.page.get_by_role("button", name="Sign in").click()

    def goto(self, path: str) -> None:
        """Open another page: of the room in which this browser is, once it has signed in."""
        room = re.match(r".*/~[^/]+", self.page.url)
        self.page.goto(f"{room[0] if room else self.office.page}{path}")

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
