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
    ProviderUserBlocked,
    UnlistedRefusal,
)
from accredit.models import Identity

Verify = Callable[..., Awaitable[Identity]]

SAID = "upstream text that must go nowhere"
IP = "ip mismatched! callerIp=192.0.2.1. check out registered ips."


def refused(code: object, said: object = SAID) -> dict[str, object]:
    return {"msg": said, "code": code}


@pytest.mark.parametrize("call", ["info", "me"])
@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, refused(-401), InvalidProviderToken),
        (401, refused(-401, None), InvalidProviderToken),
        (400, refused(-2), InvalidProviderToken),
        (400, refused(-101), InvalidProviderToken),
        (403, {**refused(-402), "required_scopes": [SAID]}, MissingPermission),
        (400, refused(-4), ProviderUserBlocked),
        (400, refused(-103), ProviderUserBlocked),
        (401, refused(-406), ProviderUserBlocked),
        (400, refused(-10), ProviderRateLimited),
        (400, refused(-8), ProviderProtocolError),
        (400, refused(-9), ProviderProtocolError),
        (400, refused(-1), ProviderUnavailable),
        (400, refused(-603), ProviderUnavailable),
        (503, refused(-9798), ProviderUnavailable),
        (500, refused(-401), ProviderUnavailable),  # whoever fails like this has checked nothing
        (200, refused(-401), InvalidProviderToken),
        (400, refused(-777), UnlistedRefusal),
        (400, refused("-401"), ProviderUnavailable),
        (401, refused(True), ProviderUnavailable),
        (401, "<html>", ProviderUnavailable),
        (200, "<html>", ProviderUnavailable),
        (200, [], ProviderUnavailable),
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
@pytest.mark.parametrize(
    ("body", "word"),
    [
        (refused(-401, IP), "ip_mismatched"),
        (refused(-401, "android keyhash mismatched! callerKeyhash=x"), "keyhash_mismatched"),
        (refused(-401, "ios bundle id mismatched! callerIosBundleId=x"), "bundle_id_mismatched"),
        (refused(-3), "-3"),
        (refused(-5), "-5"),
    ],
)
async def test_our_app_is_at_fault_only_where_the_token_is_known_to_be_of_our_app(
    verify: Verify, body: Any, word: str
) -> None:
    with pytest.raises(ProviderMisconfigured) as ours:
        await verify(me=(401, body))
    assert ours.value.alert
    with pytest.raises(UnlistedRefusal) as anybodys:
        await verify(info=(401, body))
    assert (anybodys.value.status, anybodys.value.alert_key) == (401, f"access_token_info: {word}")
    assert "192.0.2.1" not in f"{ours.value} {anybodys.value}"
