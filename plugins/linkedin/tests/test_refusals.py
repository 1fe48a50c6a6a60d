from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from accredit.errors import (
    ExchangeError,
    InvalidProviderToken,
    MissingPermission,
    ProviderMisconfigured,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderUnavailable,
    UnlistedRefusal,
)
from accredit.models import Identity
from accredit_linkedin.refusals import OAUTH_ERRORS, USERINFO_ERRORS

Verify = Callable[..., Awaitable[Identity]]

SECRET_TEXT = "upstream text that must go nowhere"


def api(number: object, **more: object) -> dict[str, Any]:
    return {"status": 401, "serviceErrorCode": number, "message": SECRET_TEXT, **more}


def oauth(word: object) -> dict[str, Any]:
    return {"error": word, "error_description": SECRET_TEXT}


@pytest.mark.parametrize(
    ("call", "status", "body", "error"),
    [
        ("userinfo", 401, api(65600), InvalidProviderToken),
        ("userinfo", 401, api(65601, code="REVOKED_ACCESS_TOKEN"), InvalidProviderToken),
        ("userinfo", 401, api(65602), InvalidProviderToken),
        ("userinfo", 403, api(100, code="ACCESS_DENIED"), MissingPermission),
        ("userinfo", 429, api(101), ProviderRateLimited),
        ("userinfo", 429, "<html>", ProviderRateLimited),
        ("userinfo", 401, api(401), ProviderProtocolError),
        ("userinfo", 400, api(65604), UnlistedRefusal),
        ("userinfo", 200, api(65600), InvalidProviderToken),
        ("userinfo", 500, api(65600), ProviderUnavailable),  # whoever fails like this has checked nothing
        *(("userinfo", 401, api(one), ProviderUnavailable) for one in ("65600", True, None, 65600.0, [65600])),
        ("userinfo", 401, "<html>", ProviderUnavailable),  # a status alone proves nothing about the token
        ("introspection", 401, oauth("invalid_client"), ProviderMisconfigured),
        ("introspection", 400, oauth("unauthorized_client"), ProviderMisconfigured),
        ("introspection", 400, oauth("invalid_request"), UnlistedRefusal),
        ("introspection", 200, oauth("invalid_client"), ProviderMisconfigured),
        ("introspection", 429, "<html>", ProviderRateLimited),
        ("introspection", 400, oauth(5), ProviderUnavailable),
        ("introspection", 500, oauth("invalid_client"), ProviderUnavailable),
        *((call, 200, "<html>", ProviderUnavailable) for call in ("introspection", "userinfo")),
        *((call, 200, [], ProviderUnavailable) for call in ("introspection", "userinfo")),
        *((call, 201, {}, ProviderUnavailable) for call in ("introspection", "userinfo")),
        *((call, 503, "", ProviderUnavailable) for call in ("introspection", "userinfo")),
    ],
)
async def test_refusal_is_blamed_on_whom_it_concerns(
    verify: Verify, call: str, status: int, body: object, error: type[ExchangeError]
) -> None:
    with pytest.raises(ExchangeError) as caught:
        await verify(**{call: (status, body)})
    assert type(caught.value) is error
    assert SECRET_TEXT not in str(caught.value)


def test_no_code_that_a_token_alone_can_cause_at_introspection_is_an_alert_of_each_request() -> None:
    ours = {code for code, line in OAUTH_ERRORS.items() if line.error.alert}
    assert ours == {"invalid_client", "unauthorized_client"}
    assert {code for code, line in USERINFO_ERRORS.items() if line.error.alert} == {401}
