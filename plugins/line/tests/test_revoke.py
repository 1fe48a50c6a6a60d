"""How LINE is told that a user is gone: by a token of the channel, and the user's."""

import json
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from pydantic import ValidationError

from accredit.credentials import AccessToken, AuthorizationCode, IdToken
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.revocation import RevocableToken
from accredit.testing import person
from accredit_line.settings import LineSettings
from accredit_line.simulator import LineSimulator
from accredit_line.simulator.codes import CALLBACK
from accredit_line.simulator.tokens import CHANNEL_ID, CHANNEL_SECRET, LIFE_S

GOOD, GRACE = "eyJhbGciOiJIUzI1NiJ9.sim-good-ada.line", "eyJhbGciOiJIUzI1NiJ9.sim-good-grace.line"
OURS, PATH = "/oauth2/v3/token", "/user/v1/deauthorize"
KEPT = RevocableToken.of(GOOD, kind="access_token", client_id=CHANNEL_ID)


@pytest.fixture
def simulator(now: int) -> LineSimulator:
    """One for each test: what is taken back stays so."""
    return LineSimulator(clock=lambda: now)


async def test_the_grant_is_taken_back_by_a_token_of_the_channel_and_the_users_is_dead_then(
    connect: Any, requests: list[httpx.Request]
) -> None:
    async with connect() as (strategy, ctx):
        await strategy.verify(AccessToken.of(GOOD), ctx)
        requests.clear()
        await strategy.revoke(KEPT, ctx)
        ours, theirs = requests
        with pytest.raises(InvalidProviderToken):
            await strategy.verify(AccessToken.of(GOOD), ctx)
        await strategy.verify(AccessToken.of(GRACE), ctx)
    assert [(one.method, one.url.path, one.url.query) for one in (ours, theirs)] == [
        ("POST", OURS, b""),
        ("POST", PATH, b""),
    ]
    assert dict(parse_qsl(ours.content.decode())) == {
        "grant_type": "client_credentials",
        "client_id": CHANNEL_ID,
        "client_secret": CHANNEL_SECRET,
    }
    assert json.loads(theirs.content) == {"userAccessToken": GOOD}
    assert theirs.headers["authorization"].startswith("Bearer eyJhbGciOiJIUzI1NiJ9.sim-channel-")


async def test_token_that_line_calls_invalid_is_done(connect: Any, simulator: LineSimulator) -> None:
    async with connect() as (strategy, ctx):
        await strategy.revoke(RevocableToken.of("garbage", kind="access_token", client_id=CHANNEL_ID), ctx)
        for _ in range(2):
            await strategy.revoke(KEPT, ctx)
    assert simulator.deauthorized == {"ada"}


@pytest.mark.parametrize("is_kept", [True, False])
async def test_an_access_token_is_brought_until_it_ends_where_it_is_to_be_kept(
    connect: Any, simulator: LineSimulator, now: int, is_kept: bool
) -> None:
    ada = person("ada")
    id_token = simulator.id_tokens.mint(ada, changes={"nonce": None})
    code = AuthorizationCode.of(simulator.new_code(GOOD), redirect_uri=CALLBACK)
    both = AccessToken.of(GOOD, id_token=id_token)
    kept = RevocableToken.of(GOOD, kind="access_token", client_id=CHANNEL_ID, expires_at=now + LIFE_S)
    async with connect(keep_provider_token=is_kept, require_pkce=False) as (strategy, ctx):
        for credential in (AccessToken.of(GOOD), both, code):
            verified = await strategy.verify(credential, ctx)
            assert verified.provider_token == (kept if is_kept else None)
        assert (await strategy.verify(IdToken.of(id_token), ctx)).provider_token is None


@pytest.mark.threat(45)
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {}, ProviderUnavailable),
        (200, {"message": "invalid token"}, ProviderUnavailable),
        (202, "", ProviderUnavailable),
        (400, {"message": "another sentence"}, UnlistedRefusal),
        (400, {"error": "invalid token"}, ProviderUnavailable),
        (400, "<html>", ProviderUnavailable),
        (401, {"message": "Authentication failed"}, ProviderUnavailable),
        (401, {"message": "invalid token"}, ProviderUnavailable),
        (403, {"message": "Not allowed"}, ProviderMisconfigured),
        (404, {"message": "Not found"}, UnlistedRefusal),
        (429, "", ProviderRateLimited),
        (500, {"message": "invalid token"}, ProviderUnavailable),
        (503, "<html>", ProviderUnavailable),
    ],
)
async def test_what_is_not_clearly_done_is_a_failure(
    connect: Any, status: int, body: object, error: type[ExchangeError]
) -> None:
    async with connect({PATH: (status, body)}) as (strategy, ctx):
        with pytest.raises(ExchangeError) as raised:
            await strategy.revoke(KEPT, ctx)
    assert type(raised.value) is error
    assert GOOD not in str(raised.value)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, {"access_token": ""}, ProviderUnavailable),
        (200, {"access_token": 7}, ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (400, {"error": "invalid_client"}, ProviderMisconfigured),
        (400, {"error": "unsupported_grant_type"}, ProviderProtocolError),
        (400, {"error": "invalid_grant"}, UnlistedRefusal),
        (400, {"message": "invalid token"}, ProviderUnavailable),
        (429, "", ProviderRateLimited),
        (503, "", ProviderUnavailable),
    ],
)
async def test_without_a_token_of_the_channel_nobody_is_told(
    connect: Any, requests: list[httpx.Request], status: int, body: object, error: type[ExchangeError]
) -> None:
    async with connect({OURS: (status, body)}) as (strategy, ctx):
        with pytest.raises(ExchangeError) as raised:
            await strategy.revoke(KEPT, ctx)
    assert type(raised.value) is error
    assert [one.url.path for one in requests] == [OURS]


@pytest.mark.parametrize(
    ("client_id", "connection"),
    [
        (CHANNEL_ID, {"channel_secret": None, "redirect_uris": []}),
        (CHANNEL_ID, {"channel_secret": "5a1ec0de" * 4 + "f"}),
        ("7", {}),
        (None, {}),
    ],
    ids=["no secret", "wrong secret", "another channel", "no channel"],
)
async def test_what_only_the_operator_can_mend_is_told_as_that(
    connect: Any, simulator: LineSimulator, client_id: str | None, connection: dict[str, Any]
) -> None:
    async with connect(**connection) as (strategy, ctx):
        with pytest.raises(ProviderMisconfigured):
            await strategy.revoke(RevocableToken.of(GOOD, kind="access_token", client_id=client_id), ctx)
    assert simulator.deauthorized == set()


def test_keeping_needs_the_secret() -> None:
    table = {"channel_id": "1", "keep_provider_token": True}
    with pytest.raises(ValidationError, match="keep_provider_token needs channel_secret"):
        LineSettings.model_validate(table)
    LineSettings.model_validate({**table, "channel_secret": CHANNEL_SECRET})
