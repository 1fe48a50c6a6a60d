"""Whose fault it is when Apple refuses a code. What it says of a revocation is in `test_revoke`."""

from typing import Any

import pytest

from accredit.credentials import AuthorizationCode
from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit_apple.refusals import TOKEN_ERRORS
from accredit_apple.simulator.team import BUNDLE_ID

PATH = "/auth/token"

CASES: list[tuple[str, type[ExchangeError]]] = [
    ("invalid_grant", InvalidProviderToken),
    ("invalid_client", ProviderMisconfigured),
    ("unauthorized_client", ProviderMisconfigured),
    ("unsupported_grant_type", ProviderMisconfigured),
    ("invalid_request", UnlistedRefusal),
    ("unheard_of", UnlistedRefusal),
]


def test_every_line_of_the_table_is_tested() -> None:
    assert {word for word, _ in CASES} - {"invalid_request", "unheard_of"} | {"429"} == set(TOKEN_ERRORS)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        *((400, {"error": word, "error_description": "text of Apple's"}, error) for word, error in CASES),
        (200, {"error": "invalid_grant"}, InvalidProviderToken),
        (400, {"error": None}, ProviderUnavailable),
        (400, {"error": ["invalid_grant"]}, ProviderUnavailable),
        (400, b"<html>", ProviderUnavailable),
        (429, b"<html>", ProviderRateLimited),
        (503, {"error": "invalid_grant"}, ProviderUnavailable),
        (200, b"<html>", ProviderUnavailable),
        (200, [], ProviderUnavailable),
        (200, {}, ProviderUnavailable),
        (201, {"id_token": "a.b.c"}, ProviderUnavailable),
        *((200, {"id_token": one, "expires_in": 3600}, ProviderUnavailable) for one in (None, "", 5, ["a.b.c"])),
        *(
            (200, {"id_token": "a.b.c", "expires_in": 3600, "refresh_token": one}, ProviderUnavailable)
            for one in (5, "", "é", ["r"])
        ),
        *(
            (200, {"id_token": "a.b.c", "expires_in": one}, ProviderUnavailable)
            for one in (None, 0, -1, True, "3600", 1.5)
        ),
        (200, {"id_token": "a.b.c", "expires_in": 3600}, InvalidProviderToken),
    ],
)
async def test_refusal_is_blamed_on_whom_it_concerns_and_never_asked_again(
    connect: Any, between: Any, status: int, body: object, error: type[ExchangeError]
) -> None:
    between.instead[PATH] = (status, body)
    code = AuthorizationCode.of("csim-code-ada", extras={"apple_client_id": BUNDLE_ID})
    async with connect() as (exchange, _, _):
        with pytest.raises(ExchangeError) as raised:
            await exchange.verify("apple", code)
    assert type(raised.value) is error
    assert "text of Apple" not in str(raised.value)
    assert [one.url.path for one in between.requests].count(PATH) == 1
