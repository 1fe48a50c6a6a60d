"""Which of the two a text is that came as `access_token`: both have three parts."""

import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.errors import InvalidProviderToken
from accredit.models import Identity
from accredit.testing import person
from accredit_line.settings import LineSettings
from accredit_line.simulator import LineSimulator
from accredit_line.strategy import LineStrategy

Verify = Callable[..., Awaitable[Identity]]

STRATEGY = LineStrategy(LineSettings(channel_id="1440057261"))


def jwt(payload: Any) -> str:
    return f"eyJhbGciOiJIUzI1NiJ9.{base64.urlsafe_b64encode(json.dumps(payload).encode()).decode().rstrip('=')}.line"


@pytest.mark.parametrize(
    "value",
    [
        "eyJhbGciOiJIUzI1NiJ9.sim-good-ada.line",
        "opaque",
        "a.b",
        "a.b.c.d",
        "..",
        jwt({}),
        jwt({"sub": "U1", "client_id": "1440057261"}),
        jwt(["iss"]),
        jwt("iss"),
        jwt(1),
        "a.é.c",
    ],
    ids=repr,
)
def test_what_names_no_issuer_is_an_access_token(value: str) -> None:
    assert STRATEGY.kind_of(value) == "access_token"


def test_what_names_any_issuer_is_an_id_token_and_never_shown_to_line(simulator: LineSimulator) -> None:
    assert STRATEGY.kind_of(simulator.id_tokens.mint(person("ada"))) == "id_token"
    assert STRATEGY.kind_of(simulator.web_id_tokens.mint(person("ada"))) == "id_token"
    assert STRATEGY.kind_of(jwt({"iss": "https://accounts.example.com"})) == "id_token"
    assert STRATEGY.kind_of(jwt({"iss": None})) == "id_token"


async def test_a_jwt_without_an_issuer_is_asked_about_and_has_no_nonce(
    verify: Verify, requests: list[httpx.Request]
) -> None:
    granted = (200, {"scope": "profile", "client_id": "1440057261", "expires_in": 60})
    profile = (200, {"userId": "U1"})
    assert (await verify(jwt({}), granted=granted, profile=profile)).user_id == "U1"
    assert sorted(one.url.path for one in requests) == ["/oauth2/v2.1/verify", "/v2/profile"]
    with pytest.raises(InvalidProviderToken, match="nonce"):
        await verify(jwt({}), granted=granted, profile=profile, nonce="n-1")
