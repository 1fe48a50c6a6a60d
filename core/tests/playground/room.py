"""A playground with a plugin that looks installed, and a browser without a screen."""

import importlib.metadata
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
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
OTHER = Path(__file__).parent / "plugin"


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

    def tokens(self, run: str) -> list[tuple[str, str, str]]:
        """Return what the panel says of each refresh token: what it is, what that means, and its button, if any."""
        page = self.browser.get(f"/playground/runs/{run}").text
        rows = re.findall(r"<tr>(.*?)</tr>", page.partition('id="session"')[2].partition("</tbody>")[0], re.S)
        parts = [re.search(r"<span[^>]*>(.*?)</span><p>(.*?)</p>(?:.*?<button[^>]*>(.*?)<)?", row) for row in rows[1:]]
        return [(_text(one[1]), _text(one[2]), one[3] or "") for one in parts if one is not None]

    def login(self, token: str = "fakesim-good-ada", **more: str) -> dict[str, Any]:
        fields = {"client_id": "sample-app", "connection": "fake", "scope": "openid offline_access"}
        answer: dict[str, Any] = self.post(**fields, access_token=token, **more).json()
        return answer


def seen(answer: httpx.Response) -> str:
    """Return the text of a page in one line."""
    return _text(answer.text)


def _text(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@contextmanager
def installed(site: Path, strategy: str = "fake", folder: Path = FAKE, *, other: bool = False) -> Iterator[None]:
    """Make one plugin the only installed one: the module `accredit_<strategy>` of a folder. `other` is a second one."""
    modules = [_lay_down(site, strategy, folder), *([_lay_down(site, "other", OTHER)] if other else [])]
    found = importlib.metadata.entry_points

    def entry_points(*, group: str) -> importlib.metadata.EntryPoints:
        ours = [one for one in found(group=group) if one.dist and Path(str(one.dist.locate_file(""))) == site]
        return importlib.metadata.EntryPoints(ours)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.metadata, "entry_points", entry_points)
        patch.syspath_prepend(str(site))
        _forget(modules)
        yield
        _forget(modules)


def _lay_down(site: Path, strategy: str, folder: Path) -> str:
    module = f"accredit_{strategy}"
    info = site / f"{module}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: accredit-{strategy}\nVersion: 1.2\n", "utf-8")
    (info / "entry_points.txt").write_text(f"[accredit.strategies]\n{strategy} = {module}\n", "utf-8")
    for source in folder.glob(f"{module}*"):
        if source.is_dir():
            shutil.copytree(source, site / source.name)
        else:
            shutil.copy(source, site)
    return module


def _forget(modules: Sequence[str]) -> None:
    """Let the next ones of those names be loaded anew."""
    for name in [name for name in sys.modules if name.startswith(tuple(modules))]:
        del sys.modules[name]


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
