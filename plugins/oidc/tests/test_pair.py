"""An ID token beside an access token: the one proves, the other asks for the profile."""

from typing import Any

import pytest

from accredit.credentials import AccessToken, ProviderToken
from accredit.errors import InvalidProviderToken, WrongAudience
from accredit.testing import person
from accredit_oidc.simulator import CLIENT_ID, FOREIGN_CLIENT_ID, OidcSimulator
from accredit_oidc.simulator.codes import at_hash

ADA = person("ada")
GOOD = "oidc-sim-good-ada"


async def test_the_id_token_says_who_and_userinfo_what_else_there_is(
    verify: Any, provider: Any, simulator: OidcSimulator
) -> None:
    short = simulator.id_tokens.mint(ADA, changes={"name": None, "email": None, "nonce": "n0nce"})
    identity = await verify(AccessToken.of(GOOD, id_token=short, nonce="n0nce"), client_secret=None)
    assert (identity.user_id, identity.profile.name) == ("1000000000000001", "Ada Lovelace")
    assert provider.paths == ["/.well-known/openid-configuration", "/jwks", "/userinfo"]


async def test_a_jwt_beside_an_id_token_is_taken_for_the_access_token(
    refused: Any, provider: Any, simulator: OidcSimulator, id_token: str
) -> None:
    jwt = simulator.id_tokens.mint(ADA, header={"typ": "at+jwt"})
    handed = ProviderToken.of(jwt, extras={"id_token": id_token})
    provider.answers["/userinfo"] = (200, {"sub": "2"}, {})
    assert (await refused(handed)).detail == "userinfo names another user than the token"
    assert provider.bearers == [jwt]


async def test_an_access_token_of_somebody_else_is_refused(refused: Any, id_token: str) -> None:
    error = await refused(AccessToken.of("oidc-sim-good-grace", id_token=id_token))
    assert (type(error), error.detail) == (InvalidProviderToken, "userinfo names another user than the token")


@pytest.mark.parametrize("token", ["oidc-sim-revoked-ada", "nobody-has-this", "a b"])
async def test_a_dead_access_token_is_refused(refused: Any, id_token: str, token: str) -> None:
    assert type(await refused(AccessToken.of(token, id_token=id_token))) is InvalidProviderToken


@pytest.mark.threat(1)
async def test_an_id_token_of_another_app_is_refused_and_nothing_more_is_asked(
    refused: Any, provider: Any, simulator: OidcSimulator
) -> None:
    foreign = simulator.id_tokens.mint(ADA, changes={"aud": FOREIGN_CLIENT_ID})
    assert type(await refused(AccessToken.of(GOOD, id_token=foreign))) is WrongAudience
    assert "/userinfo" not in provider.paths


async def test_an_access_token_beside_it_is_the_one_that_at_hash_names(
    verify: Any, refused: Any, provider: Any, simulator: OidcSimulator
) -> None:
    right, wrong = (
        simulator.id_tokens.mint(ADA, changes={"at_hash": at_hash(one)}) for one in (GOOD, "oidc-sim-good-grace")
    )
    assert (await verify(AccessToken.of(GOOD, id_token=right))).user_id == "1000000000000001"
    asked = provider.paths.count("/userinfo")
    error = await refused(AccessToken.of(GOOD, id_token=wrong))
    assert (type(error), error.detail) == (InvalidProviderToken, "at_hash is that of another access token")
    assert provider.paths.count("/userinfo") == asked
    assert (await verify(ProviderToken.of(wrong))).user_id == "1000000000000001"  # of an ID token alone it says nothing


API = "https://api.oidc.example"


async def test_beside_a_trusted_audience_userinfo_is_asked_as_ever(
    verify: Any, provider: Any, simulator: OidcSimulator
) -> None:
    token = simulator.id_tokens.mint(ADA, changes={"aud": [API, CLIENT_ID], "azp": CLIENT_ID, "name": None})
    identity = await verify(AccessToken.of(GOOD, id_token=token), trusted_audiences=[API])
    assert identity.profile.name == "Ada Lovelace"
    assert "/userinfo" in provider.paths


@pytest.mark.threat(1, 5)
@pytest.mark.parametrize(
    ("aud", "trusted"), [([API, CLIENT_ID], []), ([API], [API]), ([API, CLIENT_ID, FOREIGN_CLIENT_ID], [API])], ids=str
)
async def test_without_one_of_ours_or_beside_a_foreign_one_nothing_more_is_asked(
    refused: Any, provider: Any, simulator: OidcSimulator, aud: list[str], trusted: list[str]
) -> None:
    token = simulator.id_tokens.mint(ADA, changes={"aud": aud})
    assert type(await refused(AccessToken.of(GOOD, id_token=token), trusted_audiences=trusted)) is WrongAudience
    assert "/userinfo" not in provider.paths


@pytest.mark.parametrize(("sent", "held"), [("n0nce", "another"), ("n0nce", None), (None, "n0nce")])
async def test_the_nonce_is_compared(
    refused: Any, simulator: OidcSimulator, sent: str | None, held: str | None
) -> None:
    token = simulator.id_tokens.mint(ADA, changes={"nonce": held})
    assert type(await refused(AccessToken.of(GOOD, id_token=token, nonce=sent))) is InvalidProviderToken


async def test_a_stated_access_token_of_a_jwts_form_is_asked_about_and_holds_no_nonce(
    refused: Any, provider: Any, id_token: str
) -> None:
    assert (await refused(AccessToken.of(id_token))).detail == "introspection: the token is not active"
    assert type(await refused(AccessToken.of(id_token, nonce="n0nce"))) is InvalidProviderToken
    assert provider.paths.count("/introspect") == 1
