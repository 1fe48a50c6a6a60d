"""What the wire refuses is refused from Python too, by the same error, and no longer text gets further."""

import gc
import weakref
from typing import Any

import pytest
from core.tests.bench import Bench, bench, good_request
from pydantic import SecretStr

from accredit import AuthorizationCode, IdToken, ProviderToken
from accredit.errors import InvalidBearer, InvalidParameter, MissingParameter
from accredit.models import ExchangeRequest, RefreshRequest
from accredit.oauth.grant_types.refresh_token import RefreshTokenGrant
from accredit.oauth.grant_types.token_exchange import TokenExchangeGrant
from accredit.parameters import LONGEST

FIELDS = {
    "client_id": "client_id",
    "connection": "connection",
    "user_id_hint": "user_id",
    "audience": "audience",
    "device": "device",
    "state": "state",
}
"""Fields of text → the parameter of the wire."""


OF_CODES = {"code": "value", "code_verifier": "code_verifier", "redirect_uri": "redirect_uri"}
"""Parameters of the wire that only connections read which accept codes → fields of a code."""


def request_with(parameter: str, value: Any) -> ExchangeRequest | RefreshRequest:
    """Return the good request, with one parameter changed as a caller from Python would."""
    if parameter in {"access_token", "access_token_secret", "nonce"}:
        parts: dict[str, Any] = {"value": "good-token", "secret": "secret", "nonce": "nonce"}
        parts[{"access_token": "value", "access_token_secret": "secret"}.get(parameter, parameter)] = value
        return good_request(token=ProviderToken.of(**parts))
    if parameter == "id_token":
        return good_request(token=IdToken.of(value))
    if parameter in OF_CODES:
        return good_request(token=AuthorizationCode.of(**{"value": "c", OF_CODES[parameter]: value}))
    if parameter == "refresh_token":
        return RefreshRequest(client_id="app", refresh_token=SecretStr(value))
    if parameter == "scope":
        return good_request(scopes=(value,))
    if parameter == "main_access_token":
        return good_request(main_access_token=SecretStr(value))
    field = next(field for field, name in FIELDS.items() if name == parameter)
    return good_request(**{field: value})


@pytest.mark.threat(60)
@pytest.mark.parametrize("parameter", LONGEST)
def test_the_longest_value_is_taken_and_one_character_more_is_refused(parameter: str) -> None:
    request_with(parameter, "x" * LONGEST[parameter])
    with pytest.raises(InvalidParameter) as refused:
        request_with(parameter, "x" * (LONGEST[parameter] + 1))
    assert refused.value.description == f"invalid {parameter} parameter"


@pytest.mark.threat(60)
@pytest.mark.parametrize("parameter", sorted(LONGEST.keys() - OF_CODES.keys() - {"refresh_token", "id_token"}))
async def test_the_wire_has_the_same_bound(wire: Bench, parameter: str) -> None:
    longer = await wire.post(**{parameter: "x" * (LONGEST[parameter] + 1)})
    assert (longer.status_code, longer.json()["error_description"]) == (400, f"invalid {parameter} parameter")
    as_long = await wire.post(**{parameter: "x" * LONGEST[parameter]})
    assert as_long.json().get("error_description") != f"invalid {parameter} parameter"


def test_the_token_endpoint_has_the_same_bounds() -> None:
    assert RefreshTokenGrant.parameters.items() <= LONGEST.items()
    bounds = dict(TokenExchangeGrant.parameters)
    assert bounds.pop("subject_token") == LONGEST["access_token"]
    assert {name: most for name, most in LONGEST.items() if name in bounds} == {
        name: most for name, most in bounds.items() if name in LONGEST
    }


@pytest.mark.threat(60)
@pytest.mark.parametrize("parameter", [*FIELDS.values(), "scope", "main_access_token", "refresh_token"])
@pytest.mark.parametrize("value", ["a\x00b", "a\nb", "\ud800", 7, b"bytes", ["list"]])
def test_what_is_no_plain_text_is_refused(parameter: str, value: object) -> None:
    with pytest.raises(InvalidParameter) as refused:
        request_with(parameter, value)
    assert refused.value.description == f"invalid {parameter} parameter"


@pytest.mark.parametrize("parameter", ["access_token", "access_token_secret", "nonce"])
@pytest.mark.parametrize("value", [7, b"bytes", ["list"]])
def test_a_token_that_is_no_text_is_refused(parameter: str, value: object) -> None:
    with pytest.raises(InvalidParameter) as refused:
        request_with(parameter, value)
    assert refused.value.description == f"invalid {parameter} parameter"


@pytest.mark.parametrize("wrong", ["good-token", None, SecretStr("good-token")])
async def test_a_token_of_another_type_is_refused(wire: Bench, wrong: Any) -> None:
    with pytest.raises(InvalidParameter, match=r"^access_token$"):
        good_request(token=wrong)
    with pytest.raises(InvalidParameter, match=r"^access_token$"):
        await wire.exchange.verify("acme", wrong)
    wire.assert_untouched()


@pytest.mark.parametrize("wrong", ["access", None, b"bytes"])
def test_a_part_that_is_no_secret_is_refused(wrong: Any) -> None:
    for part in ("value", "secret", "nonce"):
        if wrong is not None or part == "value":
            with pytest.raises(InvalidParameter):
                ProviderToken(**{"value": SecretStr("token"), part: wrong})


@pytest.mark.parametrize("scopes", ["openid profile", ("openid", 7), ["openid", None], 7])
def test_scopes_are_separate_texts(scopes: Any) -> None:
    with pytest.raises(InvalidParameter, match=r"^scope$"):
        good_request(scopes=scopes)


async def test_scopes_may_stand_in_a_list(wire: Bench) -> None:
    scopes: Any = ["openid", "unknown"]
    assert (await wire.exchange(good_request(scopes=scopes))).scopes == ("openid",)
    identity = await wire.exchange.verify("acme", ProviderToken.of("good-token"))
    assert (await wire.exchange.issue(identity, client_id="app", scopes=scopes)).scopes == ("openid",)


async def test_scopes_that_were_asked_for_are_not_kept(wire: Bench) -> None:
    class Text(str):
        """A text of which it can be told whether it is still there."""

    scope = Text("made-up")
    is_there = weakref.ref(scope)
    await wire.exchange(good_request(scopes=("openid", scope)))
    del scope
    gc.collect()
    assert is_there() is None


def test_many_scopes_count_together() -> None:
    good_request(scopes=("x" * 2047, "y" * 2048))
    with pytest.raises(InvalidParameter, match=r"^scope$"):
        good_request(scopes=("x" * 2048, "y" * 2048))


@pytest.mark.parametrize("parameter", ["client_id", "connection"])
def test_what_the_wire_requires_must_not_be_empty(parameter: str) -> None:
    with pytest.raises(MissingParameter, match=f"^{parameter}$"):
        request_with(parameter, "")


@pytest.mark.threat(60)
@pytest.mark.parametrize("connection", ["x" * 257, "a\nb", 7, ["acme"], None])
async def test_verify_refuses_a_name_that_the_wire_would_refuse(wire: Bench, connection: Any) -> None:
    with pytest.raises(InvalidParameter, match=r"^connection$"):
        await wire.exchange.verify(connection, ProviderToken.of("good-token"))
    assert (wire.event.reason, wire.event.alert) == ("invalid_parameter", False)
    assert "x" * 257 not in repr(wire.log.lines)
    wire.assert_untouched()


@pytest.mark.threat(60)
async def test_the_longest_token_reaches_the_provider(wire: Bench) -> None:
    longest = "x" * LONGEST["access_token"]
    wire.provider.people[longest] = wire.provider.people["good-token"]
    identity = await wire.exchange.verify("acme", ProviderToken.of(longest))
    assert identity.user_id == "1000"


@pytest.mark.parametrize("wrong", ["ours", b"ours", 7, ["ours"]])
def test_a_bearer_is_a_secret(wrong: Any) -> None:
    with pytest.raises(InvalidParameter) as refused:
        good_request(bearer=wrong)
    assert refused.value.description == "invalid authorization parameter"


@pytest.mark.parametrize("bearer", ["x" * 70_000, ".".join(["e30" * 20_000] * 3), "\x00", "\ud800"])
async def test_a_bearer_of_any_length_is_ignored_or_refused_as_the_policy_says(bearer: str) -> None:
    async with bench() as wire:
        assert (await wire.exchange(good_request(bearer=SecretStr(bearer)))).subject == "acme|1000"
        with pytest.raises(InvalidBearer):
            await wire.exchange(good_request(client_id="strict", bearer=SecretStr(bearer)))
