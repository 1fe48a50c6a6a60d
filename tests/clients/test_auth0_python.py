"""A published client of the original service logs in here, unchanged, over TLS."""

import pytest
from auth0.authentication.social import Social
from auth0.exceptions import Auth0Error
from tests.clients.service import Service
from tests.conftest import ONE_FIELD, Bench

pytestmark = pytest.mark.slow


@pytest.fixture
def domain(service: Service) -> str:
    return service.domain


@pytest.mark.parametrize("strategy", ONE_FIELD)
def test_auth0_python_logs_in(domain: str, bench: Bench, strategy: str) -> None:
    parameters = bench.good(strategy)
    token = parameters["access_token"]
    if "access_token_secret" in parameters:  # all that this client can carry is one field
        token = f"{token}:{parameters['access_token_secret']}"
    answer = Social(domain, client_id="my-app").login(token, strategy, scope="openid offline_access")
    assert {"access_token", "id_token", "refresh_token"} <= set(answer)
    assert answer["token_type"] == "Bearer"


def test_auth0_python_understands_a_refusal(domain: str) -> None:
    with pytest.raises(Auth0Error) as refusal:
        Social(domain, client_id="my-app").login("EAAnonsense", "facebook")
    assert refusal.value.status_code == 401
    assert refusal.value.error_code == "invalid_request"
    assert refusal.value.message == "invalid access_token: invalid_token"
