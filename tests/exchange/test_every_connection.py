"""Every sample of every simulator, through the served endpoint."""

import httpx
import jwt
import pytest
from tests.conftest import STRATEGIES, Bench

from accredit import errors
from accredit.testing import ACCEPTED

pytestmark = pytest.mark.slow

SCOPE = "openid profile email address offline_access"
STATUS = {
    error.reason: error.status
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, errors.ExchangeError) and hasattr(error, "reason")
}


def test_all_connections_are_installed(bench: Bench) -> None:
    assert tuple(bench.simulators) == STRATEGIES


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_sample_gets_its_verdict_status_and_audit_reason(bench: Bench, strategy: str) -> None:
    with httpx.Client(base_url=bench.url) as client:
        simulator = bench.simulators[strategy]
        for sample in map(simulator.fresh, simulator.samples()):
            request = {"client_id": "my-app", "connection": strategy, "scope": SCOPE, **sample.parameters}
            bench.observer.events.clear()
            response = client.post("/oauth/access_token", json=request)
            reasons = [event.reason for event in bench.observer.events]
            expected = "ok" if sample.expected == ACCEPTED else sample.expected
            assert reasons == [expected], f"{strategy}: {sample.name}"
            assert response.status_code == (200 if expected == "ok" else STATUS[expected]), sample.name
            if expected == "ok":
                claims = jwt.decode(response.json()["id_token"], options={"verify_signature": False})
                assert {name: claims.get(name) for name in sample.claims} == dict(sample.claims), sample.name
            else:
                assert set(response.json()) == {"error", "error_description"}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_tokens_verify_with_an_independent_library_against_the_served_key_set(bench: Bench, strategy: str) -> None:
    request = {"client_id": "my-app", "connection": strategy, "scope": SCOPE, **bench.good(strategy)}
    answer = httpx.post(f"{bench.url}/oauth/access_token", json=request).json()
    keys = jwt.PyJWKSet.from_dict(httpx.get(f"{bench.url}/.well-known/jwks.json").json())

    def decode(token: str, audience: str) -> dict[str, object]:
        key = keys[jwt.get_unverified_header(token)["kid"]]
        issuer = "https://login.example.com/"
        claims: dict[str, object] = jwt.decode(token, key, algorithms=["RS256"], audience=audience, issuer=issuer)
        return claims

    access_token = decode(answer["access_token"], "https://login.example.com/")
    id_token = decode(answer["id_token"], "my-app")
    assert access_token["sub"] == id_token["sub"]
    assert str(id_token["sub"]).startswith(f"{strategy}|")
    assert answer["scope"] == SCOPE
    with pytest.raises(jwt.InvalidSignatureError):
        decode(answer["id_token"][:-6] + "AAAAAA", "my-app")


def test_the_seed_request_works_verbatim(bench: Bench) -> None:
    token = bench.good("facebook")["access_token"]
    body = (
        f'{{"client_id": "my-app", "access_token": "{token}", "connection": "facebook",'
        ' "scope": "openid profile email offline_access"}'
    )
    headers = {"Authorization": "Bearer <token>", "Content-Type": "application/json"}
    response = httpx.post(f"{bench.url}/oauth/access_token", content=body, headers=headers)
    assert response.status_code == 200
    assert {"access_token", "id_token", "refresh_token", "token_type", "expires_in", "scope"} == set(response.json())


def test_the_same_request_as_a_form_gets_the_same_answer(bench: Bench) -> None:
    request = {"client_id": "my-app", "connection": "facebook", "scope": "openid", **bench.good("facebook")}
    as_json = httpx.post(f"{bench.url}/oauth/access_token", json=request)
    as_form = httpx.post(f"{bench.url}/oauth/access_token", data=request)
    assert as_json.status_code == as_form.status_code == 200
    assert as_json.json().keys() == as_form.json().keys()


@pytest.mark.threat(9)
@pytest.mark.parametrize("wrong", STRATEGIES)
def test_our_own_tokens_are_no_provider_tokens(bench: Bench, wrong: str) -> None:
    request = {"client_id": "my-app", "connection": "weibo", "scope": "openid", **bench.good("weibo")}
    ours = httpx.post(f"{bench.url}/oauth/access_token", json=request).json()
    of_codes = {name: text for name, text in bench.good(wrong).items() if name in {"code_verifier", "redirect_uri"}}
    beside = of_codes or {"access_token_secret": "x"}
    for token in (ours["access_token"], ours["id_token"]):
        again = {"client_id": "my-app", "connection": wrong, "access_token": token, **beside}
        response = httpx.post(f"{bench.url}/oauth/access_token", json=again)
        assert response.status_code == 401
        assert response.json()["error_description"] == "invalid access_token: invalid_token"
