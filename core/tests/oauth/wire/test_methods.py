"""Methods, paths and CORS."""

import httpx
import pytest
from core.tests.bench import GOOD, URL, Bench, assert_refused
from starlette.applications import Starlette
from starlette.routing import Mount

from accredit import create_app

APP = "https://app.example.com"
OTHER = "https://other.example.com"
MANY = [f"x-{number}" for number in range(33)]
USUAL = "Content-Type, Auth0-Client, Authorization"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "BREW"])
async def test_any_method_but_post_is_refused(wire: Bench, method: str) -> None:
    # GET is the JSONP fallback of auth0.js: it would put tokens into URLs.
    response = await wire.client.request(method, URL, params=GOOD)

    assert_refused(response, 405, "method_not_allowed", "use POST")
    assert response.headers["allow"] == "POST, OPTIONS"
    wire.assert_untouched()


async def test_head_is_refused_as_get_is(wire: Bench) -> None:
    response = await wire.client.head(URL)

    assert (response.status_code, response.headers["allow"]) == (405, "POST, OPTIONS")
    assert response.headers["cache-control"] == "no-store"


async def test_parameters_in_the_url_are_not_read(wire: Bench) -> None:
    response = await wire.client.post(URL, params=GOOD)

    assert_refused(response, 400, "invalid_request", "missing client_id parameter")


@pytest.mark.parametrize(
    "path", ["/", "/oauth", "/oauth/access_tokens", "/OAuth/access_token", "/oauth/access_token/", "/.well-known/"]
)
async def test_any_other_path_is_not_found_and_never_redirected(wire: Bench, path: str) -> None:
    # A redirect would make the client send its token again, behind a TLS proxy even to http.
    response = await wire.client.post(path, json=GOOD)

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"error": "not_found", "error_description": "no such endpoint or method"}


async def test_a_document_cannot_be_posted_to(wire: Bench) -> None:
    response = await wire.client.post("/.well-known/jwks.json")

    assert response.status_code == 405
    assert response.json() == {"error": "method_not_allowed", "error_description": "no such endpoint or method"}
    assert "GET" in response.headers["allow"]


async def test_preflight_lets_a_known_origin_ask(wire: Bench) -> None:
    response = await wire.client.options(
        URL,
        headers={
            "Origin": APP,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,auth0-client,authorization",
        },
    )

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == APP
    assert response.headers["access-control-allow-methods"] == "POST"
    assert response.headers["access-control-allow-headers"] == USUAL
    assert response.headers["access-control-max-age"] == "600"
    assert response.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in response.headers
    assert wire.events == []


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example.com",
        "https://app.example.com.evil.example",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://APP.example.com",
        "null",
        "*",
        "",
        None,
    ],
)
async def test_no_other_origin_may_ask_or_read(wire: Bench, origin: str | None) -> None:
    headers = {} if origin is None else {"Origin": origin}

    preflight = await wire.client.options(URL, headers=headers)
    answer = await wire.post(headers)

    assert (preflight.status_code, answer.status_code) == (204, 200)
    for response in (preflight, answer):
        assert not [name for name in response.headers if name.startswith("access-control-")]
        assert response.headers["vary"] == "Origin"


async def test_a_client_s_own_origin_may_read_its_answers(wire: Bench) -> None:
    for parameters in ({}, {"access_token": "bad"}, {"connection": "nope"}):
        response = await wire.post({"Origin": APP}, **parameters)

        assert response.headers["access-control-allow-origin"] == APP
        assert response.headers["access-control-expose-headers"] == "Retry-After"
        assert response.headers["vary"] == "Origin"


async def test_another_client_s_origin_may_not(wire: Bench) -> None:
    response = await wire.post({"Origin": OTHER})

    assert response.status_code == 200
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("parameters", [{"client_id": None}, {"client_id": "nobody"}])
async def test_an_error_that_belongs_to_no_client_may_be_read_by_every_clients_origin(
    wire: Bench, parameters: dict[str, str | None]
) -> None:
    for origin in (APP, OTHER):
        response = await wire.post({"Origin": origin}, **parameters)

        assert response.headers["access-control-allow-origin"] == origin


@pytest.mark.threat(53)
@pytest.mark.parametrize("path", ["/oauth%2Faccess_token", "/oauth%2faccess_token", "/%2Foauth/access_token"])
@pytest.mark.parametrize("mount", ["", "/login"])
async def test_an_encoded_slash_is_not_a_slash(wire: Bench, mount: str, path: str) -> None:
    # A proxy that guards paths by their letters lets it through. The host's app, if any, has decoded it as well.
    app = Starlette(routes=[Mount(mount, create_app(wire.exchange))])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://login.example.com") as client:
        # What else is encoded stands for itself.
        good = await client.post(f"{mount}/oauth/access%5Ftoken", json=GOOD)
        refused = await client.post(f"{mount}{path}", json=GOOD)

    assert good.status_code == 200
    assert refused.status_code == 404
    assert refused.json() == {"error": "not_found", "error_description": "no such endpoint or method"}


@pytest.mark.parametrize("path", [URL, "/oauth/token", "/oauth/revoke", "/userinfo"])
async def test_preflight_lets_a_page_add_headers_of_its_own(wire: Bench, path: str) -> None:
    asked = {"Origin": APP, "Access-Control-Request-Headers": "baggage,content-type, sentry-trace ,traceparent"}
    allowed = await wire.client.options(path, headers=asked)
    elsewhere = await wire.client.options(path, headers={**asked, "Origin": "https://evil.example.com"})

    assert allowed.headers["access-control-allow-headers"] == f"{USUAL}, baggage, sentry-trace, traceparent"
    assert "access-control-allow-headers" not in elsewhere.headers


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        ("", USUAL),
        ("*", USUAL),
        (",", USUAL),
        ("a b", USUAL),
        ("x-a, x-b\tx-c", USUAL),
        ("x" * 64, f"{USUAL}, {'x' * 64}"),
        ("x" * 65, USUAL),
        (",".join(MANY[:32]), ", ".join((USUAL, *MANY[:32]))),
        (",".join(MANY), USUAL),
        ("x-a,x-a,X-A", f"{USUAL}, x-a, X-A"),
    ],
)
async def test_only_a_short_list_of_header_names_comes_back(wire: Bench, asked: str, granted: str) -> None:
    response = await wire.client.options(URL, headers={"Origin": APP, "Access-Control-Request-Headers": asked})

    assert response.headers["access-control-allow-headers"] == granted
