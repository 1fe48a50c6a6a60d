"""A provider's token that may be kept: its bounds, and that it shows nothing."""

import dataclasses
from typing import Any

import pytest
from pydantic import SecretStr

from accredit import AppBound, RevocableToken, Verification


def test_a_token_says_what_it_is_and_shows_nothing() -> None:
    token = RevocableToken.of("s3cret-token", kind="refresh_token", client_id="com.example.app")
    made = Verification(user_id="1", audience=AppBound("a"), claims={}, provider_token=token)
    assert (token.reveal(), token.kind, token.client_id) == ("s3cret-token", "refresh_token", "com.example.app")
    assert "s3cret" not in repr(token) + str(token) + repr(made)
    with pytest.raises(dataclasses.FrozenInstanceError):
        token.kind = "access_token"  # type: ignore[misc]  # that it cannot be is the test


@pytest.mark.parametrize("value", ["a", "~ !", "x" * 16_384], ids=["short", "any printable", "long"])
def test_a_token_at_its_bounds_is_taken(value: str) -> None:
    assert RevocableToken.of(value, kind="access_token", client_id="x" * 256).reveal() == value


@pytest.mark.parametrize(
    "changes",
    [
        {"value": SecretStr("")},
        {"value": SecretStr("x" * 16_385)},
        {"value": SecretStr("a\n")},
        {"value": SecretStr("é")},
        {"kind": "id_token"},
        {"client_id": ""},
        {"client_id": "a b"},
        {"client_id": "x" * 257},
        {"expires_at": 0},
    ],
    ids=["empty", "long", "line", "letter", "kind", "no client", "blank", "long client", "no time"],
)
def test_a_token_that_could_do_harm_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="the token's"):
        RevocableToken(**{"value": SecretStr("a"), "kind": "access_token", **changes})


@pytest.mark.parametrize(
    "changes",
    [{"value": "plain"}, {"value": None}, {"client_id": 1}, {"expires_at": True}, {"expires_at": 1.5}],
    ids=["plain", "none", "number", "flag", "fraction"],
)
def test_a_token_of_another_type_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="the token's"):
        RevocableToken(**{"value": SecretStr("a"), "kind": "access_token", **changes})


def test_a_verification_takes_no_other_token() -> None:
    token: Any = "a token"
    with pytest.raises(TypeError, match="provider_token must be a RevocableToken"):
        Verification(user_id="1", audience=AppBound("a"), claims={}, provider_token=token)


def test_a_users_id_may_take_a_tokens_place_and_no_other_users() -> None:
    for user_id in ("1", "12"):
        token = RevocableToken.of(user_id, kind="user_id")
        if user_id == "1":
            assert Verification(user_id="1", audience=AppBound("a"), claims={}, provider_token=token).provider_token
            continue
        with pytest.raises(ValueError, match="provider_token must be the user_id"):
            Verification(user_id="1", audience=AppBound("a"), claims={}, provider_token=token)
