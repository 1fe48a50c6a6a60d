"""Verifying a provider's ID token: whose signature, and which requests that may cost."""

import json
from typing import Any

import httpx
import pytest
from core.tests.clock import Clock
from core.tests.jws import compact
from core.tests.strategies import AcmeSettings

from accredit.errors import InvalidProviderToken, PluginFailed, ProviderUnavailable
from accredit.keys.jose import SigningKey
from accredit.provider.http import ProviderHTTP
from accredit.provider.id_token import IdTokenVerifier, VerifiedIdToken
from accredit.provider.jwks import JwksCache
from accredit.provider.nonce import NonceCheck

NOW = 1_700_000_000
ISSUER = "https://accounts.acme.example"
CLAIMS: dict[str, Any] = {"iss": ISSUER, "sub": "42", "aud": "app", "iat": NOW, "exp": NOW + 3600}
URL = "https://acme.example/jwks"


def verifier_with(jwks: JwksCache, http: ProviderHTTP, clock: Clock) -> IdTokenVerifier:
    return IdTokenVerifier(jwks, http, clock, AcmeSettings(app_id="app"), NonceCheck("matched"))


class Provider(httpx.AsyncBaseTransport):
    def __init__(self, *keys: SigningKey, down: bool = False) -> None:
        self.body = json.dumps({"keys": [key.public_jwk() for key in keys]}).encode()
        self.down = down
        self.fetched: list[str] = []
        self.clock = clock = Clock(NOW)
        self.http = ProviderHTTP(self, urls=[URL], timeout_s=5.0, max_response_bytes=100_000)
        self.verifier = verifier_with(JwksCache(clock=clock, alert=lambda *_: None), self.http, clock)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.fetched.append(str(request.url))
        if self.down:
            raise httpx.ConnectError("down")
        return httpx.Response(200, content=self.body)

    async def check(self, token: str, **changes: Any) -> VerifiedIdToken:
        return await self.verifier(token, **{"jwks_url": URL, "issuers": (ISSUER,), **changes})


async def test_rs256_is_what_a_provider_signs_with_unless_the_strategy_says_otherwise(
    rs256: SigningKey, es256: SigningKey
) -> None:
    acme = Provider(rs256, es256)
    assert (await acme.check(rs256.sign(CLAIMS, typ="JWT"))).subject == "42"
    assert (await acme.check(es256.sign(CLAIMS, typ="JWT"), algorithms=("RS256", "ES256"))).subject == "42"
    with pytest.raises(InvalidProviderToken, match="alg or kid is not accepted"):
        await acme.check(es256.sign(CLAIMS, typ="JWT"))


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none"},
        {"alg": "None"},
        {"alg": "HS256"},
        {"alg": "RS512"},
        {"alg": "rs256"},
        {"alg": ""},
        {"alg": None},
        {"alg": ["RS256"]},
        {"alg": {}},
        {"alg": True},
        {"kid": None},
        {"kid": 1},
        {"kid": ["1"]},
        {"kid": {}},
    ],
    ids=str,
)
async def test_an_algorithm_or_kid_that_is_not_accepted_costs_no_request(
    rs256: SigningKey, header: dict[str, Any]
) -> None:
    acme = Provider(rs256)
    with pytest.raises(InvalidProviderToken):
        await acme.check(compact({"alg": "RS256", "kid": rs256.kid, **header}, CLAIMS))
    assert acme.fetched == []


@pytest.mark.parametrize("missing", ["alg", "kid"])
async def test_a_header_without_alg_or_kid_costs_no_request(rs256: SigningKey, missing: str) -> None:
    acme = Provider(rs256)
    header = {"alg": "RS256", "kid": rs256.kid}
    del header[missing]
    with pytest.raises(InvalidProviderToken):
        await acme.check(compact(header, CLAIMS))
    assert acme.fetched == []


@pytest.mark.parametrize("token", ["EAAB-no-jwt", "a.b.c", "..", "a.b.c.d.e"])
async def test_what_is_no_jwt_costs_no_request(rs256: SigningKey, token: str) -> None:
    acme = Provider(rs256)
    with pytest.raises(InvalidProviderToken, match="JWT is not valid: "):
        await acme.check(token)
    assert acme.fetched == []


@pytest.mark.threat(4, 6)
@pytest.mark.parametrize("extra", [{"jku": "https://evil.example/"}, {"x5u": "https://evil.example/"}, {"jwk": {}}])
async def test_keys_come_from_the_settings_whatever_the_token_says(
    rs256: SigningKey, es256: SigningKey, extra: dict[str, Any]
) -> None:
    acme = Provider(rs256)
    forged = compact({"alg": "RS256", "kid": rs256.kid, **extra}, {**CLAIMS, "iss": "https://evil.example"})
    with pytest.raises(InvalidProviderToken, match="JWT is not valid: "):
        await acme.check(forged)
    assert acme.fetched == [URL]


async def test_another_keys_signature_is_refused_and_its_token_not_quoted(rs256: SigningKey) -> None:
    acme = Provider(rs256)
    thief = SigningKey.generate("RS256")
    for token in (
        thief.sign(CLAIMS, typ="JWT"),
        SigningKey({**thief.private_jwk(), "kid": rs256.kid}).sign(CLAIMS, typ="JWT"),
    ):
        with pytest.raises(InvalidProviderToken) as error:
            await acme.check(token)
        assert token not in str(error.value)
        assert token.split(".")[1] not in str(error.value)


async def test_keys_that_cannot_be_fetched_are_not_the_tokens_fault(rs256: SigningKey) -> None:
    with pytest.raises(ProviderUnavailable):
        await Provider(rs256, down=True).check(rs256.sign(CLAIMS, typ="JWT"))


async def test_many_tokens_cost_one_request(rs256: SigningKey) -> None:
    acme = Provider(rs256)
    for number in range(5):
        assert (await acme.check(rs256.sign({**CLAIMS, "sub": str(number)}, typ="JWT"))).subject == str(number)
    assert acme.fetched == [URL]


@pytest.mark.threat(44)
@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:6379/",
        "http://acme.example/jwks",
        "https://acme.example:8443/jwks",
        "https://acme.example@evil.example/jwks",
        "https://evil.example/jwks",
        "file:///etc/passwd",
        "",
        "https://[::1/jwks",
        None,
        b"https://acme.example/jwks",
    ],
)
async def test_a_key_set_of_an_undeclared_host_is_never_fetched(rs256: SigningKey, url: Any) -> None:
    acme = Provider(rs256)
    with pytest.raises(PluginFailed):
        await acme.check(rs256.sign(CLAIMS, typ="JWT"), jwks_url=url)
    assert acme.fetched == []
    assert acme.http.calls == []


@pytest.mark.threat(44)
async def test_keys_at_hand_are_no_way_around_the_declaration(rs256: SigningKey) -> None:
    acme = Provider(rs256)
    await acme.check(rs256.sign(CLAIMS, typ="JWT"))
    elsewhere = ProviderHTTP(acme, urls=["https://other.example"], timeout_s=5.0, max_response_bytes=100_000)
    verifier = verifier_with(acme.verifier.jwks, elsewhere, acme.clock)
    with pytest.raises(PluginFailed, match=r"did not declare the host acme\.example"):
        await verifier(rs256.sign(CLAIMS, typ="JWT"), jwks_url=URL, issuers=(ISSUER,))


@pytest.mark.threat(44)
async def test_the_fetch_of_a_key_set_is_among_the_calls(rs256: SigningKey) -> None:
    acme = Provider(rs256)
    await acme.check(rs256.sign(CLAIMS, typ="JWT"))
    await acme.check(rs256.sign(CLAIMS, typ="JWT"))
    assert [(call.method, call.url, call.status) for call in acme.http.calls] == [("GET", URL, 200)]
