"""Verifying a provider's security event tokens."""

import json
from typing import Any

import httpx
import pytest
from core.tests.clock import Clock

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken, PluginFailed, ProviderUnavailable
from accredit.keys.jose import SigningKey
from accredit.provider.event_token import LONGEST_AGE_S, EventTokenVerifier, VerifiedEventToken
from accredit.provider.http import ProviderHTTP
from accredit.provider.jwks import JwksCache
from accredit.provider.jwt_claims import CLOCK_SKEW_S

NOW = 1_700_000_000
ISSUER = "https://accounts.acme.example/"
URL = "https://acme.example/jwks"
REVOKED = "https://schemas.openid.net/secevent/risc/event-type/sessions-revoked"
CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": ["web", "ios"],
    "iat": NOW - 10,
    "jti": "notice-1",
    "events": {REVOKED: {"subject": {"subject_type": "iss-sub", "iss": ISSUER, "sub": "42"}}},
}
APPLE = {"type": "consent-revoked", "sub": "42", "event_time": 1_700_000_000_000}


async def check(
    key: SigningKey, token: str | None = None, *, typ: str = "secevent+jwt", status: int = 200, **changes: Any
) -> VerifiedEventToken:
    given: dict[str, Any] = {
        name: changes.pop(name) for name in ("check_exp", "max_age_s", "issuers", "algorithms") if name in changes
    }
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not ...}
    keys = {"keys": [key.public_jwk()]}
    http = ProviderHTTP(
        httpx.MockTransport(lambda _: httpx.Response(status, json=keys)),
        urls=[URL],
        timeout_s=5.0,
        max_response_bytes=10_000,
    )
    clock = Clock(NOW)
    verify = EventTokenVerifier(JwksCache(clock=clock, alert=lambda *_: None), http, clock)
    asked: dict[str, Any] = {"issuers": (ISSUER,), "jwks_url": URL, **given}
    return await verify(key.sign(claims, typ=typ) if token is None else token, **asked)


@pytest.mark.parametrize("typ", ["secevent+jwt", "application/secevent+jwt", "SECEVENT+JWT", "JWT", "jwt"])
async def test_a_notice_says_what_happened_to_whose_users_and_how_long_it_can_be_repeated(
    rs256: SigningKey, typ: str
) -> None:
    found = await check(rs256, typ=typ)
    assert (found.id, found.audience, found.issued_at) == ("notice-1", JwtAudience(("web", "ios")), NOW - 10)
    assert found.replayable_until == NOW - 10 + LONGEST_AGE_S
    assert found.events[REVOKED]["subject"]["sub"] == "42"
    assert found.claims["jti"] == "notice-1"
    assert "42" not in repr(found)


async def test_events_may_be_a_text_that_holds_an_object(rs256: SigningKey) -> None:
    assert (await check(rs256, events=json.dumps(APPLE))).events == APPLE


@pytest.mark.parametrize(
    "events", [..., None, "", "{", "[]", "42", "{}", {}, [], [APPLE], json.dumps([APPLE]), 1, True, "[" * 5000]
)
@pytest.mark.threat(9)
async def test_anything_else_is_no_event(rs256: SigningKey, events: Any) -> None:
    with pytest.raises(InvalidProviderToken, match="events is"):
        await check(rs256, events=events)


@pytest.mark.threat(9)
@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "dpop+jwt", "JOSE", "", "x+secevent+jwt"])
async def test_another_kind_of_jwt_is_none(rs256: SigningKey, typ: str) -> None:
    with pytest.raises(InvalidProviderToken, match="this is no security event"):
        await check(rs256, typ=typ)


@pytest.mark.threat(4)
@pytest.mark.parametrize("iss", [..., None, "", ISSUER[:-1], ISSUER.upper(), 1, [ISSUER]])
async def test_another_issuer_is_refused(rs256: SigningKey, iss: Any) -> None:
    with pytest.raises(InvalidProviderToken, match="iss is not accepted"):
        await check(rs256, iss=iss)


async def test_issuers_are_no_text_that_is_searched(rs256: SigningKey) -> None:
    with pytest.raises(TypeError):
        await check(rs256, issuers=ISSUER)


@pytest.mark.threat(6)
async def test_a_signature_of_another_is_refused(rs256: SigningKey, es256: SigningKey) -> None:
    stranger = SigningKey({**SigningKey.generate("ES256").private_jwk(), "kid": es256.kid})
    signed = (stranger.sign(CLAIMS, typ="JWT"), es256.sign(CLAIMS, typ="JWT")[:-4])
    for token in (*signed, "opaque", "", "a.b.c"):
        with pytest.raises(InvalidProviderToken):
            await check(es256, token, algorithms=("ES256",))
    with pytest.raises(InvalidProviderToken, match="alg or kid is not accepted"):
        await check(rs256, algorithms=("ES256",))
    assert (await check(es256, algorithms=("ES256",))).id == "notice-1"


@pytest.mark.threat(6)
async def test_a_mac_is_never_asked_of_a_key_set(rs256: SigningKey) -> None:
    with pytest.raises(PluginFailed):
        await check(rs256, algorithms=("HS256",))


async def test_without_keys_nobody_can_tell(rs256: SigningKey) -> None:
    with pytest.raises(ProviderUnavailable):
        await check(rs256, status=503)


@pytest.mark.threat(7)
async def test_it_is_good_for_so_long_after_it_was_issued(rs256: SigningKey) -> None:
    assert (await check(rs256, iat=NOW - 59, max_age_s=60)).replayable_until == NOW + 1
    assert (await check(rs256, iat=NOW + CLOCK_SKEW_S)).issued_at == NOW + CLOCK_SKEW_S
    with pytest.raises(InvalidProviderToken, match="iat lies too far back"):
        await check(rs256, iat=NOW - 60, max_age_s=60)
    with pytest.raises(InvalidProviderToken, match="iat lies too far back"):
        await check(rs256, iat=NOW - LONGEST_AGE_S)
    with pytest.raises(InvalidProviderToken, match="iat lies in the future"):
        await check(rs256, iat=NOW + CLOCK_SKEW_S + 1)
    for iat in (..., None, str(NOW), 1.5, True):
        with pytest.raises(InvalidProviderToken, match="iat is missing or no integer"):
            await check(rs256, iat=iat)


@pytest.mark.threat(7)
async def test_exp_counts_where_it_is_asked_for_and_only_there(rs256: SigningKey) -> None:
    assert (await check(rs256, exp=NOW - 1)).id == "notice-1"
    assert (await check(rs256, exp=NOW + 1, check_exp=True)).replayable_until == NOW + 1
    assert (await check(rs256, exp=NOW + 10**9, check_exp=True)).replayable_until == NOW - 10 + LONGEST_AGE_S
    with pytest.raises(InvalidProviderToken, match="security event token has expired"):
        await check(rs256, exp=NOW, check_exp=True)
    with pytest.raises(InvalidProviderToken, match="exp is missing or no integer"):
        await check(rs256, check_exp=True)


@pytest.mark.parametrize("jti", [..., None, "", 1, ["a"]])
@pytest.mark.threat(10)
async def test_without_an_id_nobody_could_tell_a_repetition(rs256: SigningKey, jti: Any) -> None:
    with pytest.raises(InvalidProviderToken, match="jti is missing"):
        await check(rs256, jti=jti)


@pytest.mark.parametrize("aud", [..., None, 1, ["web", 1]])
async def test_an_audience_that_is_no_text_is_refused(rs256: SigningKey, aud: Any) -> None:
    with pytest.raises(InvalidProviderToken, match="aud or azp is no string"):
        await check(rs256, aud=aud)
