import base64
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from accredit.audience import JwtAudience
from accredit.credentials import ProviderToken
from accredit.errors import InvalidProviderToken, ProviderUnavailable, WrongAudience
from accredit.keys.jose import SigningKey
from accredit.models import Identity
from accredit.testing import exchange_for, person
from accredit_google_oauth2.simulator import GoogleSimulator
from accredit_google_oauth2.simulator.id_tokens import forge
from accredit_google_oauth2.simulator.tokens import ANDROID, FOREIGN, WEB

Verify = Callable[..., Awaitable[Identity]]

ADA = "100001000000000000001"
NO_CODES = {"web_client_id": None, "web_client_secret": None}


def minted(simulator: GoogleSimulator, **changes: Any) -> str:
    return simulator.id_tokens.mint(person("ada"), changes=changes)


async def test_id_token_of_ours_is_accepted_with_googles_keys_as_the_only_call(
    verify: Verify, simulator: GoogleSimulator, requests: list[httpx.Request], now: int
) -> None:
    identity = await verify(minted(simulator))
    assert identity.user_id == ADA
    assert identity.audience == JwtAudience((WEB,), WEB)
    assert identity.expires_at == now + 3600
    assert identity.provider_scopes == frozenset()
    assert [(one.method, str(one.url)) for one in requests] == [("GET", "http://127.0.0.1:9/oauth2/v3/certs")]


@pytest.mark.parametrize("issuer", ["https://accounts.google.com", "accounts.google.com"])
async def test_both_spellings_of_the_issuer_are_accepted(
    verify: Verify, simulator: GoogleSimulator, issuer: str
) -> None:
    assert (await verify(minted(simulator, iss=issuer))).user_id == ADA


@pytest.mark.parametrize(
    "issuer",
    [
        None,
        "",
        "http://accounts.google.com",
        "https://accounts.google.com/",
        "https://ACCOUNTS.google.com",
        "accounts.google.com.evil.test",
        "google.com",
        ["https://accounts.google.com"],
        1,
    ],
)
async def test_any_other_issuer_is_refused(verify: Verify, simulator: GoogleSimulator, issuer: Any) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(minted(simulator, iss=issuer))


@pytest.mark.threat(1, 5)
@pytest.mark.parametrize(
    "changes",
    [
        {"aud": FOREIGN, "azp": FOREIGN},
        {"aud": FOREIGN},
        {"azp": FOREIGN},
        {"aud": [WEB, FOREIGN]},
        {"aud": [], "azp": None},
        {"aud": WEB[:-1]},
        {"aud": WEB + "x"},
        {"aud": WEB.upper()},
        {"azp": WEB[1:]},
    ],
)
async def test_id_token_that_is_not_only_ours_is_refused(
    verify: Verify, simulator: GoogleSimulator, changes: dict[str, Any]
) -> None:
    with pytest.raises(WrongAudience):
        await verify(minted(simulator, **changes))


async def test_id_token_with_a_numeric_audience_is_refused(verify: Verify, simulator: GoogleSimulator) -> None:
    await verify(minted(simulator, aud="123", azp=None), client_ids=["123"], **NO_CODES)
    with pytest.raises(InvalidProviderToken):
        await verify(minted(simulator, aud=123, azp=None), client_ids=["123"], **NO_CODES)


async def test_android_id_token_needs_both_clients(verify: Verify, simulator: GoogleSimulator) -> None:
    token = minted(simulator, azp=ANDROID)
    assert (await verify(token)).audience == JwtAudience((WEB,), ANDROID)
    with pytest.raises(WrongAudience):
        await verify(token, client_ids=[WEB])
    with pytest.raises(WrongAudience):
        await verify(token, client_ids=[ANDROID], **NO_CODES)


@pytest.mark.threat(14)
@pytest.mark.parametrize("hd", [None, "", "example.net", "EXAMPLE.COM", "sub.example.com", True, ["example.com"]])
async def test_hosted_domains_hold_for_id_tokens_too(verify: Verify, simulator: GoogleSimulator, hd: Any) -> None:
    ours = minted(simulator, hd="example.com")
    assert (await verify(ours, hosted_domains=["example.com"])).user_id == ADA
    # Her address is in the domain; her account is not.
    theirs = minted(simulator, hd=hd)
    with pytest.raises(InvalidProviderToken, match="hosted domain"):
        await verify(theirs, hosted_domains=["example.com"])
    assert (await verify(theirs)).user_id == ADA


@pytest.mark.parametrize(("seconds", "accepted"), [(-1, True), (0, False), (1, False)])
async def test_id_token_ends_in_the_second_it_expires(
    verify: Verify, simulator: GoogleSimulator, now: int, seconds: int, accepted: bool
) -> None:
    token = minted(simulator)
    if accepted:
        assert (await verify(token, clock=now + 3600 + seconds)).user_id == ADA
    else:
        with pytest.raises(InvalidProviderToken):
            await verify(token, clock=now + 3600 + seconds)


@pytest.mark.threat(10)
async def test_nonce_must_be_on_both_sides_and_equal(verify: Verify, simulator: GoogleSimulator) -> None:
    bound, unbound = minted(simulator, nonce="N-1"), minted(simulator)
    assert (await verify(bound, nonce="N-1")).user_id == ADA
    for token, nonce in ((bound, None), (bound, "n-1"), (unbound, "N-1")):
        with pytest.raises(InvalidProviderToken):
            await verify(token, nonce=nonce)


@pytest.mark.parametrize("sub", [None, "", 100001000000000000001])
async def test_id_token_without_a_string_for_sub_is_refused(
    verify: Verify, simulator: GoogleSimulator, sub: Any
) -> None:
    with pytest.raises(InvalidProviderToken):
        await verify(minted(simulator, sub=sub))


async def test_sub_that_cannot_be_an_id_is_not_believed(verify: Verify, simulator: GoogleSimulator) -> None:
    with pytest.raises(ProviderUnavailable, match="sub is no id"):
        await verify(minted(simulator, sub="1|2"))


async def test_id_token_with_a_changed_payload_is_refused(verify: Verify, simulator: GoogleSimulator) -> None:
    token = minted(simulator)
    assert (await verify(token)).user_id == ADA
    with pytest.raises(InvalidProviderToken):
        await verify(forge(token, {"sub": "100001000000000000002"}))


@pytest.mark.parametrize(("alg", "accepted"), [("RS256", True), ("ES256", False), ("EdDSA", False)])
async def test_only_rs256_is_accepted_whatever_keys_are_published(
    verify: Verify, now: int, alg: str, accepted: bool
) -> None:
    key = SigningKey.generate(alg)
    token = key.sign({"iss": "accounts.google.com", "aud": WEB, "sub": ADA, "iat": now, "exp": now + 60}, typ="JWT")
    certs: Any = (200, {"keys": [key.public_jwk()]}, {})
    if accepted:
        assert (await verify(token, certs=certs)).user_id == ADA
    else:
        with pytest.raises(InvalidProviderToken):
            await verify(token, certs=certs)


async def test_nobody_signs_in_while_the_keys_cannot_be_fetched(verify: Verify, simulator: GoogleSimulator) -> None:
    token = minted(simulator)
    failures: list[Any] = [(503, "down", {}), (200, "<html>", {}), (200, {"keys": []}, {})]
    for certs in failures:
        with pytest.raises(ProviderUnavailable):
            await verify(token, certs=certs)


async def test_unsigned_id_token_is_refused(verify: Verify, simulator: GoogleSimulator) -> None:
    _, payload, _ = minted(simulator).split(".")
    for alg in ("none", "HS256"):
        header = base64.urlsafe_b64encode(json.dumps({"alg": alg}).encode()).rstrip(b"=").decode()
        with pytest.raises(InvalidProviderToken):
            await verify(f"{header}.{payload}.")


@pytest.mark.threat(22)
async def test_rotated_keys_are_fetched_and_retired_ones_forgotten(now: int) -> None:
    time = float(now)
    simulator = GoogleSimulator(clock=lambda: time)

    async with exchange_for(simulator, clock=lambda: time, monotonic=lambda: time) as exchange:

        async def user_id(token: str) -> str:
            return (await exchange.verify("google-oauth2", ProviderToken.of(token))).user_id

        first = minted(simulator)
        assert await user_id(first) == ADA

        simulator.id_tokens.rotate()
        time += 60
        assert await user_id(minted(simulator)) == ADA
        assert await user_id(first) == ADA  # the old key stays published for a while

        simulator.id_tokens.rotate()
        time += 60
        assert await user_id(minted(simulator)) == ADA
        with pytest.raises(InvalidProviderToken):
            await user_id(first)
