from collections.abc import Awaitable, Callable

import pytest

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderUnavailable,
    ProviderUserBlocked,
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit.testing import person
from accredit_microsoft.refusals import TOKEN_ERRORS, token_code
from accredit_microsoft.simulator import MicrosoftSimulator
from accredit_microsoft.simulator.answers import refused

LogIn = Callable[..., Awaitable[Identity]]


@pytest.mark.threat(49)
@pytest.mark.parametrize("code", [one for one in TOKEN_ERRORS if isinstance(one, int)])
async def test_listed_number_decides_whatever_the_word(log_in: LogIn, code: int) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(exchanged=(400, refused("invalid_grant", code).body))
    assert type(raised.value) is TOKEN_ERRORS[code].error
    assert "upstream" not in str(raised.value)


@pytest.mark.threat(49)
@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("invalid_grant", InvalidProviderToken),
        ("invalid_client", ProviderMisconfigured),
        ("unauthorized_client", ProviderMisconfigured),
        ("interaction_required", ProviderUserBlocked),
        ("temporarily_unavailable", ProviderUnavailable),
        ("unsupported_grant_type", ProviderProtocolError),
        ("invalid_request", UnlistedRefusal),
    ],
)
async def test_word_decides_where_the_number_is_not_listed(
    log_in: LogIn, word: str, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(exchanged=(400, refused(word, 4711).body))
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": "invalid_grant", "error_codes": [4711, 54005]}, 54005),
        ({"error": "invalid_grant", "error_codes": ["54005"]}, "invalid_grant"),
        ({"error": "invalid_grant", "error_codes": 54005}, "invalid_grant"),
        ({"error": "invalid_grant", "error_codes": [[54005], True, None]}, "invalid_grant"),
        ({"error_codes": [4711]}, None),
        ({"error": ""}, None),
        ({"error": 5}, None),
        ({}, None),
    ],
)
def test_code_is_found_in_an_answer(body: dict[str, object], code: object) -> None:
    assert token_code(body) == code


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, {"error": "invalid_grant", "error_codes": [54005]}),
        (400, b"<!DOCTYPE html>"),
        (429, b"<!DOCTYPE html>"),
        (200, b"<!DOCTYPE html>"),
        (200, []),
        (200, {}),
        (200, {"id_token": "a.b.c"}),
        (200, {"access_token": 5, "id_token": "a.b.c"}),
        (200, {"access_token": "EwB4", "id_token": None}),
        (200, {"access_token": "EwB4", "id_token": ""}),
        (200, {"access_token": "EwB4", "id_token": ["a.b.c"]}),
    ],
)
async def test_answer_that_is_no_token_is_an_outage(log_in: LogIn, status: int, body: object) -> None:
    with pytest.raises(ExchangeError) as raised:
        await log_in(exchanged=(status, body))
    assert type(raised.value) is ProviderUnavailable


async def test_refusal_with_a_status_of_success_is_one(log_in: LogIn, simulator: MicrosoftSimulator) -> None:
    good = {"access_token": "EwB4", "id_token": simulator.id_tokens.mint(person("ada"))}
    await log_in(exchanged=(200, good))
    with pytest.raises(InvalidProviderToken):
        await log_in(exchanged=(200, {**good, "error": "invalid_grant"}))
