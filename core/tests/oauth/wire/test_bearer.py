"""A token of ours in a route of the host's, in any ASGI framework. FastAPI's tests go on from here."""

import pytest
from core.tests.bench import Bench

from accredit.asgi import authenticate_request, refusal_of
from accredit.errors import AccessDenied, InvalidToken, ProviderUnavailable
from accredit.oauth.wire.bearer import shown_token


@pytest.mark.parametrize("name", [b"authorization", b"Authorization"])
async def test_the_token_in_the_header_says_who_calls(wire: Bench, name: bytes) -> None:
    token = (await wire.post(scope="openid")).json()["access_token"]
    scope = {"type": "http", "headers": [(b"host", b"x"), (name, f"Bearer {token}".encode())]}
    caller = await authenticate_request(wire.exchange, scope, "openid", users_only=True)
    assert caller.is_of_a_user
    with pytest.raises(InvalidToken):
        await authenticate_request(wire.exchange, scope, audience="https://api.example.com")


@pytest.mark.parametrize(("headers", "challenge"), [([], "Bearer"), (["Basic x"], "Bearer"), (["Bearer"], None)])
def test_who_shows_none_is_asked_for_one(headers: list[str], challenge: str | None) -> None:
    with pytest.raises(InvalidToken) as refused:
        shown_token(headers)
    assert refused.value.challenge == (challenge or 'Bearer error="invalid_token"')


async def test_a_refusal_is_answered_as_the_endpoints_do(wire: Bench) -> None:
    answer = refusal_of(wire.exchange, ProviderUnavailable(retry_after_s=3))
    assert (answer.status, answer.headers["retry-after"]) == (503, "3")
    assert refusal_of(wire.exchange, AccessDenied("no")).body == b'{"error":"unauthorized","error_description":"no"}'
