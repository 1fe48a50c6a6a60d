"""Verifying a provider's ID token with a secret that the provider shares with us: HS256, and nothing else."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from core.tests.clock import Clock
from core.tests.jws import compact
from core.tests.strategies import AcmeSettings
from joserfc.jwk import RSAKey
from pydantic import SecretStr

from accredit.errors import InvalidProviderToken, PluginFailed, ProviderMisconfigured
from accredit.keys.jose import InvalidJwt, SigningKey, verify_mac
from accredit.provider.http import ProviderHTTP
from accredit.provider.id_token import IdTokenVerifier, VerifiedIdToken
from accredit.provider.jwks import JwksCache
from accredit.provider.nonce import NonceCheck
from accredit.settings import ConnectionSettings

NOW = 1_700_000_000
ISSUER = "https://acme.example"
URL = "https://api.acme.example/jwks"
CLAIMS: dict[str, Any] = {"iss": ISSUER, "sub": "42", "aud": "app", "iat": NOW, "exp": NOW + 3600, "nonce": "N-1"}
SECRET = "0123456789abcdef0123456789abcdef"
SETTINGS = AcmeSettings(app_id="app", app_secret=SecretStr(SECRET))
_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def mac(claims: Any = CLAIMS, *, secret: str = SECRET, digest: str = "HS256", **header: Any) -> str:
    stated = {name: value for name, value in {"alg": "HS256", "typ": "JWT", **header}.items() if value is not None}
    signed = compact(stated, claims).rpartition(".")[0]
    return compact(stated, claims, hmac.new(secret.encode(), signed.encode(), _HASHES[digest]).digest())


async def check(token: str, *, settings: ConnectionSettings = SETTINGS, **given: Any) -> VerifiedIdToken:
    def nobody(_: httpx.Request) -> httpx.Response:
        raise AssertionError("a secret costs no call")

    http = ProviderHTTP(httpx.MockTransport(nobody), urls=[URL], timeout_s=5.0, max_response_bytes=10_000)
    clock = Clock(NOW)
    jwks = JwksCache(clock=clock, alert=lambda *_: None)
    verifier = IdTokenVerifier(jwks, http, clock, settings, NonceCheck("matched", SecretStr("N-1")))
    arguments: Mapping[str, Any] = {
        "issuers": (ISSUER,),
        "secret": getattr(settings, "app_secret", None),
        "algorithms": ("HS256",),
        **given,
    }
    return await verifier(token, **arguments)


@pytest.mark.parametrize("kid", [None, "1"])
async def test_a_token_made_with_our_secret_is_accepted_with_or_without_a_kid(kid: str | None) -> None:
    token = await check(mac(kid=kid))
    assert (token.subject, token.audience.aud, token.expires_at) == ("42", ("app",), NOW + 3600)
    assert (await check(mac(kid=kid), algorithms=["HS256"])).subject == "42"


@pytest.mark.threat(6)
@pytest.mark.parametrize(
    "token",
    [
        mac(secret="1123456789abcdef0123456789abcdef"),
        mac(secret=""),
        mac(secret=SECRET + " "),
        mac(secret=SECRET.upper()),
        mac()[:-4],
        mac() + "AAAA",
        mac().rpartition(".")[0] + ".",
        mac(alg="none"),
        mac(alg="HS384", digest="HS384"),
        mac(alg="HS512", digest="HS512"),
        mac(alg="hs256"),
        mac(alg=["HS256"]),
        mac(alg="RS256"),
        mac(crit=["exp"]),
        mac(typ="at+jwt"),
        mac({**CLAIMS, "typ": "Bearer"}),
        mac({**CLAIMS, "nonce": "another"}),
        mac({**CLAIMS, "iss": "https://evil.example"}),
        mac({**CLAIMS, "exp": NOW}),
        mac([1]),
        mac(b"no json"),
        "opaque",
    ],
)
async def test_any_other_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidProviderToken):
        await check(token)


async def test_a_payload_that_was_changed_is_refused() -> None:
    header, _, signature = mac().split(".")
    changed = compact({}, {**CLAIMS, "sub": "43"}).split(".")[1]
    with pytest.raises(InvalidProviderToken, match="JWT is not valid: "):
        await check(f"{header}.{changed}.{signature}")


@pytest.mark.threat(6)
async def test_an_asymmetric_token_is_refused_where_a_secret_verifies(rs256: SigningKey) -> None:
    with pytest.raises(InvalidProviderToken):
        await check(rs256.sign(CLAIMS, typ="JWT"))


@pytest.mark.threat(6)
@pytest.mark.parametrize(
    "given",
    [
        {"jwks_url": URL},
        {"secret": None},
        {"algorithms": ("RS256",)},
        {"algorithms": ("HS256", "RS256")},
        {"algorithms": ("HS512",)},
        {"algorithms": ("none",)},
        {"algorithms": ()},
        {"algorithms": "HS256"},
    ],
    ids=str,
)
async def test_a_secret_goes_with_hs256_alone_and_with_no_key_set(given: dict[str, Any]) -> None:
    with pytest.raises(PluginFailed):
        await check(mac(), **given)


@pytest.mark.threat(6)
@pytest.mark.parametrize("algorithms", [("HS256",), ("RS256", "HS256"), ("none",)])
async def test_a_key_set_never_goes_with_a_mac(algorithms: tuple[str, ...]) -> None:
    with pytest.raises(PluginFailed, match="a key set verifies asymmetric algorithms only"):
        await check(mac(kid="1"), secret=None, jwks_url=URL, algorithms=algorithms)


@pytest.mark.parametrize(
    "secret", [SecretStr(SECRET), SecretStr("x" * 64), SECRET, SETTINGS.app_id, AcmeSettings(app_id="a").app_secret]
)
async def test_a_secret_that_is_not_the_value_of_a_setting_is_the_plugins_fault(secret: Any) -> None:
    with pytest.raises(PluginFailed, match="is the value of no setting of the connection"):
        await check(mac(), secret=secret)


class DefaultSecret(AcmeSettings):
    app_secret: SecretStr = SecretStr(SECRET)


async def test_a_default_or_a_setting_of_core_is_no_secret_of_the_operator() -> None:
    default = DefaultSecret(app_id="app")
    through_proxy = DefaultSecret(app_id="app", proxy=SecretStr(f"http://user:{SECRET}@proxy.example:8080"))
    for settings, secret in ((default, default.app_secret), (through_proxy, through_proxy.proxy)):
        with pytest.raises(PluginFailed, match="is the value of no setting of the connection"):
            await check(mac(), settings=settings, secret=secret)
    set_by_operator = DefaultSecret(app_id="app", app_secret=SecretStr(SECRET))
    assert (await check(mac(), settings=set_by_operator)).subject == "42"


@pytest.mark.parametrize("length", [1, 13, 31])
async def test_a_secret_that_is_too_short_is_our_misconfiguration(length: int) -> None:
    short = "s" * length
    settings = AcmeSettings(app_id="app", app_secret=SecretStr(short))
    with pytest.raises(ProviderMisconfigured) as failed:
        await check(mac(secret=short), settings=settings)
    assert failed.value.detail == "setting app_secret is shorter than 32 bytes: too short for HS256"


async def test_a_secret_is_measured_in_bytes() -> None:
    secret = "é" * 16
    settings = AcmeSettings(app_id="app", app_secret=SecretStr(secret))
    assert (await check(mac(secret=secret), settings=settings)).subject == "42"


@pytest.mark.threat(6)
async def test_a_public_key_is_no_secret_even_in_the_settings(rs256: SigningKey) -> None:
    pem = RSAKey.import_key(rs256.public_jwk()).as_pem(private=False).decode()
    settings = AcmeSettings(app_id="app", app_secret=SecretStr(pem))
    with pytest.raises(ProviderMisconfigured) as failed:
        await check(mac(secret=pem), settings=settings)
    assert failed.value.detail == "setting app_secret is a public key, and so no secret"
    assert pem not in str(failed.value.__cause__)


def test_no_other_algorithm_is_verified_with_a_secret() -> None:
    for token in (mac(alg="HS512", digest="HS512"), mac(alg="none"), mac(alg=None), "opaque"):
        with pytest.raises(InvalidJwt):
            verify_mac(token, SECRET)
