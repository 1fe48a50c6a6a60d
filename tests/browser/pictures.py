"""The pictures of pages in the documentation: made anew in each run, and held beside those that stand there.

Pixels depend on the fonts of a machine. So what is compared is what can be read in a picture, and its style sheets:
`shown` keeps both, with the sums of the pictures they belong to. `nox -s browser -- --pictures` writes all of it anew.
"""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, expect
from tests.browser.office import Desk, open_office
from tests.browser.window import SHOTS, Window
from tests.documents.blocks import ROOT
from tests.examples.running import running

RENEW = "ACCREDIT_TEST_PICTURES"
"""The environment variable that has the pictures and what is kept beside them written anew."""
STATIC = ROOT / "docs/static"
SHOWN = Path(__file__).with_name("shown")
LOOKS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZE: dict[str, Any] = {"viewport": {"width": 960, "height": 200}}
"""As wide as a page of a forge shows it; as high as what is on it."""
_CHANGES = {
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?": "(time)",
    r"\d+(\.\d+)? ms\b": "(duration)",
    r"\d+\.\d+ a second": "(rate)",
    r"127\.0\.0\.1:\d+": "127.0.0.1:(port)",
}
"""What is another in each run."""
_CUT = """without => {
    for (const part of document.querySelectorAll(without)) part.remove();
    document.documentElement.style = "outline: 1px solid gray; outline-offset: -1px";
}"""
"""Leaves parts of a page out, and gives it an edge: what stands around its picture may be as white."""
expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class Shown:
    """What a page shows: its words, its style sheets as they came, and its pictures by their looks."""

    words: str
    sheets: bytes
    pictures: dict[str, bytes]

    def told(self, pictures: dict[str, bytes]) -> str:
        """Return what is kept beside these pictures of it."""
        sums = {"styles": self.sheets} | pictures
        head = [f"{name} {hashlib.sha256(content).hexdigest()}" for name, content in sums.items()]
        return "\n".join([*head, "", self.words, ""])


def look_at(page: Page, *, without: str) -> Shown:
    """Return what a page shows, without the parts that a selector names: a picture is smaller than a page."""
    page.evaluate(_CUT, without)
    pictures: dict[str, bytes] = {}
    for look in LOOKS:
        page.emulate_media(color_scheme=look)
        pictures[look] = page.screenshot(full_page=True, animations="disabled")
    words = page.locator("body").inner_text()
    for changing, name in _CHANGES.items():
        words = re.sub(changing, name, words)
    words = "\n".join(filter(None, (" ".join(line.split()) for line in words.splitlines())))
    sheets = page.locator("link[rel=stylesheet]").evaluate_all("all => all.map(one => one.href)")
    return Shown(words, b"".join(page.request.get(sheet).body() for sheet in sheets), pictures)


def hold(name: str, shown: Shown) -> None:
    """Compare what a page shows with what its pictures show; where they are to be renewed, write those that are old."""
    files: dict[str, Path] = {look: STATIC / f"{name}-{look}.png" for look in LOOKS}
    kept = SHOWN / f"{name}.txt"
    told = kept.read_text("utf-8") if kept.is_file() else ""
    now = shown.told({look: file.read_bytes() if file.is_file() else b"" for look, file in files.items()})
    if os.environ.get(RENEW) and told != now:
        told = now = shown.told(shown.pictures)
        kept.write_text(told, "utf-8")
        for look, file in files.items():
            file.write_bytes(shown.pictures[look])
    if folder := os.environ.get(SHOTS):
        for look, file in files.items():
            Path(folder, file.name).write_bytes(shown.pictures[look])
    assert told == now, "run: nox -s browser -- --pictures"
    assert [look for look, picture in shown.pictures.items() if len(picture) > 100_000] == []


def test_the_operators_page(browser: Browser, connections: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    with open_office(tmp_path, connections, workers=1) as office, Desk(browser, office, **SIZE) as desk:
        for token, times in (("good-ada", 40), ("expired-ada", 7), ("foreign_app-ada", 4), ("no_permission-ada", 2)):
            for _ in range(times):
                office.login(f"EAAsim-{token}")
        for token, times in (("good-ada", 9), ("down-ada", 5)):
            for _ in range(times):
                office.login(f"2.00sim-{token}", connection="weibo")
        desk.sign_in()
        for seen in ("40 accepted", "13 refused", "9 accepted", "5 failed"):
            expect(desk.page.get_by_role("cell", name=seen)).to_have_count(3)
        expect(desk.page.get_by_text("1 in the last hour")).to_be_visible()
        hold("operator", look_at(desk.page, without="section ~ section ~ section"))


def test_the_playground_refuses_a_token_of_another_app(browser: Browser, tmp_path: Path) -> None:
    with running("accredit dev", tmp_path, PATH=os.environ["PATH"]) as url, Window(browser, **SIZE) as window:
        page = window.page
        page.goto(url)
        page.get_by_role("button", name="The quiz app sends Ada's token to your server").click()
        expect(page.locator("#verdict")).to_contain_text("wrong_audience")
        others = "main > :not(.way), #verdict > :is(.about, .bar, nav), .way > :not(#verdict, #audience), #audience > p"
        hold("playground", look_at(page, without=others))
