"""The router answers what `create_app` answers, byte for byte."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from core.tests.bench import GOOD
from core.tests.contrib.fastapi.host import Host, host
from core.tests.oauth.support import ODD_SECRET, SECRET, basic, token_bench

JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ORIGIN = {"Origin": "https://app.example.com"}
EXCHANGE, TOKEN, REVOKE = "/oauth/access_token", "/oauth/token", "/oauth/revoke"
REQUESTS: list[tuple[str, str, Mapping[str, str], str | bytes]] = [
    ("POST", EXCHANGE, JSON, json.dumps(dict(GOOD))),
    ("POST", EXCHANGE, JSON | ORIGIN, json.dumps({**GOOD, "scope": "openid offline_access", "state": "é"})),
    ("POST", EXCHANGE, FORM, "client_id=app&connection=acme&access_token=good-token"),
    ("POST", EXCHANGE, JSON, "client_id=app&connection=acme&access_token=good-token"),
    ("POST", EXCHANGE, {"Content-Type": "text/plain"}, json.dumps(dict(GOOD))),
    ("POST", EXCHANGE, {"Content-Type": "multipart/form-data; boundary=x"}, "--x--"),
    ("POST", EXCHANGE, {}, json.dumps(dict(GOOD))),
    ("POST", EXCHANGE, JSON, "[" * 100_000),
    ("POST", EXCHANGE, JSON, "x" * 70_000),
    ("POST", EXCHANGE, JSON, b"\xff\xfe"),
    ("POST", EXCHANGE, JSON, ""),
    ("POST", EXCHANGE, JSON, "null"),
    ("POST", EXCHANGE, JSON, '{"client_id": "app", "client_id": "app"}'),
    ("POST", EXCHANGE, FORM, "client_id=app&client_id=app"),
    ("POST", EXCHANGE, JSON, json.dumps({**GOOD, "client_id": 1})),
    ("POST", EXCHANGE, JSON, json.dumps({**GOOD, "client_id": "nobody", "connection": ""})),
    ("POST", EXCHANGE, JSON, json.dumps({**GOOD, "client_id": "nobody"})),
    ("POST", EXCHANGE, JSON, json.dumps({**GOOD, "connection": "nowhere"})),
    ("POST", EXCHANGE, JSON, json.dumps({**GOOD, "access_token": "a\r\nb"})),
    ("POST", EXCHANGE, JSON, json.dumps({**GOOD, "client_id": "strict"})),
    ("POST", EXCHANGE, JSON | {"Authorization": "Bearer wrong"}, json.dumps({**GOOD, "client_id": "strict"})),
    ("GET", f"{EXCHANGE}?callback=x", {}, ""),
    ("PUT", EXCHANGE, JSON, json.dumps(dict(GOOD))),
    ("BREW", EXCHANGE, {}, ""),
    ("HEAD", EXCHANGE, {}, ""),
    ("OPTIONS", EXCHANGE, ORIGIN | {"Access-Control-Request-Headers": "traceparent"}, ""),
    ("OPTIONS", EXCHANGE, {"Origin": "https://evil.example"}, ""),
    ("OPTIONS", "/userinfo", ORIGIN, ""),
    ("POST", TOKEN, FORM | basic("svc", SECRET), "grant_type=client_credentials"),
    ("POST", TOKEN, FORM | basic("svc", ODD_SECRET), "grant_type=client_credentials"),
    ("POST", TOKEN, FORM | {"Authorization": "Basic !"}, "grant_type=client_credentials"),
    ("POST", TOKEN, FORM, "grant_type=password&client_id=app"),
    ("POST", TOKEN, FORM, "grant_type=refresh_token&client_id=app&refresh_token=unknown"),
    ("POST", TOKEN, JSON | ORIGIN, '{"client_id": "app"}'),
    ("POST", REVOKE, FORM, "client_id=app&token=unknown"),
    ("POST", REVOKE, FORM, "client_id=app"),
    ("POST", "/oauth/nonce", JSON | ORIGIN, '{"client_id": "app"}'),
    ("POST", "/oauth/introspect", FORM | basic("svc", SECRET), "token=unknown"),
    ("POST", "/oauth/introspect", FORM, "token=unknown&client_id=app"),
    ("GET", "/userinfo", {}, ""),
    ("GET", "/userinfo", {"Authorization": "Bearer wrong"}, ""),
    ("POST", "/userinfo", FORM | {"Authorization": "Bearer wrong"}, "access_token=another"),
    ("PUT", "/userinfo", {}, ""),
    ("POST", "/userinfo/", FORM, "access_token=secret"),
    ("POST", f"{TOKEN}/", FORM, "grant_type=client_credentials"),
    ("GET", "/.well-known/jwks.json/", {}, ""),
    ("POST", "/notices/acme", JSON, "{}"),
    ("GET", "/notices/acme?x=1", {}, ""),
    ("PUT", "/notices/acme", {}, ""),
    ("POST", "/notices/globex", JSON, "{}"),
    ("GET", "/notices/acme/status/x", {}, ""),
    ("POST", "/notices/acme/status/x", {}, ""),
    ("POST", "/tokeninfo", JSON, '{"id_token": "wrong"}'),
    ("GET", "/.well-known/openid-configuration", {}, ""),
    ("HEAD", "/.well-known/openid-configuration", {}, ""),
    ("POST", "/.well-known/openid-configuration", {}, ""),
    ("OPTIONS", "/.well-known/jwks.json", ORIGIN, ""),
    ("GET", "/.well-known/oauth-authorization-server", {}, ""),
    ("GET", "/.well-known/jwks.json", {}, ""),
    ("GET", "/.well-known/jwks.json", {"If-None-Match": 'W/"x", *'}, ""),
    ("GET", "/healthz", {}, ""),
    ("GET", "/readyz", {}, ""),
    ("DELETE", "/readyz", {}, ""),
]
NEW_EACH_TIME = {"access_token", "id_token", "refresh_token"}


def seen(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], object]:
    """Return all of an answer but what no two answers share."""
    headers = sorted(answer.headers.items())
    body: Any = answer.content
    if answer.status_code == 200 and b"access_token" in body:
        body = {name: name in NEW_EACH_TIME or value for name, value in answer.json().items()}
        headers = [(name, value) for name, value in headers if name != "content-length"]
    return answer.status_code, headers, body


@pytest.mark.parametrize(("method", "path", "headers", "body"), REQUESTS)
async def test_each_request_good_or_bad_is_answered_as_by_the_mounted_app(
    method: str, path: str, headers: Mapping[str, str], body: str | bytes
) -> None:
    async with host() as shop, token_bench({"issuer": "https://shop.example.com/login/"}) as wire:
        ours = await shop.client.request(method, f"/login{path}", headers=headers, content=body)
        theirs = await wire.client.request(method, path, headers=headers, content=body)
        assert seen(ours) == seen(theirs)
        assert [type(event) for event in shop.observer.heard] == [type(event) for event in wire.heard]


async def test_a_whole_login_goes_through_it() -> None:
    async with host() as shop:
        login = (
            await shop.client.post("/login/oauth/access_token", json={**GOOD, "scope": "openid offline_access"})
        ).json()
        refresh = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": login["refresh_token"]}
        newer = (await shop.client.post("/login/oauth/token", data=refresh)).json()
        userinfo = await shop.get("/login/userinfo", f"Bearer {newer['access_token']}")
        assert userinfo.json()["sub"].startswith("acme|")
        assert (
            await shop.client.post("/login/oauth/revoke", data={"client_id": "app", "token": newer["refresh_token"]})
        ).status_code == 200
        assert (await shop.get("/login/userinfo", f"Bearer {newer['access_token']}")).status_code == 401


async def test_a_closed_exchange_is_an_error_of_the_servers_and_names_the_cause_in_the_log() -> None:
    async with host() as shop:
        await shop.accredit.exchange.close()
        for path in ("/login/.well-known/jwks.json", "/login/readyz"):
            assert (await shop.client.get(path)).status_code in {500, 503}
        answer = await shop.client.post("/login/oauth/access_token", json=dict(GOOD))
        assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
        await shop.accredit.exchange.open()


@pytest.mark.parametrize("path", ["/login/oauth%2Ftoken", "/login%2foauth/token", "/login/oauth/token%2F"])
async def test_an_encoded_slash_is_no_slash(path: str) -> None:
    async with host() as shop:
        assert (await shop.client.post(path)).status_code == 404


async def test_a_client_that_leaves_is_noted_as_such() -> None:
    async with host() as shop:
        await leave(shop)
        [event] = shop.observer.heard
        assert event.name == "exchange.abandoned"


async def leave(shop: Host) -> None:
    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None: ...

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/login/oauth/access_token",
        "root_path": "",
        "headers": [],
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "https",
    }
    await shop.app(scope, receive, send)
