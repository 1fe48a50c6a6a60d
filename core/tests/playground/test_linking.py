"""Accounts of the same person at other providers are linked and unlinked, and the page says what was done to whom.

Alone in its file, with a second provider: somebody who was unlinked cannot log in any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from core.tests.playground.room import Room, installed, room

ADA, GRACE = "1000000000000001", "1000000000000002"


@pytest.fixture
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    with installed(tmp_path_factory.mktemp("site"), other=True), room() as one:
        yield one


def panel_of(here: Room, run: str) -> str:
    return plain(here.text(f"/playground/runs/{run}").partition("The session that it belongs to")[2])


def plain(text: str) -> str:
    """Return a text without the spaces that stand around what users have named themselves."""
    return text.replace(" 's ", "'s ").replace("( ", "(").replace(" )", ")")


def test_of_somebody_who_is_known_the_accounts_at_other_providers_are_offered(here: Room) -> None:
    here.see("send", connection="fake", sample="good-ada")
    ada = str(here.last.number)
    panel = panel_of(here, ada)
    assert "Link Ada Lovelace's account at other Link it to this user" in panel
    assert "Whose account is it?" not in panel

    text = plain(here.see("link", run=ada, connection="other"))
    assert here.last.login is not None
    assert (here.last.login.subject, here.last.login.linked) == (f"fake|{ADA}", True)
    to = f"fake|{ADA}"
    assert f"Linked: Ada Lovelace's account at other ({ADA}) now belongs to Ada Lovelace ({to})" in text
    assert "Send it again" not in text
    assert "Next:" not in text
    assert "There is no account of Ada Lovelace at another provider here that could be linked." in panel_of(here, ada)

    text = plain(here.see("link", run=ada, connection="other"))
    assert "It was linked already: Ada Lovelace's account at other" in text

    text = plain(here.see("send", connection="other", sample="good-ada"))
    assert f"Linked: this account belongs to Ada Lovelace ({to}). So this is a login of that user." in text


def test_a_login_by_an_account_of_its_own_says_nothing_of_links(here: Room) -> None:
    text = here.see("send", connection="other", sample="good-ada")

    assert here.last.login is not None
    assert here.last.login.subject == f"other|{ADA}"
    assert "Linked:" not in text


def test_where_nobody_knows_who_has_logged_in_it_is_asked_whose_account_is_linked(here: Room) -> None:
    here.login("fakesim-good-grace")
    grace = str(here.last.number)
    panel = panel_of(here, grace)
    assert "Whose account is it?" in panel
    assert "Choose a person Ada Lovelace Grace Hopper" in panel
    assert here.do("link", run=grace, connection="other").status_code == 400
    assert here.do("link", run=grace, connection="other", person="nobody").status_code == 400
    assert here.do("link", run=grace, connection="other", person="alan").status_code == 400

    text = plain(here.see("link", run=grace, connection="other", person="ada"))
    assert f"Linked: Ada Lovelace's account at other ({ADA}) now belongs to Grace Hopper (fake|{GRACE})" in text
    assert "Two people are one user now" in text


def test_to_a_session_that_has_ended_nothing_is_linked_and_the_refusal_says_so(here: Room) -> None:
    here.see("send", connection="fake", sample="good-ada")
    ada = str(here.last.number)
    here.see("revoke", run=ada)
    assert "Link it to this user" not in panel_of(here, ada)

    text = here.see("link", run=ada, connection="other")
    assert here.last.status == 401
    assert "The session of the user to whom the account is to be added has ended" in text
    assert "another app's" not in text.partition("What the")[0]


def test_unlinking_says_what_was_done_to_whom_and_what_it_has_left_in_the_log(here: Room) -> None:
    here.see("send", connection="fake", sample="good-ada")
    ada = str(here.last.number)
    here.see("link", run=ada, connection="other")
    assert f"Linked accounts Ada Lovelace's account at other ({ADA}) Unlink other" in panel_of(here, ada)

    text = plain(here.see("unlink", run=ada, namespace="other", user_id=ADA))
    panel = text.partition("The session that it belongs to")[2]
    assert f"Ada Lovelace's account at other ({ADA}) does not belong to Ada Lovelace (fake|{ADA}) any more" in panel
    assert "a call of your own program, exchange.subjects.unlink(…)" in panel
    assert '"event": "subject.unlinked"' in panel
    assert "Linked accounts none" in panel

    here.see("send", connection="other", sample="good-ada")
    assert here.last.status == 401


def test_what_was_unlinked_since_is_told_as_such_on_the_page_of_each_login_that_it_led_to(here: Room) -> None:
    here.see("send", connection="fake", sample="good-ada")
    ada = str(here.last.number)
    runs = {}
    for words, action, fields in (
        ("It was linked then", "link", {"run": ada, "connection": "other"}),
        ("It was linked already", "link", {"run": ada, "connection": "other"}),
        ("It was linked then", "send", {"connection": "other", "sample": "good-ada"}),
    ):
        assert "unlinked since" not in here.see(action, **fields)
        runs[here.last.number] = words
    here.see("unlink", run=ada, namespace="other", user_id=ADA)

    whose = f"Ada Lovelace's account at other ({ADA}) does not belong to Ada Lovelace (fake|{ADA}) any more."
    titles = []
    for number, words in runs.items():
        page = here.browser.get(f"/playground/runs/{number}").text
        top = plain(here.text(f"/playground/runs/{number}").partition("What the app sees")[0])
        assert f"{words}, and has been unlinked since: {whose} See the session" in top
        assert "belongs to" not in top
        assert "that user from now on" not in top
        assert '<a href="#session">See the session</a>' in page
        assert ' id="session"' in page
        titles += re.findall(r"<h1[^>]*>([^<]*)<", page)
    told = "The account was linked, and has been unlinked since"
    assert titles == [told, "The login was accepted", "The login was accepted"]


def test_what_is_linked_again_after_it_was_unlinked_belongs_to_the_user(here: Room) -> None:
    here.see("send", connection="fake", sample="good-ada")
    ada = str(here.last.number)
    here.see("link", run=ada, connection="other")
    here.see("unlink", run=ada, namespace="other", user_id=ADA)

    here.see("time", seconds="31")  # an access token of the same second is of before
    here.see("send", connection="fake", sample="good-ada")
    text = here.see("link", run=str(here.last.number), connection="other")
    assert "The account was linked accepted after" in text
    assert "now belongs to" in text
    assert "unlinked since" not in text.partition("The session that it belongs to")[0]


def test_of_an_account_with_which_somebody_logged_in_after_all_nothing_is_unlinked(here: Room) -> None:
    here.see("send", connection="fake", sample="good-ada")

    assert here.do("unlink", run=str(here.last.number), namespace="fake", user_id=ADA).status_code == 400
