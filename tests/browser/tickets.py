"""The files of `accredit explain --html` in a real browser: read on a screen, aloud, and on paper."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.window import LOOKS, Window
from tests.environment import environment_of

from accredit.testing import Simulator

TICKETS = {
    "accepted": ("facebook", "good-max"),
    "foreign": ("line", "foreign_app-ada"),
    "expired": ("weibo", "expired-ada"),
}
"""By the name of the file: the connection, and the sample that is explained."""
FOREIGN_TITLE = "This token was made for another app"


@pytest.fixture(scope="module")
def tickets(
    connections: dict[str, dict[str, Any]], simulators: dict[str, Simulator], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, str]:
    """The address of each file."""
    folder: Path = tmp_path_factory.mktemp("tickets")
    (folder / "accredit.toml").write_text('issuer = "https://login.example.com/"\n', "utf-8")
    asked = {connection: connections[connection] for connection, _ in TICKETS.values()}
    environment = {"PATH": os.environ["PATH"], **environment_of(asked)}
    for name, (connection, wanted) in TICKETS.items():
        sample = next(one for one in simulators[connection].samples() if one.name == wanted)
        command = f"accredit explain --connection {connection} --config accredit.toml --html {name}.html"
        done = subprocess.run(
            [sys.executable, "-m", *command.split()],
            input=json.dumps(dict(sample.parameters)),
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == (0 if name == "accepted" else 3), done.stderr
    return {name: (folder / f"{name}.html").as_uri() for name in TICKETS}


@pytest.mark.parametrize("look", LOOKS)
def test_every_file_is_accessible_and_fits_the_screen(browser: Browser, tickets: Mapping[str, str], look: str) -> None:
    with Window(browser, **LOOKS[look]) as window:
        for name, address in tickets.items():
            window.page.goto(address)
            assert window.violations() == [], name
            assert not window.is_wider_than_the_screen(), name
            window.picture(f"ticket-{name}-{look}")


def test_its_own_style_is_let_in_and_nothing_is_asked_of_anybody(browser: Browser, tickets: Mapping[str, str]) -> None:
    with Window(browser, color_scheme="dark") as window:
        asked: list[str] = []
        window.page.on("request", lambda request: asked.append(request.url))
        window.page.goto(tickets["foreign"])
        expect(window.page.locator("html")).to_have_css("background-color", "rgb(18, 22, 27)")
        assert asked == [tickets["foreign"]]


def test_what_was_slipped_in_does_not_run(browser: Browser, tickets: Mapping[str, str]) -> None:
    with Window(browser) as window:
        window.page.goto(tickets["accepted"])
        title = window.page.title()
        window.page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "document.title = 'owned'";
                document.body.append(script);
                document.body.style.cssText = "";
                document.body.insertAdjacentHTML("beforeend", "<img src='https://evil.example/'>");
            }"""
        )
        expect(window.page).to_have_title(title)
        window.page.wait_for_function("performance.now() > 0")
        assert len([line for line in window.said if "Content Security Policy" in line]) == 2
        window.said.clear()


def test_the_first_heading_of_another_apps_token_says_so_and_the_story_names_both_apps(
    browser: Browser, tickets: Mapping[str, str]
) -> None:
    with Window(browser) as window:
        window.page.goto(tickets["foreign"])
        expect(window.page.get_by_role("heading").first).to_have_text(FOREIGN_TITLE)
        expect(window.page.locator(".story")).to_contain_text("would be logged in here now as Ada Lovelace")
        expect(window.page.locator(".sides")).to_contain_text("not the same: kept out")


def test_printed_everything_is_on_the_paper(browser: Browser, tickets: Mapping[str, str]) -> None:
    paper = {"width": 720, "height": 1000}
    with Window(browser, viewport=paper, color_scheme="dark") as window:
        window.page.emulate_media(media="print")
        for name, address in tickets.items():
            window.page.goto(address)
            expect(window.page.locator("html")).to_have_css("background-color", "rgb(255, 255, 255)")
            wide = "[...document.querySelectorAll('.scrolls')].filter(one => one.scrollWidth > one.clientWidth).length"
            assert window.page.evaluate(wide) == 0, name
            window.picture(f"ticket-{name}-print")
