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


def states(here: Room, run: str) -> list[str]:
    """Return what the page says of each refresh token, in the order in which they came."""
    panel = here.text(f"/playground/runs/{run}").partition("in the order in which they came")[2]
    rows = panel.partition("Ask /userinfo")[0].split("the refresh token of request ")[1:]
    return [" ".join(row.partition(" request ")[0].split()[1:]) for row in rows]


NEWEST = "newest It gets new tokens, and is replaced by a new one."
USED = "used Two hold it. Whoever uses it again ends the session."
ENDED = "ended Its session has ended."


def test_a_refresh_token_is_replaced_and_works_again_within_its_leeway(here: Room, run: str) -> None:
    assert states(here, run) == [NEWEST]

    text = here.see("refresh", run=run, token=run)
    assert "New tokens for the same login" in text
    first, second = states(here, run)
    assert first.startswith("replaced, in its leeway It works again for ")
    assert 25 <= int(first.split()[8]) <= 30, first
    assert second == NEWEST

    here.see("refresh", run=run, token=run)
    assert here.last.status == 200
    assert len(states(here, run)) == 3


def test_after_the_leeway_it_is_used_and_whoever_shows_it_ends_the_session(here: Room, run: str) -> None:
    here.see("refresh", run=run, token=run)
    here.see("time", seconds="31", back=run)
    assert states(here, run) == [USED, NEWEST]

    text = here.see("refresh", run=run, token=run)
    assert (here.last.status, here.last.answer and here.last.answer["error"]) == (403, "invalid_grant")
    assert "refresh_token_reused" in text
    assert states(here, run) == [ENDED, ENDED]
    assert "over" in here.text(f"/playground/runs/{run}")


def test_the_newest_one_goes_on_after_the_leeway(here: Room, run: str) -> None:
    here.see("refresh", run=run, token=run)
    newest = str(here.last.number)
    here.see("time", seconds="31", back=run)

    here.see("refresh", run=run, token=newest)
    assert here.last.status == 200
    used, replaced, newest = states(here, run)
    assert (used, replaced.startswith("replaced, in its leeway"), newest) == (USED, True, NEWEST)


def test_logging_out_ends_the_session(here: Room, run: str) -> None:
    text = here.see("revoke", run=run)
    assert "The session has ended" in text
    assert states(here, run) == [ENDED]

    here.see("refresh", run=run, token=run)
    assert here.last.status == 403


def test_who_it_is_can_be_asked_until_the_session_has_ended(here: Room, run: str) -> None:
    text = here.see("userinfo", run=run)
    assert "Who the user is" in text
    assert '"name": "Ada Lovelace"' in text
    assert "The session that it belongs to" in text

    assert "The session that it belongs to" in here.see("revoke", run=run)
    here.see("userinfo", run=str(here.last.number))
    assert here.last.status == 401


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
