"""Alone in its file: somebody who was unlinked cannot log in any more."""

from __future__ import annotations

from core.tests.playground.room import Room


def test_an_account_is_linked_and_unlinked(here: Room) -> None:
    here.login("fakesim-good-grace")
    grace = str(here.last.number)
    text = here.see("link", run=grace, connection="fake")
    assert here.last.status == 200
    assert here.last.login is not None
    assert here.last.login.subject == "fake|1000000000000002"
    linked = {"namespace": "fake", "user_id": "1000000000000001"}
    assert "fake 1000000000000001 Unlink" in text

    text = here.see("unlink", run=grace, **linked)
    assert "fake 1000000000000001 Unlink" not in text
    here.see("send", connection="fake", sample="good-ada")
    assert here.last.status == 401
