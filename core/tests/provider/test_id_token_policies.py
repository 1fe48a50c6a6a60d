"""What a strategy may ask of `verify_id_token`: an issuer that is no list, another life, an age, no `kid`."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx
import jwt as pyjwt
import pytest
from core.tests.clock import Clock
from core.tests.jws import compact
from core.tests.provider.test_id_token_secret import CLAIMS as SECRET_CLAIMS
from core.tests.provider.test_id_token_secret import check as check_by_secret
from core.tests.provider.test_id_token_secret import mac
from core.tests.strategies import AcmeSettings
from joserfc.jwk import ECKey
from pydantic import SecretStr

from accredit.errors import InvalidProviderToken, PluginFailed
from accredit.keys.jose import SigningKey
from accredit.provider.http import ProviderHTTP
from accredit.provider.id_token import LONGEST_LIFE_S, IdTokenVerifier, VerifiedIdToken
from accredit.provider.jwks import JwksCache
from accredit.provider.jwt_claims import CLOCK_SKEW_S
from accredit.provider.nonce import NonceCheck

NOW = 1_700_000_000
URL = "https://acme.example/jwks"
TENANTS = "https://login.acme.example/{tenant}"
CLAIMS: dict[str, Any] = {
    "iss": "https://login.acme.example/t1",
    "tid": "t1",
    "sub": "42",
    "aud": "app",
    "iat": NOW - 10,
    "exp": NOW + 3600,
}


async def check(token: str, keys: Sequence[Mapping[str, Any]], **given: Any) -> VerifiedIdToken:
    http = ProviderHTTP(
        httpx.MockTransport(lambda _: httpx.Response(200, json={"keys": list(keys)})),
        urls=[URL],
        timeout_s=5.0,
        max_response_bytes=100_000,
    )
    clock = Clock(NOW)
    jwks = JwksCache(clock=clock, alert=lambda *_: None)
    verifier = IdTokenVerifier(jwks, http, clock, AcmeSettings(app_id="app"), NonceCheck("matched", None))
    asked = {"jwks_url": URL, "issuers": (CLAIMS["iss"],), "algorithms": ("RS256", "ES256"), **given}
    return await verifier(token, **asked)


def of_its_tenant(claims: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
    return bool(claims["iss"] == str(key["issuer"]).replace("{tenant}", str(claims.get("tid"))))


def signed(key: SigningKey, **changes: Any) -> str:
    return key.sign({**CLAIMS, **changes}, typ="JWT")


@pytest.mark.threat(4)
async def test_a_predicate_sees_the_claims_and_the_key_that_verified_them(rs256: SigningKey, es256: SigningKey) -> None:
    many = {**rs256.public_jwk(), "issuer": TENANTS}
    one = {**es256.public_jwk(), "issuer": "https://login.acme.example/t9"}
    assert (await check(signed(rs256), [many, one], issuers=of_its_tenant)).subject == "42"
    t9 = {"iss": "https://login.acme.example/t9", "tid": "t9"}
    assert (await check(signed(es256, **t9), [many, one], issuers=of_its_tenant)).subject == "42"
    for token in (signed(es256), signed(rs256, tid="t2"), signed(rs256, iss="https://evil.example/t1")):
        with pytest.raises(InvalidProviderToken, match="iss is not accepted"):
            await check(token, [many, one], issuers=of_its_tenant)


@pytest.mark.parametrize("iss", [None, 1, True, ["https://login.acme.example/t1"], {}])
async def test_an_iss_that_is_no_text_is_refused_whatever_a_predicate_says(rs256: SigningKey, iss: Any) -> None:
    with pytest.raises(InvalidProviderToken, match="iss is not accepted"):
        await check(signed(rs256, iss=iss), [rs256.public_jwk()], issuers=lambda *_: True)


async def test_a_predicate_is_never_asked_about_a_signature_that_is_not_good(rs256: SigningKey) -> None:
    asked: list[object] = []

    def accepts(*given: object) -> bool:
        asked.append(given)
        return True

    with pytest.raises(InvalidProviderToken, match="JWT is not valid"):
        await check(signed(rs256)[:-4], [rs256.public_jwk()], issuers=accepts)
    assert asked == []


async def test_a_predicate_sees_nothing_private_and_can_change_nothing(rs256: SigningKey) -> None:
    seen: list[Any] = []

    def keeps(claims: Any, key: Any) -> bool:
        seen.append((claims, key))
        return True

    await check(signed(rs256), [rs256.private_jwk()], issuers=keeps)
    ((claims, key),) = seen
    assert key == rs256.public_jwk()
    for mapping in (claims, key):
        with pytest.raises(TypeError):
            mapping["sub"] = "43"


async def test_with_a_secret_there_is_no_key() -> None:
    assert (await check_by_secret(mac(), issuers=lambda _, key: key == {})).subject == "42"
    with pytest.raises(InvalidProviderToken, match="iss is not accepted"):
        await check_by_secret(mac(), issuers=lambda _, key: key != {})


@pytest.mark.parametrize("answer", [1, None, "yes", ["x"]], ids=str)
async def test_a_predicate_that_does_not_answer_is_the_plugins_fault(rs256: SigningKey, answer: Any) -> None:
    def raises(*_: object) -> bool:
        raise InvalidProviderToken("a predicate says True or False")

    predicates: tuple[Callable[..., Any], ...] = (lambda *_: answer, raises)
    for issuers in predicates:
        with pytest.raises(PluginFailed, match="issuers of verify_id_token"):
            await check(signed(rs256), [rs256.public_jwk()], issuers=issuers)


@pytest.mark.threat(7)
async def test_a_strategy_says_how_long_its_tokens_live_and_how_old_they_may_be(rs256: SigningKey) -> None:
    keys = [rs256.public_jwk()]
    assert (await check(signed(rs256, exp=NOW + 600 + CLOCK_SKEW_S), keys, longest_life_s=600)).subject == "42"
    with pytest.raises(InvalidProviderToken, match="exp is too far ahead"):
        await check(signed(rs256, exp=NOW + 601 + CLOCK_SKEW_S), keys, longest_life_s=600)
    long = signed(rs256, exp=NOW + 2 * LONGEST_LIFE_S)
    assert (await check(long, keys, longest_life_s=2 * LONGEST_LIFE_S)).subject == "42"
    assert (await check(signed(rs256, iat=NOW - 599), keys, max_age_s=600)).subject == "42"
    assert (await check(signed(rs256, iat=1), keys)).subject == "42"
    with pytest.raises(InvalidProviderToken, match="iat lies too far back"):
        await check(signed(rs256, iat=NOW - 600), keys, max_age_s=600)


def without_kid(key: SigningKey, **header: Any) -> str:
    by_other = pyjwt.get_algorithm_by_name("ES256")
    private = by_other.prepare_key(ECKey.import_key(key.private_jwk()).as_pem(private=True))
    stated = {"alg": "ES256", "typ": "JWT", **header}
    return compact(stated, CLAIMS, by_other.sign(compact(stated, CLAIMS).rpartition(".")[0].encode(), private))


def nameless(jwk: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in jwk.items() if name != "kid"}


async def test_a_token_without_kid_is_accepted_where_one_key_fits_and_the_strategy_says_so(
    rs256: SigningKey, es256: SigningKey
) -> None:
    for keys in ([es256.public_jwk()], [nameless(es256.public_jwk())], [rs256.public_jwk(), es256.public_jwk()]):
        assert (await check(without_kid(es256), keys, without_kid=True)).subject == "42"
        with pytest.raises(InvalidProviderToken, match="alg or kid is not accepted"):
            await check(without_kid(es256), keys)
    assert (await check(signed(es256), [es256.public_jwk()], without_kid=True)).subject == "42"


@pytest.mark.threat(6)
async def test_where_several_keys_fit_or_none_a_token_must_name_its_own(rs256: SigningKey, es256: SigningKey) -> None:
    other = SigningKey.generate("ES256").public_jwk()
    sets = ([es256.public_jwk(), other], [nameless(es256.public_jwk()), nameless(other)], [rs256.public_jwk()])
    for keys in sets:
        with pytest.raises(InvalidProviderToken, match=r"JWT is not valid: no kid, and \d keys for its alg"):
            await check(without_kid(es256), keys, without_kid=True)
    for_another_alg = {**nameless(other), "alg": "ES384"}
    assert (await check(without_kid(es256), [es256.public_jwk(), for_another_alg], without_kid=True)).subject == "42"
    with pytest.raises(InvalidProviderToken, match="BadSignatureError"):
        await check(without_kid(es256), [other], without_kid=True)


@pytest.mark.threat(6)
@pytest.mark.parametrize("kid", [None, 0, 1, [0], "", {}], ids=str)
async def test_a_kid_that_is_there_must_name_a_key(es256: SigningKey, kid: Any) -> None:
    with pytest.raises(InvalidProviderToken):
        await check(without_kid(es256, kid=kid), [nameless(es256.public_jwk()), es256.public_jwk()], without_kid=True)


BESIDE = "an-access-token"


def left_half(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


@pytest.mark.threat(9)
@pytest.mark.parametrize(
    ("algorithm", "hashed"),
    [
        ("RS256", hashlib.sha256),
        ("RS384", hashlib.sha384),
        ("PS512", hashlib.sha512),
        ("ES256", hashlib.sha256),
        ("EdDSA", hashlib.sha512),
    ],
)
async def test_an_access_token_beside_it_is_the_one_that_at_hash_names(algorithm: str, hashed: Any) -> None:
    kind = {"E": "ES256" if algorithm == "ES256" else "EdDSA"}.get(algorithm[0], "RS256")
    own = SigningKey.generate(kind)
    key: Any = own._key.private_key

    def minted(**changes: Any) -> str:
        return pyjwt.encode({**CLAIMS, **changes}, key, algorithm, headers={"kid": own.kid})

    published = [{name: value for name, value in own.public_jwk().items() if name != "alg"}]
    right = left_half(hashed(BESIDE.encode()).digest())
    asked: dict[str, Any] = {"algorithms": (algorithm,), "access_token": BESIDE}
    assert (await check(minted(at_hash=right), published, **asked)).subject == "42"
    assert (await check(minted(), published, **asked)).subject == "42"
    assert (await check(minted(at_hash=right), published, **{**asked, "access_token": SecretStr(BESIDE)})).subject
    others = (left_half(hashed(b"another").digest()), right[:-1], f"{right}=", "", right.swapcase(), None, 5, [right])
    for wrong in others:
        with pytest.raises(InvalidProviderToken, match="at_hash"):
            await check(minted(at_hash=wrong), published, **asked)
        assert (await check(minted(at_hash=wrong), published, algorithms=(algorithm,))).subject == "42"


async def test_at_hash_of_a_token_that_a_secret_verifies_is_compared_as_well() -> None:
    right = left_half(hashlib.sha256(BESIDE.encode()).digest())
    good, bad = (mac(claims={**SECRET_CLAIMS, "at_hash": one}) for one in (right, "another"))
    assert (await check_by_secret(good, access_token=BESIDE)).subject
    with pytest.raises(InvalidProviderToken, match="at_hash"):
        await check_by_secret(bad, access_token=BESIDE)
