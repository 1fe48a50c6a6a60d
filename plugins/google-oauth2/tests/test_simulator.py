import httpx
import pytest

from accredit_google_oauth2.simulator import GoogleSimulator
from accredit_google_oauth2.simulator.tokens import WEB

GOOD = {"Authorization": "Bearer ya29.sim-good-ada"}
ADA = "100001000000000000001"


@pytest.fixture
def google(simulator: GoogleSimulator) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app()), base_url="http://127.0.0.1:9")


async def test_tokeninfo_writes_every_value_as_a_string(google: httpx.AsyncClient, now: int) -> None:
    answer = await google.post("/tokeninfo", headers=GOOD)
    assert answer.status_code == 200
    assert answer.json() == {
        "azp": WEB,
        "aud": WEB,
        "sub": ADA,
        "scope": "openid https://www.googleapis.com/auth/userinfo.profile"
        " https://www.googleapis.com/auth/userinfo.email",
        "exp": str(now + 3600),
        "expires_in": "3600",
        "email": "ada@example.com",
        "email_verified": "true",
        "access_type": "online",
    }


async def test_userinfo_writes_the_verification_of_an_address_as_a_boolean(google: httpx.AsyncClient) -> None:
    answer = await google.get("/v1/userinfo", headers=GOOD)
    assert answer.status_code == 200
    assert answer.json() == {
        "sub": ADA,
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "picture": "https://lh3.googleusercontent.com/a/sim-ada=s96-c",
        "email": "ada@example.com",
        "email_verified": True,
    }


async def test_scopes_open_what_they_should(google: httpx.AsyncClient) -> None:
    headers = {"Authorization": "Bearer ya29.sim-email-only-ada"}
    assert (await google.get("/v1/userinfo", headers=headers)).json() == {
        "sub": ADA,
        "email": "ada@example.com",
        "email_verified": True,
    }
    headers = {"Authorization": "Bearer ya29.sim-no-identity-ada"}
    assert "sub" not in (await google.post("/tokeninfo", headers=headers)).json()
    refusal = await google.get("/v1/userinfo", headers=headers)
    assert (refusal.status_code, refusal.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    headers = {"Authorization": "Bearer ya29.sim-good-grace"}
    assert "email" not in (await google.get("/v1/userinfo", headers=headers)).json()
    assert "email" not in (await google.post("/tokeninfo", headers=headers)).json()


async def test_tokeninfo_takes_the_token_from_the_query_too(google: httpx.AsyncClient) -> None:
    answer = await google.get("/tokeninfo", params={"access_token": "ya29.sim-good-ada"})
    assert answer.json()["sub"] == ADA


@pytest.mark.parametrize("token", ["garbage", "ya29.sim-expired-ada", "ya29.sim-revoked-ada", "ya29.sim-good-ADA"])
async def test_garbage_and_dead_tokens_get_the_same_answers(google: httpx.AsyncClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    info = await google.post("/tokeninfo", headers=headers)
    assert info.status_code == 400
    assert info.json() == {"error": "invalid_token", "error_description": "Invalid Value"}
    user = await google.get("/v1/userinfo", headers=headers)
    assert user.status_code == 401
    assert user.json() == {"error": "invalid_request", "error_description": "Invalid Credentials"}
    assert user.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "ya29.sim-good-ada"}, {"Authorization": "Basic ya29.sim-good-ada"}, {"Authorization": ""}],
)
async def test_calls_without_a_bearer_token_are_refused(google: httpx.AsyncClient, headers: dict[str, str]) -> None:
    info = await google.post("/tokeninfo", headers=headers)
    assert (info.status_code, info.json()["error"]) == (400, "invalid_request")
    user = await google.get("/v1/userinfo", headers=headers, params={"access_token": "ya29.sim-good-ada"})
    assert (user.status_code, user.json()["error"]["status"]) == (401, "UNAUTHENTICATED")


async def test_every_endpoint_has_its_older_name_too(google: httpx.AsyncClient) -> None:
    assert (await google.post("/oauth2/v3/tokeninfo", headers=GOOD)).json()["sub"] == ADA
    assert (await google.get("/oauth2/v3/userinfo", headers=GOOD)).json()["sub"] == ADA


async def test_a_token_with_a_fault_is_the_same_token(google: httpx.AsyncClient) -> None:
    late = {"Authorization": f"{GOOD['Authorization']}~latency-1"}
    assert (await google.post("/tokeninfo", headers=late)).json()["sub"] == ADA
    assert (await google.get("/v1/userinfo", headers=late)).json()["sub"] == ADA
    html = {"Authorization": f"{GOOD['Authorization']}~html"}
    assert (await google.get("/v1/userinfo", headers=html)).text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/tokeninfo"), ("DELETE", "/v1/userinfo"), ("POST", "/oauth2/v3/certs")]
)
async def test_wrong_methods_are_refused(google: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await google.request(method, path, headers=GOOD)).status_code == 405


async def test_keys_are_public_and_may_be_kept_for_a_while(
    google: httpx.AsyncClient, simulator: GoogleSimulator
) -> None:
    answer = await google.get("/oauth2/v3/certs")
    assert "max-age=19800" in answer.headers["cache-control"]
    (key,) = answer.json()["keys"]
    assert {"kty", "alg", "use", "kid", "n", "e"} == key.keys()
    assert (key["alg"], key["use"]) == ("RS256", "sig")
    assert (await google.get("/oauth2/v3/certs")).json()["keys"] == [key]


async def test_a_rotated_key_is_published_beside_the_one_before_it() -> None:
    simulator = GoogleSimulator(clock=lambda: 0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(simulator.app()), base_url="http://127.0.0.1:9") as http:
        kids = [key.kid for key in simulator.id_tokens.keys]
        simulator.id_tokens.rotate()
        published = [key["kid"] for key in (await http.get("/oauth2/v3/certs")).json()["keys"]]
        assert published[1:] == kids
        simulator.id_tokens.keys_down = True
        assert (await http.get("/oauth2/v3/certs")).status_code == 503


def test_settings_hold_every_provider_url_below_the_base(simulator: GoogleSimulator) -> None:
    settings = simulator.settings("http://127.0.0.1:5000")
    urls = [value for name, value in settings.items() if name.endswith("_url")]
    assert len(urls) == 5
    assert all(url.startswith("http://127.0.0.1:5000/") for url in urls)
