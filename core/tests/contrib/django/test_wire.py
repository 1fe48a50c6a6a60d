"""The same answers as those of the ASGI app, under WSGI and under ASGI, in the thread of the view."""

import asyncio
import json
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from asgiref.sync import async_to_sync
from core.tests.acme import NOTICE_SECRET
from core.tests.bench import GOOD, bench
from core.tests.contrib.django.shop import ISSUER, LOGIN, Shop, ShopUsers, log_in
from core.tests.oauth.noticing import mac
from django.contrib.auth.models import User
from django.test import AsyncClient, AsyncRequestFactory, Client, RequestFactory, override_settings
from django.urls import resolve, reverse

from accredit import ProviderToken
from accredit.contrib.django import exchange
from accredit.notices import confirmation_code
from accredit.oauth.endpoints import ENDPOINTS

pytestmark = pytest.mark.usefixtures("shop")

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
CALLS: list[tuple[str, str, Mapping[str, str], bytes]] = [
    ("POST", "/oauth/access_token", JSON, b"{}"),
    ("POST", "/oauth/access_token", JSON, b"not json"),
    ("POST", "/oauth/access_token", JSON, json.dumps({**GOOD, "access_token": "wrong"}).encode()),
    ("POST", "/oauth/access_token", JSON, b"a" * 70_000),
    ("POST", "/oauth/access_token", {**JSON, "origin": "https://app.example.com"}, b"{}"),
    ("POST", "/oauth/access_token", {"content-type": "text/plain"}, b"hello"),
    ("GET", "/oauth/access_token", {}, b""),
    ("OPTIONS", "/oauth/access_token", {"origin": "https://app.example.com"}, b""),
    ("OPTIONS", "/oauth/token", {"origin": "https://nobody.example.com"}, b""),
    ("POST", "/oauth/token", FORM, b"grant_type=refresh_token&client_id=app&refresh_token=x"),
    ("POST", "/oauth/token", FORM, b"grant_type=unheard-of&client_id=app"),
    ("POST", "/oauth/revoke", FORM, b"client_id=app&token=x"),
    ("POST", "/oauth/nonce", JSON, b'{"client_id": "app"}'),
    ("POST", "/oauth/introspect", FORM, b"token=x"),
    ("GET", "/userinfo", {}, b""),
    ("GET", "/userinfo", {"authorization": "Bearer x"}, b""),
    ("POST", "/tokeninfo", JSON, b"{}"),
    ("POST", "/notices/acme", {"x-acme-mac": mac(b'{"events": []}').decode()}, b'{"events": []}'),
    ("GET", "/notices/acme?notice=%7B%22events%22%3A+%5B%5D%7D", {"x-acme-mac": mac(b'{"events": []}').decode()}, b""),
    ("POST", "/notices/acme", {}, b"{}"),
    ("POST", "/notices/globex", {}, b"{}"),
    ("PUT", "/notices/acme", {}, b""),
    ("GET", f"/notices/acme/status/{confirmation_code(NOTICE_SECRET, 'x')}", {}, b""),
    ("GET", "/notices/acme/status/x", {}, b""),
    ("GET", "/healthz", {}, b""),
    ("GET", "/readyz", {}, b""),
    ("HEAD", "/readyz", {}, b""),
    ("POST", "/healthz", JSON, b""),
    ("GET", "/.well-known/jwks.json", {}, b""),
    ("GET", "/.well-known/openid-configuration", {}, b""),
    ("GET", "/.well-known/oauth-authorization-server", {}, b""),
]


async def reference(method: str, path: str, headers: Mapping[str, str], body: bytes) -> httpx.Response:
    """Return what the ASGI app answers."""
    async with bench({"issuer": ISSUER}) as one:
        return await one.client.request(method, path, headers=headers, content=body)


def blocking(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
    return Client().generic(method, f"/login{path}", body, **_told(headers))


def asynchronous(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
    async def call() -> Any:
        return await AsyncClient().generic(method, f"/login{path}", body, **_told(headers))

    return async_to_sync(call)()


def _told(headers: Mapping[str, str]) -> dict[str, Any]:
    """Return headers as Django's clients take them: the media type has a parameter of its own."""
    rest = dict(headers)
    return {"content_type": rest.pop("content-type", ""), "headers": rest}


@pytest.mark.parametrize("world", [blocking, asynchronous])
@pytest.mark.parametrize(("method", "path", "headers", "body"), CALLS)
def test_an_answer_is_that_of_the_asgi_app(
    world: Any, method: str, path: str, headers: Mapping[str, str], body: bytes
) -> None:
    wanted = asyncio.run(reference(method, path, headers, body))
    got = world(method, path, headers, body)
    assert got.status_code == wanted.status_code
    assert got.content == wanted.content
    ours = {name.lower(): value for name, value in got.items()}
    assert ours == dict(wanted.headers)


def test_every_endpoint_has_a_name_to_reverse() -> None:
    plain = [path for path in paths() if "{" not in path]
    names = {reverse(f"accredit:{path.rpartition('/')[2].removesuffix('.json')}") for path in plain}
    assert names == {f"/login{path}" for path in plain}
    assert reverse("accredit:notices", kwargs={"connection": "acme"}) == "/login/notices/acme"
    status = reverse("accredit:notices-status", kwargs={"connection": "acme", "code": "x"})
    assert status == "/login/notices/acme/status/x"


def paths() -> list[str]:
    return [endpoint.path for endpoint in ENDPOINTS]


def test_metadata_are_at_the_root_of_the_host_too() -> None:
    found = Client().get("/.well-known/oauth-authorization-server/login")
    assert (found.status_code, found.json()["issuer"]) == (200, ISSUER)
    assert Client().get("/.well-known/oauth-authorization-server/elsewhere").status_code == 404


def test_a_view_needs_neither_a_csrf_token_nor_djangos_login() -> None:
    middleware = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ]
    with override_settings(MIDDLEWARE=middleware):
        assert log_in(Client(enforce_csrf_checks=True)).status_code == 200


def test_a_body_that_a_middleware_has_read_is_read_again() -> None:
    request = RequestFactory().generic("POST", LOGIN, urlencode(GOOD), content_type=FORM["content-type"])
    assert request.POST["client_id"] == "app"
    match = resolve(LOGIN)
    assert match.func(request).status_code == 200


@pytest.mark.parametrize("world", [blocking, asynchronous])
def test_djangos_error_reports_show_no_token(world: Any) -> None:
    seen: list[object] = []

    def create(request: Any, *_: Any) -> User:
        seen.append(request.sensitive_post_parameters)
        raise RuntimeError

    ShopUsers.creates = create
    assert world("POST", "/oauth/access_token", FORM, urlencode(GOOD).encode()).status_code == 500
    assert seen == ["__ALL__"]


def test_a_client_that_leaves_while_it_sends_is_no_outage(shop: Shop) -> None:
    class Broken:
        def read(self, _: int = -1) -> bytes:
            raise OSError

    request = RequestFactory().generic("POST", LOGIN, "{}", content_type="application/json")
    request._stream = Broken()  # type: ignore[assignment]  # what WSGI brings
    assert resolve(LOGIN).func(request).status_code == 499
    assert [line["event"] for _, line in shop.log.events()][-1:] == ["exchange.abandoned"]


def test_the_adapter_runs_in_the_thread_of_the_view_in_both_worlds() -> None:
    threads: list[int] = []

    def create(*_: Any) -> User:
        threads.append(threading.get_ident())
        return User.objects.create_user(f"user {len(threads)}")

    ShopUsers.creates = create
    here = threading.get_ident()
    assert log_in().status_code == 200
    User.objects.all().delete()
    body = json.dumps(GOOD).encode()
    assert asynchronous("POST", "/oauth/access_token", JSON, body).status_code == 200
    assert threads == [here, here]


def test_an_exchange_answers_many_event_loops() -> None:
    async def verify() -> str:
        return (await exchange().averify("acme", ProviderToken.of("good-token"))).user_id

    assert {async_to_sync(verify)() for _ in range(3)} == {"1000"}


@pytest.mark.parametrize("sent", ["/login/oauth%2Faccess_token", "/login%2foauth/access_token?a=b"])
@pytest.mark.parametrize("variable", ["REQUEST_URI", "RAW_URI"])
def test_an_encoded_slash_is_no_slash(sent: str, variable: str) -> None:
    environ: dict[str, Any] = {variable: sent}
    answer = Client().post(LOGIN, GOOD, content_type="application/json", **environ)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    environ = {variable: f"{LOGIN}?back=a%2Fb"}
    assert Client().post(LOGIN, GOOD, content_type="application/json", **environ).status_code == 200


@pytest.mark.parametrize(("sent", "status"), [(b"/login/oauth%2Faccess_token", 404), (LOGIN.encode(), 200)])
def test_an_encoded_slash_is_no_slash_under_asgi(sent: bytes, status: int) -> None:
    request = AsyncRequestFactory().post(LOGIN, GOOD, content_type="application/json")
    request.scope = {**request.scope, "raw_path": sent}
    assert resolve(LOGIN).func(request).status_code == status
