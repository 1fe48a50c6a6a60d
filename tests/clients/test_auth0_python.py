"""A published client of the original service logs in here, unchanged, over TLS."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme
from auth0.authentication.social import Social
from auth0.exceptions import Auth0Error

from accredit import Exchange, Settings, create_app
from accredit.testing import serve


@pytest.fixture(scope="module")
def domain(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve over TLS with a certificate that requests trusts; yields `host:port`."""
    folder: Path = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(str(folder / "cert.pem"), append=True)
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REQUESTS_CA_BUNDLE", str(folder / "ca.pem"))
        app = create_app(Exchange(settings))
        with serve(app, certfile=str(folder / "cert.pem"), keyfile=str(folder / "key.pem")) as url:
            yield urlsplit(url).netloc


@pytest.mark.parametrize("strategy", ["facebook", "google-oauth2", "twitter", "weibo"])
def test_auth0_python_logs_in(domain, world, strategy):
    parameters = world.good(strategy)
    token = parameters["access_token"]
    if "access_token_secret" in parameters:  # all that this client can carry is one field
        token = f"{token}:{parameters['access_token_secret']}"
    answer = Social(domain, client_id="my-app").login(token, strategy, scope="openid offline_access")
    assert {"access_token", "id_token", "refresh_token"} <= set(answer)
    assert answer["token_type"] == "Bearer"


def test_auth0_python_understands_a_refusal(domain):
    with pytest.raises(Auth0Error) as refusal:
        Social(domain, client_id="my-app").login("EAAnonsense", "facebook")
    assert refusal.value.status_code == 401
    assert refusal.value.error_code == "invalid_request"
    assert refusal.value.message == "invalid access_token: invalid_token"
