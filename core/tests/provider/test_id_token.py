"""Verifying a provider's ID token: the claims."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import jwt as pyjwt
import pytest
from core.tests.clock import Clock
from core.tests.jws import compact
from core.tests.strategies import AcmeSettings
from joserfc.jwk import ECKey
from pydantic import SecretStr

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken
from accredit.keys.jose import SigningKey
from accredit.provider.http import ProviderHTTP
from accredit.provider.id_token import LONGEST_LIFE_S, IdTokenVerifier, VerifiedIdToken
from accredit.provider.jwks import JwksCache
from accredit.provider.jwt_claims import CLOCK_SKEW_S
from accredit.provider.nonce import NonceCheck

NOW = 1_700_000_000
ISSUER = "https://accounts.acme.example"
CLAIMS: dict[str, Any] = {"iss": ISSUER, "sub": "42", "aud": "app", "iat": NOW - 10, "exp": NOW + 3600, "name": "Ada"}
MISSING = object()

Check = Callable[..., Awaitable[VerifiedIdToken]]


@pytest.fixture
def check(es256: SigningKey) -> Check:
    url = "https://acme.example/jwks"
    publish = httpx.MockTransport(lambda _: httpx.Response(200, json={"keys": [es256.public_jwk()]}))
    http = ProviderHTTP(publish, urls=[url], timeout_s=5.0, max_response_bytes=10_000)

    # Another library signs: ours would refuse to sign some of this.
    by_other = pyjwt.get_algorithm_by_name("ES256")
    key = by_other.prepare_key(ECKey.import_key(es256.private_jwk()).as_pem(private=True))
    clock = Clock(NOW)

    async def check(
        *, sent: str | None = None, issuers: Any = (ISSUER,), now: float = NOW, header_typ: Any = "JWT", **claims: Any
    ) -> VerifiedIdToken:
        clock.now = now
        cache = JwksCache(clock=clock, alert=lambda *_: None)
        check_nonce = NonceCheck("matched", None if sent is None else SecretStr(sent))
        verifier = IdTokenVerifier(
            cache,
            http,
            clock,
            AcmeSettings(app_id="app"),
            check_nonce,
        )
        wanted = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not MISSING}
        header = {"alg": "ES256", "kid": es256.kid, **({} if header_typ is MISSING else {"typ": header_typ})}
        signature = by_other.sign(compact(header, wanted).rpartition(".")[0].encode(), key)
        token = compact(header, wanted, signature)
        return await verifier(token, jwks_url=url, issuers=issuers, algorithms=["ES256"])

    return check


async def refused(check: Check, because: str, **changes: Any) -> None:
    with pytest.raises(InvalidProviderToken) as error:
        await check(**changes)
    assert error.value.detail == because


async def test_a_good_token_says_who_for_whom_and_until_when(check: Check) -> None:
    token = await check()
    assert (token.subject, token.audience, token.expires_at) == ("42", JwtAudience(("app",)), NOW + 3600)
    assert token.claims["name"] == "Ada"
    assert "Ada" not in repr(token)


@pytest.mark.threat(7)
async def test_it_lives_until_its_last_second(check: Check) -> None:
    exp = CLAIMS["exp"]
    assert (await check(now=exp - 1)).subject == "42"
    assert (await check(now=exp - 0.01)).subject == "42"
    await refused(check, "ID token has expired", now=exp)
    await refused(check, "ID token has expired", now=exp + 1)


@pytest.mark.threat(7)
async def test_an_exp_lies_at_most_a_day_and_the_skew_ahead(check: Check) -> None:
    furthest = NOW + LONGEST_LIFE_S + CLOCK_SKEW_S
    assert (await check(exp=furthest)).expires_at == furthest
    await refused(check, "exp is too far ahead", exp=furthest + 1)
    await refused(check, "exp is too far ahead", exp=10**30)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_iat_and_nbf_lie_at_most_the_skew_ahead(check: Check, claim: str) -> None:
    assert (await check(**{claim: NOW + CLOCK_SKEW_S})).subject == "42"
    assert (await check(**{claim: NOW - 10**9})).subject == "42"
    await refused(check, f"{claim} lies in the future", **{claim: NOW + CLOCK_SKEW_S + 1})


@pytest.mark.threat(7)
@pytest.mark.parametrize(
    "value", [str(NOW + 60), NOW + 60.0, float("nan"), float("inf"), True, None, [NOW + 60], {}, ""]
)
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
async def test_a_time_must_be_an_integer(check: Check, claim: str, value: Any) -> None:
    await refused(check, f"{claim} is missing or no integer", **{claim: value})


async def test_exp_and_iat_must_be_there_and_nbf_need_not(check: Check) -> None:
    await refused(check, "exp is missing or no integer", exp=MISSING)
    await refused(check, "iat is missing or no integer", iat=MISSING)
    assert (await check(nbf=MISSING)).subject == "42"


@pytest.mark.threat(8)
@pytest.mark.parametrize("sub", [MISSING, "", None, 42, 42.0, True, ["42"], {"id": "42"}])
async def test_a_sub_that_is_missing_empty_or_no_string_is_refused(check: Check, sub: Any) -> None:
    await refused(check, "sub is missing", sub=sub)


@pytest.mark.parametrize("sub", ["0042", "9007199254740993", "A-b", "a"])
async def test_a_sub_is_kept_exactly(check: Check, sub: str) -> None:
    assert (await check(sub=sub)).subject == sub


@pytest.mark.parametrize(
    ("aud", "azp", "expected"),
    [
        ("app", MISSING, JwtAudience(("app",))),
        (["app"], MISSING, JwtAudience(("app",))),
        (["app", "other"], "app", JwtAudience(("app", "other"), "app")),
        ([], MISSING, JwtAudience(())),
        ("app", None, JwtAudience(("app",))),
    ],
)
async def test_the_audience_is_handed_to_the_engine_whole(
    check: Check, aud: Any, azp: Any, expected: JwtAudience
) -> None:
    assert (await check(aud=aud, azp=azp)).audience == expected


@pytest.mark.parametrize("aud", [MISSING, None, 1, True, {"a": 1}, ["app", 1], ["app", None], [["app"]]])
async def test_an_audience_that_is_no_string_is_refused(check: Check, aud: Any) -> None:
    await refused(check, "aud or azp is no string", aud=aud)


@pytest.mark.parametrize("azp", [1, True, ["app"], {}])
async def test_an_azp_that_is_no_string_is_refused(check: Check, azp: Any) -> None:
    await refused(check, "aud or azp is no string", azp=azp)


@pytest.mark.parametrize("issuers", [(ISSUER,), [ISSUER], {ISSUER, "accounts.acme.example"}, frozenset({ISSUER})])
async def test_an_accepted_issuer_passes(check: Check, issuers: Any) -> None:
    assert (await check(issuers=issuers)).subject == "42"


@pytest.mark.parametrize("issuers", [(ISSUER,), frozenset({ISSUER})], ids=["tuple", "frozenset"])
@pytest.mark.parametrize(
    "iss", [MISSING, None, "", ISSUER + "/", ISSUER.upper(), ISSUER[:-1], "acme.example", 1, [ISSUER], {"iss": ISSUER}]
)
async def test_any_other_issuer_is_refused(check: Check, iss: Any, issuers: Any) -> None:
    await refused(check, "iss is not accepted", iss=iss, issuers=issuers)


async def test_issuers_given_as_one_string_are_not_searched_for_a_part(check: Check) -> None:
    # `Collection[str]` lets a plain string through the type checker, and `in` would then match a part of it.
    with pytest.raises((InvalidProviderToken, TypeError)):
        await check(iss="https://acc", issuers=ISSUER)


async def test_no_issuer_is_accepted_where_none_is_named(check: Check) -> None:
    await refused(check, "iss is not accepted", issuers=())


@pytest.mark.threat(10)
async def test_the_nonce_is_compared_by_the_connections_policy(check: Check) -> None:
    assert (await check(sent="N0nce", nonce="N0nce")).subject == "42"
    assert (await check(sent=None, nonce=MISSING)).subject == "42"
    await refused(check, "nonce differs", sent="N0nce", nonce="n0nce")
    await refused(
        check, 'nonce is in the request, not in the ID token (setting nonce = "matched")', sent="N0nce", nonce=MISSING
    )


ACCESS_TOKEN_TYPES = ("at+jwt", "application/at+jwt", "AT+JWT", "Bearer", "access_token")
EVENT_TYPES = (
    "logout+jwt",
    "secevent+jwt",
    "application/secevent+jwt",
    "entity-statement+jwt",
    "dpop+jwt",
    "oauth-authz-req+jwt",
)


@pytest.mark.threat(9)
@pytest.mark.parametrize("typ", [MISSING, "JWT", "jwt", "Jwt", "application/jwt", "application/JWT", "Application/jwt"])
async def test_an_id_token_is_declared_as_any_jwt_or_not_at_all(check: Check, typ: Any) -> None:
    assert (await check(header_typ=typ)).subject == "42"


@pytest.mark.threat(9)
@pytest.mark.parametrize(
    "typ",
    [
        *ACCESS_TOKEN_TYPES,
        *EVENT_TYPES,
        "JWS",
        "JOSE",
        "ID",
        "",
        " JWT",
        "JWT ",
        "application/application/jwt",
        "text/jwt",
        "x+jwt",
    ],
)
async def test_a_jwt_that_is_declared_as_anything_else_is_no_id_token(check: Check, typ: str) -> None:
    await refused(check, "typ of the header is not JWT: this is no ID token", header_typ=typ)


@pytest.mark.threat(9)
@pytest.mark.parametrize("typ", [None, 1, True, ["JWT"], {"JWT": 1}])
async def test_a_typ_that_is_no_text_is_refused(check: Check, typ: Any) -> None:
    with pytest.raises(InvalidProviderToken):
        await check(header_typ=typ)


@pytest.mark.threat(9)
@pytest.mark.parametrize(
    "typ", ["Bearer", "Refresh", "Offline", "Logout", "DPoP", "id", "Id", "ID ", "JWT", "", None, 1, ["ID"]]
)
async def test_what_keycloak_calls_something_else_is_no_id_token(check: Check, typ: Any) -> None:
    assert (await check(typ="ID")).subject == "42"
    await refused(check, "claim typ is not ID: this is no ID token", typ=typ)


@pytest.mark.threat(9)
@pytest.mark.parametrize("use", ["access", "ID", "refresh", "", None, 1, True, ["id"]])
async def test_what_cognito_does_not_use_as_an_id_token_is_none(check: Check, use: Any) -> None:
    assert (await check(token_use="id")).subject == "42"
    await refused(check, "claim token_use is not id: this is no ID token", token_use=use)


@pytest.mark.threat(9)
@pytest.mark.parametrize(
    "events", [{"http://schemas.openid.net/event/backchannel-logout": {}}, {}, '{"type":"consent-revoked"}', [], None]
)
async def test_a_security_event_is_no_id_token(check: Check, events: Any) -> None:
    assert (await check(events=MISSING)).subject == "42"
    await refused(check, "there is a claim events: this is no ID token", events=events)
