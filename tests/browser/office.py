"""`accredit serve` with its operator's page, people who log in, and the window in which an operator looks at it."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser
from tests.browser.window import Window
from tests.environment import environment_of
from tests.examples.running import Server, started

from accredit.settings.operator import OperatorTokenHash, new_operator_token

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
def open_office(folder: Path, connections: dict[str, dict[str, Any]], workers: int = 2) -> Iterator[Office]:
    """Run a server in `folder`, until the block ends."""
    token = new_operator_token()
    page = {
        "ACCREDIT_OPERATOR__ENABLED": "true",
        "ACCREDIT_OPERATOR__PORT": "0",
        "ACCREDIT_OPERATOR__TOKEN_HASH": str(OperatorTokenHash.of(token)),
        "ACCREDIT_CONFIG": "accredit.toml",
    }
    (folder / "accredit.toml").write_text(_SETTINGS, "utf-8")
    variables = environment_of({name: connections[name] for name in ("facebook", "weibo")})
    with started(f"accredit serve --workers {workers}", folder, PATH=os.environ["PATH"], **variables, **page) as server:
        office = Office(server, token)
        while "listening on" not in server.output:
            assert server.process.poll() is None, server.output
        yield office


class Desk(Window):
    """One browser window of an operator's."""

    def __init__(self, browser: Browser, office: Office, **options: Any) -> None:
        super().__init__(browser, **options)
        self.office = office

    def sign_in(self, token: str | None = None) -> None:
        """Open the page, and show the token."""
        self.page.goto(self.office.page)
        self.page.get_by_label("Token").fill(self.office.token if token is None else token)
        self.page.get_by_role("button", name="Sign in").click()

    def goto(self, path: str) -> None:
        """Open another page: of the room in which this browser is, once it has signed in."""
        room = re.match(r".*/~[^/]+", self.page.url)
        self.page.goto(f"{room[0] if room else self.office.page}{path}")
