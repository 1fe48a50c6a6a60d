"""What a refresh token looks like, and what it tells of its session."""

import base64

import pytest

from accredit.tokens.refresh_token import hash_token, new_refresh_token, new_session_id, session_id_of, successor_of

NOW = 1_800_000_000


def test_a_token_names_its_session_and_so_do_its_successors() -> None:
    token, session_id = new_refresh_token(NOW)
    successor = successor_of(token)

    assert session_id_of(token) == session_id_of(successor) == session_id
    assert successor != token
    assert len(token) == len(successor) == 72


def test_each_token_and_each_session_is_another_one() -> None:
    tokens = [new_refresh_token(NOW) for _ in range(50)]
    successors = {successor_of(tokens[0][0]) for _ in range(50)}

    assert len({token for token, _ in tokens}) == len({session_id for _, session_id in tokens}) == len(successors) == 50
    assert new_session_id(NOW) not in {session_id for _, session_id in tokens}


@pytest.mark.threat(33)
def test_neither_handle_nor_secret_can_be_read_off_the_id_of_a_session() -> None:
    token, session_id = new_refresh_token(NOW)
    raw = base64.urlsafe_b64decode(token)

    assert session_id.startswith(f"{NOW:x}.")  # the time, by which the index grows at its end, is all they share
    digest = base64.urlsafe_b64decode(session_id.partition(".")[2] + "==")
    assert digest not in raw
    assert raw[4:22] not in digest


def test_a_session_that_begins_beyond_the_year_2106_has_an_id_as_well() -> None:
    assert new_session_id(2**40 + 7).startswith("00000007.")


@pytest.mark.parametrize("token", ["", "x", "a" * 43, "a" * 71, "a" * 73, *("a" * 71 + last for last in "é =")])
def test_another_form_names_no_session_and_its_successor_is_of_the_older_one(token: str) -> None:
    assert session_id_of(token) is None
    assert len(successor_of(token)) == 43


def test_it_is_stored_by_its_sha256() -> None:
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
