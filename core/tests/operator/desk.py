"""An operator's page over a bench, and a browser without a screen."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import httpx
from core.tests.bench import Bench, Clock, bench

from accredit.operator import Everybody, View
from accredit.operator.app import OperatorPage
from accredit.operator.attempts import Attempts
from accredit.operator.desk import Desk
from accredit.operator.sessions import Sessions
from accredit.settings.operator import OperatorTokenHash, new_operator_token

TOKEN = new_operator_token()
URL = "http://127.0.0.1:9465"
SCOPE = "openid profile offline_access"


@dataclass
class Office:
    """What a test drives."""

    wire: Bench
    page: OperatorPage
    browser: httpx.AsyncClient
    waited: list[float] = field(default_factory=list)

    def another_browser(self, url: str = URL) -> httpx.AsyncClient:
        """Return one that has not signed in."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.page), base_url=url)

    async def sign_in(self, token: str = TOKEN, **headers: str) -> httpx.Response:
        return await sign_in(self.browser, token, **headers)

    async def text(self, path: str, **params: str) -> str:
        """Return what a reader sees of a page, and its links."""
        answer = await self.browser.get(path, params=params)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return seen(answer)

    async def form_token(self) -> str:
        return hidden(await self.browser.get("/"))["form_token"]

    async def do(self, action: str, subject: str, **more: str) -> httpx.Response:
        """Go through the page that asks once more, as a browser does."""
        asked = await self.browser.get("/confirm", params={"action": action, "subject": subject, **more})
        assert asked.status_code == 200, asked.text
        return await self.browser.post("/do", data=hidden(asked))

    async def login(self, **parameters: Any) -> httpx.Response:
        return await self.wire.post(**{"scope": SCOPE, **parameters})


async def sign_in(browser: httpx.AsyncClient, token: str = TOKEN, **headers: str) -> httpx.Response:
    """Show a token, and stay where that has led."""
    answer = await browser.post("/sign-in", data={"token": token}, headers=headers)
    if answer.status_code == 303:
        browser.base_url = answer.url.join(answer.headers["location"])
    return answer


def seen(answer: httpx.Response) -> str:
    """Return the text of a page in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def hidden(answer: httpx.Response) -> dict[str, str]:
    """Return the hidden fields of the last form of a page: the one in its content."""
    form = answer.text.rpartition("<form")[2]
    return {unescape(name): unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}


@asynccontextmanager
async def office(
    settings: Mapping[str, Any] | None = None,
    *,
    url: str | None = None,
    at: str = URL,
    signed_in: bool = True,
    **more: Any,
) -> AsyncIterator[Office]:
    """Run a page. `url` is the setting, `at` where the browser finds it."""
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    clocks = [Clock()]
    view = View(clock=lambda: clocks[-1](), monotonic=lambda: clocks[-1].monotonic())
    async with bench(settings, plugins=[view], **more) as wire:
        clocks.append(wire.clock)
        page = OperatorPage(
            Desk(wire.exchange.engine, Everybody(view)),
            url=url,
            attempts=Attempts(
                OperatorTokenHash.parse(str(OperatorTokenHash.of(TOKEN))), clock=wire.clock.monotonic, wait=wait
            ),
            sessions=Sessions(wire.clock.monotonic),
            emit=wire.exchange.engine.reporter.emit,
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(page), base_url=at) as browser:
            one = Office(wire, page, browser, waited)
            if signed_in:
                assert (await one.sign_in()).status_code == 303
            yield one
