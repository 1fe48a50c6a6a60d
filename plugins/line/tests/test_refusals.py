from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.models import Identity

Verify = Callable[..., Awaitable[Identity]]

SAID = "upstream text that must go nowhere"


def oauth(error: object) -> dict[str, object]:
    return {"error": error, "error_description": SAID}


@pytest.mark.parametrize(
    ("call", "status", "body", "error"),
    [
        ("granted", 400, oauth("invalid_request"), InvalidProviderToken),
        ("granted", 200, oauth("invalid_request"), InvalidProviderToken),
        ("granted", 429, {"message": SAID}, ProviderRateLimited),
        ("granted", 429, "", ProviderRateLimited),
        ("granted", 400, oauth("invalid_client"), UnlistedRefusal),
        ("granted", 400, oauth(400), ProviderUnavailable),
        ("granted", 400, oauth(SAID), ProviderUnavailable),
        ("granted", 401, {"message": SAID}, ProviderUnavailable),
        ("granted", 500, oauth("invalid_request"), ProviderUnavailable),
        ("granted", 200, "<html>", ProviderUnavailable),
        ("granted", 200, [], ProviderUnavailable),
        ("profile", 400, {"message": SAID}, InvalidProviderToken),
        ("profile", 401, {"message": SAID}, InvalidProviderToken),
        ("profile", 403, {"message": SAID}, MissingPermission),
        ("profile", 429, {"message": SAID}, ProviderRateLimited),
        ("profile", 403, oauth("insufficient_scope"), MissingPermission),
        ("profile", 404, oauth("not_found"), UnlistedRefusal),
        ("profile", 404, {"message": SAID}, ProviderUnavailable),
        ("profile", 401, "<html>", ProviderUnavailable),  # a machine in front of LINE proves nothing
        ("profile", 403, {}, ProviderUnavailable),
        ("profile", 500, {"message": SAID}, ProviderUnavailable),
    ],
)
async def test_a_refusal_is_blamed_on_whom_it_concerns(
    verify: Verify, call: str, status: int, body: Any, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as caught:
        await verify(**{call: (status, body)})
    assert type(caught.value) is error
    assert SAID not in str(caught.value)


@pytest.mark.threat(49)
async def test_no_refusal_that_a_client_can_cause_is_a_fault_of_ours(verify: Verify) -> None:
    for call, status, body in (("granted", 400, oauth("invalid_request")), ("profile", 401, {"message": SAID})):
        with pytest.raises(ExchangeError) as caught:
            await verify(**{call: (status, body)})
        assert (caught.value.status, caught.value.alert) == (401, False)


async def test_what_userinfo_refuses_is_read_like_what_profile_refuses(verify: Verify) -> None:
    with pytest.raises(MissingPermission):
        await verify("eyJhbGciOiJIUzI1NiJ9.sim-openid-ada.line", userinfo=(403, {"message": SAID}))
