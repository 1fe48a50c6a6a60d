"""What comes of an authorization code, and what is sent to learn it."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from accredit.audience import JwtAudience
from accredit.credentials import AuthorizationCode
from accredit.errors import (
    CredentialReused,
    InvalidParameter,
    InvalidProviderToken,
    MissingParameter,
    ProviderMisconfigured,
    ProviderUnavailable,
    WrongAudience,
)
from accredit.models import Identity
from accredit.testing import person
from accredit_apple.simulator import AppleSimulator
from accredit_apple.simulator.team import (
    BUNDLE_ID,
    FOREIGN,
    KEY_ID,
    REDIRECT_URI,
    SERVICES_ID,
    TEAM_ID,
    is_client_secret,
)
from accredit_apple.simulator.tokens import subject

ADA = person("ada")
PATH = "/auth/token"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
NO_KEY: dict[str, Any] = {"team_id": None, "key_id": None, "private_key": None}


@pytest.fixture
def hand_in(connect: Any) -> Any:
    async def hand_in(
        code: str,
        *,
        apple_client_id: str | None = BUNDLE_ID,
        redirect_uri: str | None = None,
        verifier: str | None = None,
        nonce: str | None = None,
        **settings: Any,
    ) -> Identity:
        extras = None if apple_client_id is None else {"apple_client_id": apple_client_id}
        handed = AuthorizationCode.of(
            code, redirect_uri=redirect_uri, code_verifier=verifier, nonce=nonce, extras=extras
        )
        async with connect(**settings) as (exchange, _, _):
            identity: Identity = await exchange.verify("apple", handed)
            return identity

    return hand_in


def web_code(apple: AppleSimulator, *, verifier: str | None = VERIFIER) -> str:
    return apple.new_code(ADA, client_id=SERVICES_ID, redirect_uri=REDIRECT_URI, verifier=verifier)


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


async def test_native_code_is_exchanged_without_a_redirect_uri(
    hand_in: Any, apple: AppleSimulator, between: Any, clock: Any
) -> None:
    code = apple.new_code(ADA)
    identity = await hand_in(code)

    assert (identity.user_id, identity.audience) == (subject(ADA), JwtAudience((BUNDLE_ID,), None))
    assert identity.profile.claims()["email"] == "ada@example.com"
    exchanged, keys = between.requests
    assert [(one.method, one.url.path) for one in (exchanged, keys)] == [("POST", PATH), ("GET", "/auth/keys")]
    form = dict(parse_qsl(exchanged.content.decode()))
    secret = form.pop("client_secret")
    assert form == {"client_id": BUNDLE_ID, "grant_type": "authorization_code", "code": code}
    header, claims = map(decoded, secret.split(".")[:2])
    now = int(clock())
    assert (header["alg"], header["kid"]) == ("ES256", KEY_ID)
    assert claims == {
        "iss": TEAM_ID,
        "sub": BUNDLE_ID,
        "aud": "https://appleid.apple.com",
        "iat": now,
        "exp": now + 300,
    }
    assert is_client_secret(secret, client_id=BUNDLE_ID, now=now)


async def test_web_code_goes_with_its_redirect_uri_and_verifier(
    hand_in: Any, apple: AppleSimulator, between: Any
) -> None:
    identity = await hand_in(web_code(apple), apple_client_id=SERVICES_ID, redirect_uri=REDIRECT_URI, verifier=VERIFIER)
    assert identity.audience == JwtAudience((SERVICES_ID,), None)
    form = dict(parse_qsl(between.requests[0].content.decode()))
    assert (form["redirect_uri"], form["code_verifier"]) == (REDIRECT_URI, VERIFIER)


async def test_web_code_without_a_verifier_is_refused_unless_the_operator_lets_it_pass(
    hand_in: Any, apple: AppleSimulator, between: Any
) -> None:
    web = {"apple_client_id": SERVICES_ID, "redirect_uri": REDIRECT_URI}
    with pytest.raises(MissingParameter, match="code_verifier"):
        await hand_in(web_code(apple, verifier=None), **web)
    assert between.requests == []
    await hand_in(web_code(apple, verifier=None), **web, require_pkce=False)


@pytest.mark.parametrize("verifier", [None, "x" * 43])
async def test_code_of_a_login_that_somebody_else_has_begun_is_refused(
    hand_in: Any, apple: AppleSimulator, verifier: str | None
) -> None:
    web = {"apple_client_id": SERVICES_ID, "redirect_uri": REDIRECT_URI, "require_pkce": False}
    with pytest.raises(InvalidProviderToken):
        await hand_in(web_code(apple), verifier=verifier, **web)


@pytest.mark.parametrize("redirect_uri", ["https://evil.example.com/", f"{REDIRECT_URI}/", REDIRECT_URI.upper()])
async def test_redirect_uri_that_is_not_listed_is_refused(
    hand_in: Any, apple: AppleSimulator, redirect_uri: str
) -> None:
    with pytest.raises(InvalidParameter):
        await hand_in(web_code(apple), redirect_uri=redirect_uri, verifier=VERIFIER)


async def test_native_code_with_a_redirect_uri_is_refused_by_apple(hand_in: Any, apple: AppleSimulator) -> None:
    with pytest.raises(InvalidProviderToken):
        await hand_in(apple.new_code(ADA), redirect_uri=REDIRECT_URI, require_pkce=False)


async def test_code_says_to_which_id_it_was_issued_unless_there_is_one_only(
    hand_in: Any, apple: AppleSimulator, between: Any
) -> None:
    with pytest.raises(MissingParameter, match="apple_client_id"):
        await hand_in(apple.new_code(ADA), apple_client_id=None)
    assert between.requests == []
    await hand_in(apple.new_code(ADA), apple_client_id=None, client_ids=[BUNDLE_ID])


@pytest.mark.threat(1)
@pytest.mark.parametrize("client_id", [FOREIGN, BUNDLE_ID.upper(), BUNDLE_ID[:-1], TEAM_ID])
async def test_id_that_is_none_of_ours_is_never_sent(
    hand_in: Any, apple: AppleSimulator, between: Any, client_id: str
) -> None:
    with pytest.raises(WrongAudience):
        await hand_in(apple.new_code(ADA, client_id=client_id), apple_client_id=client_id)
    assert between.requests == []


@pytest.mark.threat(1)
@pytest.mark.parametrize("client_id", [FOREIGN, SERVICES_ID])
async def test_code_of_another_id_is_refused(hand_in: Any, apple: AppleSimulator, client_id: str) -> None:
    with pytest.raises(InvalidProviderToken):
        await hand_in(apple.new_code(ADA, client_id=client_id))


async def test_id_token_of_another_id_than_the_codes_is_no_answer(hand_in: Any, apple: AppleSimulator) -> None:
    for aud in (SERVICES_ID, [BUNDLE_ID, SERVICES_ID]):
        with pytest.raises(ProviderUnavailable):
            await hand_in(apple.new_code(ADA, claims={"aud": aud}))


async def test_code_is_bound_by_the_nonce_of_its_id_token(hand_in: Any, apple: AppleSimulator) -> None:
    await hand_in(apple.new_code(ADA, claims={"nonce": "ours-of-today"}), nonce="ours-of-today")
    for nonce in ("another", None):
        with pytest.raises(InvalidProviderToken, match="nonce"):
            await hand_in(apple.new_code(ADA, claims={"nonce": "ours-of-today"}), nonce=nonce)
    with pytest.raises(InvalidProviderToken, match="nonce"):
        await hand_in(apple.new_code(ADA), nonce="ours-of-today")


async def test_code_is_good_once_and_for_five_minutes(
    connect: Any, hand_in: Any, apple: AppleSimulator, clock: Any
) -> None:
    handed = AuthorizationCode.of(apple.new_code(ADA), extras={"apple_client_id": BUNDLE_ID})
    async with connect() as (exchange, _, _):
        await exchange.verify("apple", handed)
        with pytest.raises(CredentialReused):
            await exchange.verify("apple", handed)
    with pytest.raises(InvalidProviderToken):  # by another node, which knows nothing of the first use
        await hand_in(handed.reveal())
    late = apple.new_code(ADA)
    clock.now += 300
    with pytest.raises(InvalidProviderToken):
        await hand_in(late)


async def test_without_a_key_no_code_is_taken(hand_in: Any, apple: AppleSimulator, between: Any) -> None:
    with pytest.raises(InvalidParameter, match="code: needs team_id, key_id and private_key"):
        await hand_in(apple.new_code(ADA), **NO_KEY)
    assert between.requests == []


@pytest.mark.parametrize("wrong", [{"team_id": "SIMTEAM002"}, {"key_id": "SIMKEY0002"}])
async def test_wrong_team_or_key_is_the_operators_fault(
    hand_in: Any, connect: Any, apple: AppleSimulator, wrong: dict[str, str]
) -> None:
    with pytest.raises(ProviderMisconfigured):
        await hand_in(apple.new_code(ADA), **wrong)
    async with connect(**wrong) as (_, strategy, ctx):
        with pytest.raises(ProviderMisconfigured):
            await strategy.check_credentials(ctx)


async def test_doctor_asks_for_each_id_and_for_none_without_a_key(connect: Any, between: Any) -> None:
    async with connect() as (_, strategy, ctx):
        await strategy.check_credentials(ctx)
    forms = [dict(parse_qsl(one.content.decode())) for one in between.requests]
    assert [one["client_id"] for one in forms] == [BUNDLE_ID, SERVICES_ID]
    async with connect(**NO_KEY) as (_, strategy, ctx):
        await strategy.check_credentials(ctx)
    assert len(between.requests) == 2
