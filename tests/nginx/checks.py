"""Behind nginx and TLS: `accredit serve`, and apps of the guides below a prefix, each by its own command."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.environment import environment_of
from tests.examples.running import EXAMPLES, Server, started
from tests.nginx.front import Front, choose, serving

FORGED = {
    "X-Forwarded-For": "198.51.100.7",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "http",
    "X-Forwarded-Prefix": "/evil",
    "X-Forwarded-Port": "1",
    "X-Real-IP": "198.51.100.7",
    "X-Original-URL": "/oauth/token",
    "Forwarded": "for=198.51.100.7;host=evil.example;proto=http",
}
MIRROR = """

def create_mirror():
    app = create_shop()

    async def mirror(request):
        return JSONResponse([request.client.host, request.url.scheme])

    app.router.routes.append(Route("/mirror", mirror))
    return app
"""
"""Says what a host's own routes are told of who calls."""


@dataclass(frozen=True)
class Deployed:
    """One deployment: `prefix` is the path of the issuer."""

    front: Front
    prefix: str
    server: Server
    client: httpx.Client

    @property
    def direct(self) -> str:
        """The address behind nginx."""
        return self.server.url

    @property
    def issuer(self) -> str:
        return f"{self.front.url}{self.prefix}/"

    def login(self, **more: str) -> httpx.Response:
        body = {"client_id": "shop-app", "connection": "facebook", "access_token": "EAAsim-good-ada", **more}
        return self.client.post(f"{self.prefix}/oauth/access_token", json=body)


COMMANDS = {
    "serve": ("", "accredit serve"),
    "starlette": ("/login", "uvicorn --factory shop:create_shop"),
    "litestar": ("/login", "uvicorn --factory shop:create_shop"),
    "fastapi": ("/login", "uvicorn --factory shop:create_app"),
}


@pytest.fixture(scope="module", params=COMMANDS)
def deployed(
    request: pytest.FixtureRequest, connections: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    """Run a deployment: the server by its command line, and nginx in front of it."""
    prefix, command = COMMANDS[request.param]
    folder: Path = tmp_path_factory.mktemp(request.param)
    example = EXAMPLES / (request.param if prefix else "starlette")
    for file in example.glob("*.*"):
        (folder / file.name).write_text(file.read_text("utf-8"), "utf-8")
    front = choose()
    variables = environment_of({"facebook": connections["facebook"]})
    issuer = {"ACCREDIT_ISSUER": f"{front.url}{prefix}/", "ACCREDIT_CONFIG": "accredit.toml"}
    with (
        started(command, folder, **variables, **issuer) as server,
        serving(front, server.url, tmp_path_factory.mktemp("nginx")),
        httpx.Client(base_url=front.url, verify=front.context(), timeout=60) as client,
    ):
        yield Deployed(front, prefix, server, client)


def test_a_login_a_refresh_and_userinfo_by_the_addresses_that_the_metadata_name(deployed: Deployed) -> None:
    document = deployed.client.get(f"{deployed.issuer}.well-known/openid-configuration").json()
    assert document["issuer"] == deployed.issuer
    first = deployed.login(scope="openid profile offline_access").json()
    refresh = {"grant_type": "refresh_token", "client_id": "shop-app", "refresh_token": first["refresh_token"]}
    second = deployed.client.post(document["token_endpoint"], data=refresh).json()
    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert deployed.client.get(document["userinfo_endpoint"], headers=bearer).json()["name"] == "Ada Lovelace"
    assert deployed.client.get(document["jwks_uri"]).json()["keys"]
    root = f"{deployed.front.url}/.well-known/oauth-authorization-server{deployed.prefix}"
    assert deployed.client.get(root).json() == document
    body = {"client_id": "shop-app", "token": second["refresh_token"]}
    assert deployed.client.post(document["revocation_endpoint"], data=body).status_code == 200
    assert deployed.client.get(document["userinfo_endpoint"], headers=bearer).status_code == 401
    assert "issuer_mismatch" not in deployed.server.output


def test_what_a_client_forges_changes_no_address_and_no_token(deployed: Deployed) -> None:
    document = deployed.client.get(f"{deployed.issuer}.well-known/openid-configuration")
    for base in (deployed.front.url, deployed.direct):
        forged = deployed.client.get(f"{base}{deployed.prefix}/.well-known/openid-configuration", headers=FORGED)
        assert (forged.status_code, forged.content) == (200, document.content)
        login = {"client_id": "shop-app", "connection": "facebook", "access_token": "EAAsim-good-ada"}
        answer = deployed.client.post(f"{base}{deployed.prefix}/oauth/access_token", json=login, headers=FORGED)
        assert answer.status_code == 200
    other_host = deployed.client.get(document.url, headers={"Host": "evil.example"})
    assert other_host.content == document.content
    assert not any(value in deployed.server.output for value in ("evil", "issuer_mismatch"))


@pytest.mark.parametrize(("trusted", "scheme"), [("127.0.0.1", "https"), ("198.51.100.1", "http")])
def test_routes_of_a_host_believe_the_proxy_that_is_configured_and_nobody_else(
    trusted: str, scheme: str, tmp_path: Path, connections: dict[str, dict[str, Any]]
) -> None:
    (tmp_path / "accredit.toml").write_text((EXAMPLES / "starlette/accredit.toml").read_text("utf-8"), "utf-8")
    (tmp_path / "shop.py").write_text((EXAMPLES / "starlette/shop.py").read_text("utf-8") + MIRROR, "utf-8")
    front, folder = choose(), tmp_path / "nginx"
    folder.mkdir()
    tmp_path.chmod(0o755)
    command = f"uvicorn --factory shop:create_mirror --forwarded-allow-ips {trusted}"
    with (
        started(command, tmp_path, **environment_of({"facebook": connections["facebook"]})) as server,
        serving(front, server.url, folder),
        httpx.Client(verify=front.context(), timeout=60) as client,
    ):
        assert client.get(f"{front.url}/mirror", headers=FORGED).json() == ["127.0.0.1", scheme]
        # Past nginx, from an address that is configured or is not.
        caller = "198.51.100.7" if trusted == "127.0.0.1" else "127.0.0.1"
        assert client.get(f"{server.url}/mirror", headers=FORGED).json() == [caller, "http"]


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        (b"/oauth%2Ftoken", {404}),
        (b"/oauth%2ftoken", {404}),
        (b"/oauth%252Ftoken", {404}),
        (b"//oauth/token", {404}),
        (b"/oauth//token", {404}),
        (b"/oauth/token/", {404}),
        (b"/oauth/token%00", {400}),
        (b"/oauth\\token", {404}),
        (b"/oauth/token;x=1", {404}),
        (b"/oauth/./token", {404}),
        (b"/oauth/x/../token", {404}),
        (b"/oauth/x/%2e%2e/token", {404}),
        (b"/oauth/token?grant_type=refresh_token", {400}),  # the endpoint, which reads no URL
        (b"/oauth/%74oken", {400}),  # the endpoint as well. Source: RFC 3986 section 6.2.2.2
    ],
)
def test_a_path_written_in_another_way_is_no_way_around_a_proxy(
    deployed: Deployed, path: bytes, statuses: set[int]
) -> None:
    head = b"POST %s%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n" % (deployed.prefix.encode(), path)
    answer = deployed.front.send(head + b"Content-Type: application/json\r\nConnection: close\r\n\r\n{}")
    assert int(answer.split(b" ", 2)[1]) in statuses, answer


def test_with_a_path_in_proxy_pass_nginx_would_write_paths_anew(deployed: Deployed, tmp_path: Path) -> None:
    front = choose()
    tmp_path.chmod(0o755)
    head = b"POST %s/oauth%%2Ftoken HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n" % deployed.prefix.encode()
    with serving(front, deployed.direct, tmp_path, proxy_pass="http://shop/"):
        answer = front.send(head + b"Content-Type: application/json\r\nConnection: close\r\n\r\n{}")
    assert answer.startswith(b"HTTP/1.1 400 ")  # the endpoint has answered: see the page


def test_sizes_are_bounded_by_nginx_and_behind_it(deployed: Deployed) -> None:
    assert deployed.login(state="x" * 70_000).status_code == 413
    for url in (deployed.front.url, deployed.direct):
        path = f"{url}{deployed.prefix}/oauth/access_token"
        assert deployed.client.get(path, headers={"X-Long": "x" * 8_000}).status_code == 405
    assert deployed.client.get("/", headers={"X-Long": "x" * 20_000}).status_code == 400  # nginx's own
    path = f"{deployed.direct}{deployed.prefix}/oauth/access_token"
    refused = deployed.client.post(path, json={"client_id": "shop-app", "state": "x" * 70_000})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")


def test_a_body_in_chunks_arrives_whole(deployed: Deployed) -> None:
    body = {"client_id": "shop-app", "connection": "facebook", "access_token": "EAAsim-good-ada"}
    parts = (bytes([letter]) for letter in json.dumps(body).encode())
    headers = {"Content-Type": "application/json"}
    path = f"{deployed.prefix}/oauth/access_token"
    assert deployed.client.post(path, content=parts, headers=headers).status_code == 200


def test_one_connection_to_the_server_serves_many_and_mixes_up_nobody(deployed: Deployed) -> None:
    people = ("ada", "grace", "alan") * 10
    subjects: dict[str, set[str]] = {}
    for person in people:
        tokens = deployed.login(access_token=f"EAAsim-good-{person}", scope="openid").json()
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer = deployed.client.get(f"{deployed.prefix}/userinfo", headers=bearer).json()
        subjects.setdefault(person, set()).add(answer["sub"])
    assert {len(found) for found in subjects.values()} == {1}
    assert len(set.union(*subjects.values())) == 3


def test_a_browser_page_of_a_client_is_answered_through_it(deployed: Deployed) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = deployed.client.options(f"{deployed.prefix}/oauth/access_token", headers=headers)
    assert answer.status_code == 204
    assert "access-control-allow-origin" not in answer.headers
