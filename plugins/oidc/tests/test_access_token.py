"""Access tokens: by introspection with our secret, or not at all."""

from typing import Any

import pytest

GOOD = "oidc-sim-good-ada"
DISCOVERY = "/.well-known/openid-configuration"


async def test_introspection_says_whose_it_is_and_userinfo_who_that_is(verify: Any, provider: Any) -> None:
    identity = await verify(GOOD)
    assert identity.user_id == "1000000000000001"
    assert identity.profile.name == "Ada Lovelace"
    assert provider.paths == [DISCOVERY, "/introspect", "/userinfo"]


@pytest.mark.threat(1)
async def test_without_a_secret_nobody_can_tell_the_app_and_nobody_is_asked(refused: Any, provider: Any) -> None:
    error = await refused(GOOD, client_secret=None)
    assert (error.reason, provider.paths) == ("invalid_token", [])
    assert error.detail == "access tokens need client_secret or private_key: nobody else can tell their app"


@pytest.mark.threat(1, 2)
@pytest.mark.parametrize("token", ["oidc-sim-foreign_app-ada", "oidc-sim-foreign_aud-ada"])
async def test_of_another_apps_token_nothing_more_is_asked(refused: Any, provider: Any, token: str) -> None:
    assert (await refused(token)).reason == "wrong_audience"
    assert "/userinfo" not in provider.paths


@pytest.mark.parametrize("token", ["a b", 'a"b', "a;b", "=", "a=b"])
async def test_what_cannot_be_a_bearer_token_is_asked_nobody(refused: Any, provider: Any, token: str) -> None:
    assert (await refused(token)).reason == "invalid_token"
    assert provider.paths == []
