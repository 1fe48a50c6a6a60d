"""Limited Login tokens are JWTs, verified with Facebook's published keys and without the Graph API."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken, MissingPermission, ProviderUnavailable, WrongAudience
from accredit.keys.jose import SigningKey
from accredit.models import Identity
from accredit.testing import person
from accredit_facebook.simulator import FacebookSimulator
from accredit_facebook.simulator.app import APP_ID, FOREIGN_APP_ID
from accredit_facebook.simulator.id_tokens import JWKS_PATH, NONCE

Verify = Callable[..., Awaitable[Identity]]
Mint = Callable[..., str]

ADA = person("ada")


@pytest.fixture
def mint(simulator: FacebookSimulator) -> Mint:
    return lambda **claims: simulator.id_tokens.mint(ADA, changes=claims)


async def test_a_good_token_gives_the_identity_with_its_proof(
    verify: Verify, facebook: Any, mint: Mint, now: int
) -> None:
    identity = await verify(mint(), nonce=NONCE)
    assert (identity.strategy, identity.user_id) == ("facebook", "1000000000000001")
    assert identity.audience == JwtAudience((APP_ID,))
    assert (identity.expires_at, identity.provider_scopes) == (now + 3600, frozenset())
    assert [request.url.path for request in facebook.requests.values()] == [JWKS_PATH]


@pytest.mark.threat(1)
@pytest.mark.parametrize(
    "aud",
    [FOREIGN_APP_ID, APP_ID[:-1], APP_ID + "0", f"{APP_ID} ", "", [], [APP_ID, FOREIGN_APP_ID], [FOREIGN_APP_ID]],
)
async def test_a_token_for_another_app_is_refused(verify: Verify, mint: Mint, aud: object) -> None:
    with pytest.raises(WrongAudience):
        await verify(mint(aud=aud), nonce=NONCE)


@pytest.mark.parametrize("aud", [None, int(APP_ID), [int(APP_ID)], {"id": APP_ID}])
async def test_an_audience_that_is_no_string_is_refused(verify: Verify, mint: Mint, aud: object) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(mint(aud=aud), nonce=NONCE)


@pytest.mark.parametrize("iss", ["https://www.facebook.com", "https://facebook.com"])
async def test_both_spellings_of_the_issuer_are_accepted(verify: Verify, mint: Mint, iss: str) -> None:
    assert (await verify(mint(iss=iss), nonce=NONCE)).user_id == str(ADA.number)


@pytest.mark.parametrize(
    "iss",
    [
        None,
        "",
        "https://www.facebook.com/",
        "http://www.facebook.com",
        "https://WWW.facebook.com",
        "https://limited.facebook.com",
        "https://facebook.com.example.net",
    ],
)
async def test_any_other_issuer_is_refused(verify: Verify, mint: Mint, iss: str | None) -> None:
    with pytest.raises(InvalidProviderToken, match="iss"):
        await verify(mint(iss=iss), nonce=NONCE)


async def test_the_accepted_issuers_are_a_setting(verify: Verify, mint: Mint) -> None:
    issuers = ["https://limited.facebook.com"]
    token = mint(iss="https://limited.facebook.com")
    assert (await verify(token, nonce=NONCE, limited_login_issuers=issuers)).user_id == str(ADA.number)
    with pytest.raises(InvalidProviderToken, match="iss"):
        await verify(mint(), nonce=NONCE, limited_login_issuers=issuers)


@pytest.mark.parametrize(("seconds", "lives"), [(1, True), (0, False), (-1, False)])
async def test_a_token_lives_until_its_last_second(
    verify: Verify, mint: Mint, now: int, seconds: int, lives: bool
) -> None:
    token = mint(exp=now + seconds)
    if lives:
        assert (await verify(token, nonce=NONCE)).expires_at == now + seconds
    else:
        with pytest.raises(InvalidProviderToken, match="expired"):
            await verify(token, nonce=NONCE)


@pytest.mark.parametrize("nonce", [None, "other", NONCE.upper(), NONCE[:-1]])
async def test_the_nonce_must_be_that_of_the_login(verify: Verify, mint: Mint, nonce: str | None) -> None:
    with pytest.raises(InvalidProviderToken, match="nonce"):
        await verify(mint(), nonce=nonce)


async def test_a_nonce_that_the_token_does_not_have_is_refused(verify: Verify, mint: Mint) -> None:
    with pytest.raises(InvalidProviderToken, match="nonce is in the request, not in the ID token"):
        await verify(mint(nonce=None), nonce=NONCE)


async def test_a_token_signed_by_somebody_else_is_refused(verify: Verify, simulator: FacebookSimulator) -> None:
    stranger = SigningKey({**SigningKey.generate("RS256").private_jwk(), "kid": simulator.id_tokens.keys[0].kid})
    forged = simulator.id_tokens.mint(ADA, key=stranger)
    with pytest.raises(InvalidProviderToken, match="BadSignature"):
        await verify(forged, nonce=NONCE)


@pytest.mark.parametrize("sub", ["ada", "1000000000000001|x", "10 00", "-1", "1.0", "١٢٣", "1" * 65])
async def test_a_subject_that_is_no_string_of_digits_is_refused(verify: Verify, mint: Mint, sub: str) -> None:
    with pytest.raises(InvalidProviderToken, match="sub is no app-scoped user id"):
        await verify(mint(sub=sub), nonce=NONCE)


@pytest.mark.parametrize("sub", [None, "", ADA.number])
async def test_a_subject_that_is_missing_or_a_number_is_refused(verify: Verify, mint: Mint, sub: object) -> None:
    with pytest.raises(InvalidProviderToken, match="sub is missing"):
        await verify(mint(sub=sub), nonce=NONCE)


@pytest.mark.threat(14)
async def test_a_needed_permission_cannot_be_shown_by_a_limited_login_token(verify: Verify, mint: Mint) -> None:
    with pytest.raises(MissingPermission):
        await verify(mint(), nonce=NONCE, required_permissions=["email"])
    # The same person's access token can.
    assert (await verify("EAAsim-good-ada", required_permissions=["email"])).user_id == str(ADA.number)


async def test_without_facebooks_keys_nobody_can_tell(verify: Verify, facebook: Any, mint: Mint) -> None:
    facebook.says("jwks", {"keys": []})
    with pytest.raises(ProviderUnavailable):
        await verify(mint(), nonce=NONCE)


async def test_a_string_that_only_looks_like_a_jwt_goes_to_the_graph_api(verify: Verify, facebook: Any) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify("EAA.sim.token")
    assert "jwks" not in facebook.requests


async def test_the_graph_api_has_no_use_for_a_limited_login_token(simulator: FacebookSimulator, mint: Mint) -> None:
    transport = httpx.ASGITransport(app=simulator.app())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9") as http:
        answer = await http.get("/v25.0/me", headers={"Authorization": f"Bearer {mint()}"})
    error: dict[str, Any] = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, 190)
    assert error["message"] == "Invalid OAuth access token - Cannot parse access token"
