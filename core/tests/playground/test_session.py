"""The panel of a session: rotation, leeway, reuse, logout and linking can be seen."""

from __future__ import annotations

import httpx
import pytest
from core.tests.playground.room import Room


@pytest.fixture
def run(here: Room) -> str:
    """The request of a login that was accepted."""
    here.see("send", connection="fake", sample="good-ada")
    return str(here.last.number)


NEWEST = ["newest", "It gets new tokens, and is replaced by a new one.", "Use it"]
WORKS_TOO = ["works, too", "It came for the same old token as a newer one. Either can be used.", "Use it"]
USED = [
    "used",
    "It was replaced. If it is used again, two have it: then the session ends.",
    "Use it again: ends the session",
]
ENDED = ["ended", "Its session has ended.", ""]
REPLACED = "replaced, in its leeway"
POSSIBLE = ["Ask /userinfo who it is", "Log out: ends the session", "at another provider here"]


def states(here: Room, run: str) -> list[list[str]]:
    """Return what the page says of each refresh token, in the order in which they came."""
    return [list(one) for one in here.tokens(run)]


def test_a_refresh_token_is_replaced_and_works_again_within_its_leeway(here: Room, run: str) -> None:
    assert states(here, run) == [NEWEST]

    text = here.see("refresh", run=run, token=run)
    assert "New tokens for the same login" in text
    (word, about, act), second = states(here, run)
    assert (word, act) == (REPLACED, "Use it again")
    assert about.startswith("It works again for ")
    assert 25 <= int(about.split()[4]) <= 30, about
    assert second == NEWEST


def test_only_the_one_that_came_last_is_the_newest_although_others_work_too(here: Room, run: str) -> None:
    here.see("refresh", run=run, token=run)
    second = str(here.last.number)
    here.see("refresh", run=run, token=run)
    assert here.last.status == 200
    assert states(here, run)[1:] == [WORKS_TOO, NEWEST]

    here.see("refresh", run=run, token=second)
    assert here.last.status == 200
    assert [word for word, *_ in states(here, run)] == [REPLACED, REPLACED, "works, too", "newest"]


def test_after_the_leeway_it_is_used_and_whoever_shows_it_ends_the_session(here: Room, run: str) -> None:
    here.see("refresh", run=run, token=run)
    here.see("time", seconds="31", back=run)
    assert states(here, run) == [USED, NEWEST]

    text = here.see("refresh", run=run, token=run)
    assert (here.last.status, here.last.answer and here.last.answer["error"]) == (403, "invalid_grant")
    assert "refresh_token_reused" in text
    assert states(here, run) == [ENDED, ENDED]


def test_the_newest_one_goes_on_after_the_leeway(here: Room, run: str) -> None:
    here.see("refresh", run=run, token=run)
    newest = str(here.last.number)
    here.see("time", seconds="31", back=run)

    here.see("refresh", run=run, token=newest)
    assert here.last.status == 200
    used, (replaced, *_), last = states(here, run)
    assert (used, replaced, last) == (USED, REPLACED, NEWEST)


def test_logging_out_ends_the_session_and_nothing_that_is_impossible_is_offered(here: Room, run: str) -> None:
    before = here.text(f"/playground/runs/{run}")
    assert all(words in before for words in POSSIBLE)

    text = here.see("revoke", run=run)
    assert "The session has ended" in text
    assert states(here, run) == [ENDED]
    assert "there is nothing to log out of, nothing can be linked, and its tokens are refused here" in text
    assert not any(words in text for words in POSSIBLE)


def test_of_a_refresh_token_whose_session_has_ended_the_page_says_that(here: Room, run: str) -> None:
    here.see("revoke", run=run)

    text = here.see("refresh", run=run, token=run)
    assert here.last.status == 403
    assert "The session of this refresh token has ended" in text
    assert "In the log revoked" in text
    assert "another app's" not in text


def test_with_an_access_token_that_is_too_old_nothing_is_asked_until_there_is_a_new_one(here: Room, run: str) -> None:
    here.see("time", seconds="86400", back=run)
    text = here.text(f"/playground/runs/{run}")
    assert "Its access token is too old to ask /userinfo or to link an account" in text
    assert "Ask /userinfo who it is" not in text
    assert "Log out: ends the session" in text

    text = here.see("refresh", run=run, token=run)
    assert "Ask /userinfo who it is" in text


def test_who_it_is_can_be_asked_until_the_session_has_ended(here: Room, run: str) -> None:
    text = here.see("userinfo", run=run)
    assert "The user is Ada Lovelace" in text
    assert '"name": "Ada Lovelace"' in text
    assert "The session that it belongs to" in text

    assert "The session that it belongs to" in here.see("revoke", run=run)
    here.see("userinfo", run=str(here.last.number))
    assert here.last.status == 401


def test_who_has_asked_who_it_is_finds_the_answer_before_the_session_and_the_log(here: Room, run: str) -> None:
    here.see("userinfo", run=run)
    page = here.browser.get(f"/playground/runs/{here.last.number}").text
    places = [page.index(f' id="{part}"') for part in ("verdict", "answer", "session", "request", "event")]
    assert places == sorted(places)


def test_of_what_somebody_else_asks_no_more_is_shown_than_tells_it_apart(here: Room) -> None:
    fields = {"client_id": "sample-app", "connection": "fake", "scope": "openid profile"}
    tokens = here.post(**fields, access_token="fakesim-good-ada").json()
    bearer = {"authorization": f"Bearer {tokens['access_token']}"}
    assert httpx.get(f"{here.url}/userinfo", headers=bearer, trust_env=False).json()["name"] == "Ada Lovelace"

    assert "Ada Lovelace" not in here.text(f"/playground/runs/{here.last.number}")


@pytest.mark.parametrize("action", ["refresh", "revoke", "userinfo", "link", "unlink"])
@pytest.mark.parametrize("wrong", ["0", "", "x", "-1", "99999999"])
def test_what_names_no_session_does_nothing(here: Room, action: str, wrong: str) -> None:
    before = here.recorder.recordings.newest()

    assert here.do(action, run=wrong, token=wrong, connection="fake").status_code == 400
    assert here.recorder.recordings.newest() == before


def test_a_token_of_another_session_is_not_shown_in_its_name(here: Room, run: str) -> None:
    here.login("fakesim-good-grace")
    other = str(here.last.number)

    assert here.do("refresh", run=run, token=other).status_code == 400
    assert here.do("unlink", run=run, namespace="fake", user_id="1000000000000002").status_code == 400
    assert here.do("link", run=run, connection="nowhere").status_code == 400


def test_a_session_that_a_stranger_has_begun_has_its_panel_too(here: Room) -> None:
    here.login()
    run = str(here.last.number)

    here.see("refresh", run=run, token=run)
    assert here.last.status == 200


def test_of_a_refresh_token_that_is_too_old_the_page_says_that(here: Room, run: str) -> None:
    here.sandbox.clock.let_pass(here.sandbox.settings.tokens.refresh_ttl_s)
    assert states(here, run) == [["expired", "Its time is over.", ""]]

    text = here.see("refresh", run=run, token=run)
    assert here.last.status == 403
    assert "The refresh token is too old" in text
    assert "In the log expired" in text
