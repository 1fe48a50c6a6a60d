"""A playground with a plugin that looks installed, and a browser without a screen."""

import importlib
import importlib.metadata
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from accredit.playground.make import playground
from accredit.playground.recorder import Recorder
from accredit.playground.recording import Recording
from accredit.sandbox.sandbox import Provider, Sandbox, sandbox

FAKE = Path(__file__).parents[1] / "cli" / "plugin"
_MODULES = ("accredit_fake", "accredit_fake_simulator")


@dataclass
class Room:
    """What a test drives."""

    sandbox: Sandbox
    recorder: Recorder
    browser: httpx.Client

    @property
    def url(self) -> str:
        return self.sandbox.url

    @property
    def provider(self) -> Provider:
        return self.sandbox.providers[0]

    @property
    def last(self) -> Recording:
        return self.recorder.recordings.newest()[0]

    def do(self, action: str, **fields: str) -> httpx.Response:
        """Send a form of the playground, and do not follow."""
        return self.browser.post(f"/playground/{action}", data=fields)

    def see(self, action: str, **fields: str) -> str:
        """Send a form, follow, and return the text of the page."""
        answer = self.do(action, **fields)
        assert answer.status_code == 303, answer.text
        return self.text(answer.headers["location"])

    def text(self, path: str) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return seen(answer)

    def post(self, path: str = "/oauth/access_token", **fields: str) -> httpx.Response:
        """Send what an app of one's own sends."""
        return httpx.post(f"{self.url}{path}", json=fields, trust_env=False)

    def login(self, token: str = "fakesim-good-ada", **more: str) -> dict[str, Any]:
        fields = {"client_id": "sample-app", "connection": "fake", "scope": "openid offline_access"}
        answer: dict[str, Any] = self.post(**fields, access_token=token, **more).json()
        return answer


def seen(answer: httpx.Response) -> str:
    """Return the text of a page in one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@contextmanager
def installed(site: Path) -> Iterator[None]:
    """Make the plugin `fake` the only installed one."""
    info = site / "accredit_fake-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: accredit-fake\nVersion: 1.2\n", "utf-8")
    (info / "entry_points.txt").write_text("[accredit.strategies]\nfake = accredit_fake\n", "utf-8")
    for name in _MODULES:
        shutil.copy(FAKE / f"{name}.py", site)
    found = importlib.metadata.entry_points

    def entry_points(*, group: str) -> importlib.metadata.EntryPoints:
        ours = [one for one in found(group=group) if one.dist and Path(str(one.dist.locate_file(""))) == site]
        return importlib.metadata.EntryPoints(ours)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "entry_points", entry_points)
        patch.syspath_prepend(str(site))
        for name in _MODULES:
            patch.delitem(sys.modules, name, raising=False)
        yield
        for name in _MODULES:
            sys.modules.pop(name, None)


@contextmanager
def room() -> Iterator[Room]:
    """Run a playground with every installed provider."""
    recorder = Recorder()
    around = partial(playground, recorder)
    with (
        sandbox(plugins=[recorder], logger=structlog.ReturnLogger(), around=around) as running,
        httpx.Client(base_url=running.url, trust_env=False, timeout=30) as browser,
    ):
        yield Room(running, recorder, browser)
