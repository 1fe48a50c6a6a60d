"""ID tokens: the issuer, the algorithms and the hosts are the operator's to say."""

from typing import Any

import pytest

from accredit.testing import person
from accredit_oidc.simulator import OidcSimulator

DISCOVERY = "/.well-known/openid-configuration"


async def test_an_id_token_costs_the_document_and_the_keys(verify: Any, provider: Any, id_token: str) -> None:
    identity = await verify(id_token)
    assert (identity.user_id, identity.profile.claims()["email_verified"]) == ("1000000000000001", True)
    assert provider.paths == [DISCOVERY, "/jwks"]


@pytest.mark.threat(6)
async def test_an_algorithm_that_the_operator_does_not_allow_is_refused(refused: Any, id_token: str) -> None:
    error = await refused(id_token, algorithms=["ES256"])
    assert (error.reason, error.detail) == ("invalid_token", "alg or kid is not accepted")


@pytest.mark.threat(9)
@pytest.mark.parametrize("typ", ["at+jwt", "logout+jwt", "secevent+jwt"])
async def test_a_jwt_of_another_kind_is_no_id_token(refused: Any, simulator: OidcSimulator, typ: str) -> None:
    token = simulator.id_tokens.mint(person("ada"), header={"typ": typ})
    assert (await refused(token)).reason == "invalid_token"


@pytest.mark.threat(4)
async def test_the_issuer_is_compared_to_the_last_slash(refused: Any, id_token: str) -> None:
    assert (await refused(id_token, issuer="https://id.oidc.example/")).reason == "provider_misconfigured"
