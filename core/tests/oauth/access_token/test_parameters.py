"""Each parameter: what it may be, and what comes of it."""

from typing import Any

import pytest
from core.tests.bench import GOOD, Bench, assert_refused

LONGEST = {
    "client_id": 256,
    "connection": 256,
    "access_token": 16_384,
    "access_token_secret": 1024,
    "scope": 4096,
    "user_id": 256,
    "nonce": 1024,
    "device": 1024,
    "audience": 1024,
    "main_access_token": 16_384,
    "state": 4096,
}
REQUIRED = ("client_id", "access_token", "connection")
REJECTED = (401, "invalid_request", "invalid access_token: invalid_token")
NO_TEXT: list[Any] = [1, 0, 1.5, True, False, [], ["x"], {}, {"x": "y"}]


@pytest.mark.parametrize("parameter", REQUIRED)
@pytest.mark.parametrize("absent", ["left out", None, ""])
async def test_a_required_parameter_that_is_absent_null_or_empty_is_missing(
    wire: Bench, parameter: str, absent: str | None
) -> None:
    body: dict[str, str | None] = {**GOOD, parameter: absent}
    if absent == "left out":
        del body[parameter]

    response = await wire.client.post("/oauth/access_token", json=body)

    assert_refused(response, 400, "invalid_request", f"missing {parameter} parameter")
    assert wire.event.reason == "missing_parameter"
    wire.assert_untouched()


@pytest.mark.parametrize("parameter", [name for name in LONGEST if name not in REQUIRED])
@pytest.mark.parametrize("absent", [None, ""])
async def test_an_optional_parameter_that_is_null_or_empty_is_absent(
    wire: Bench, parameter: str, absent: str | None
) -> None:
    response = await wire.client.post("/oauth/access_token", json={**GOOD, parameter: absent})

    assert response.status_code == 200
    assert set(response.json()) == {"access_token", "token_type", "expires_in", "scope"}


@pytest.mark.threat(15)
@pytest.mark.parametrize("parameter", LONGEST)
@pytest.mark.parametrize("value", NO_TEXT)
async def test_what_is_no_string_is_refused_before_any_work(wire: Bench, parameter: str, value: object) -> None:
    response = await wire.post(**{parameter: value})

    assert_refused(response, 400, "invalid_request", f"invalid {parameter} parameter")
    assert wire.event.reason == "invalid_parameter"
    wire.assert_untouched()


@pytest.mark.parametrize(("parameter", "longest"), LONGEST.items())
async def test_a_parameter_has_a_longest_length(wire: Bench, parameter: str, longest: int) -> None:
    fits = await wire.post(**{parameter: "x" * longest})
    too_long = await wire.post(**{parameter: "x" * (longest + 1)})

    assert fits.json().get("error_description") != f"invalid {parameter} parameter"
    assert_refused(too_long, 400, "invalid_request", f"invalid {parameter} parameter")


@pytest.mark.threat(16)
@pytest.mark.parametrize("parameter", LONGEST)
@pytest.mark.parametrize("control", ["\0", "\r", "\n", "\r\n", "\t", "\x1b", "\x7f"])
async def test_a_control_character_is_refused_before_any_work(wire: Bench, parameter: str, control: str) -> None:
    response = await wire.post(**{parameter: f"a{control}b"})

    assert_refused(response, 400, "invalid_request", f"invalid {parameter} parameter")
    wire.assert_untouched()


@pytest.mark.parametrize("parameter", ["access_token", "access_token_secret", "nonce"])
@pytest.mark.parametrize("character", ["é", "\x85", "\u2028", "＠", "💥", "\ud800"])
async def test_a_secret_holds_printable_ascii_only(wire: Bench, parameter: str, character: str) -> None:
    response = await wire.post(**{parameter: f"a{character}b"})

    assert_refused(response, 400, "invalid_request", f"invalid {parameter} parameter")
    wire.assert_untouched()


@pytest.mark.parametrize("parameter", [name for name in LONGEST if name not in {"access_token_secret", "nonce"}])
async def test_half_a_surrogate_pair_is_no_text(wire: Bench, parameter: str) -> None:
    # JSON can spell it, UTF-8 cannot: it would break the answer or the database later.
    response = await wire.post(**{parameter: "a\ud800"})

    assert_refused(response, 400, "invalid_request", f"invalid {parameter} parameter")
    wire.assert_untouched()


@pytest.mark.threat(16)
@pytest.mark.parametrize("token", ["a&access_token=b", "a#b", "a%00b", "a b", "?", "../..", "a\\b", '"', "~"])
async def test_a_token_reaches_the_provider_letter_for_letter(wire: Bench, token: str) -> None:
    response = await wire.post(access_token=token)

    assert_refused(response, *REJECTED)
    [request] = wire.provider.requests
    assert request.url.params.get_list("access_token") == [token]
    assert request.url.path == "/me"


async def test_unknown_parameters_are_ignored_whatever_they_hold(wire: Bench) -> None:
    response = await wire.post(connection_scope=["a"], auth0Client={"b": {"c": [None]}}, api_type=7, issuer="https://x")

    assert response.status_code == 200


@pytest.mark.parametrize("name", ["acme ", "Acme", "ACME", "acm", "acme|", "ａcme"])
async def test_a_connection_is_named_exactly(wire: Bench, name: str) -> None:
    assert_refused(await wire.post(connection=name), 400, "invalid_request", "the connection was not found")


async def test_two_connections_may_use_one_strategy_each_with_its_own_app(wire: Bench) -> None:
    wire.provider.people["game-token"] = {"id": "5", "app": "acme-game-app"}

    game = await wire.post(client_id="other", connection="acme-game", access_token="game-token")
    crossed = await wire.post(client_id="other", connection="acme-game", access_token="good-token")

    assert game.status_code == 200
    assert wire.events[0].subject == "acme|5"
    assert_refused(crossed, *REJECTED)
    assert wire.events[1].reason == "wrong_audience"


async def test_a_token_secret_reaches_the_strategy(wire: Bench) -> None:
    response = await wire.post(connection="globex", access_token_secret="hush")

    assert response.status_code == 200
    assert wire.provider.requests[0].content == b"token=good-token&secret=hush"
    assert (wire.event.subject, wire.event.audience_proof) == ("globex|77", "SignedByUs")


async def test_a_missing_token_secret_is_named(wire: Bench) -> None:
    response = await wire.post(connection="globex")

    assert_refused(response, 400, "invalid_request", "missing access_token_secret parameter")
    wire.assert_untouched()


async def test_user_id_that_is_the_tokens_user_is_accepted(wire: Bench) -> None:
    assert (await wire.post(user_id="1000")).status_code == 200


@pytest.mark.parametrize("user_id", ["1001", "100", "10000", "01000", "acme|1000", "1000 ", "１０００"])
async def test_user_id_that_is_somebody_else_is_refused(wire: Bench, user_id: str) -> None:
    response = await wire.post(user_id=user_id, scope="openid offline_access")

    assert_refused(response, *REJECTED)
    assert wire.event.detail == "user_id is not the token's user"
    assert wire.storage.kept == {}


@pytest.mark.parametrize("state", ["x", "a b", "<script>", "é💥", '"}', "x" * 4096])
async def test_state_comes_back_as_it_was_sent(wire: Bench, state: str) -> None:
    assert (await wire.post(state=state)).json()["state"] == state


async def test_state_does_not_come_back_in_an_error(wire: Bench) -> None:
    assert_refused(await wire.post(state="x", access_token="bad"), *REJECTED)


async def test_device_is_stored_with_the_session(wire: Bench) -> None:
    await wire.post(device="Ada's phone", scope="offline_access")
    await wire.post(scope="offline_access")

    assert [session.device for session in wire.storage.kept.values()] == ["Ada's phone", None]
