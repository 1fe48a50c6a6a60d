"""Where the router is, in which apps, and beside what."""

from collections.abc import Callable
from typing import Annotated, Any

import httpx
import pytest
from core.tests.bench import GOOD
from core.tests.contrib.fastapi.host import Host, host, make, shop
from fastapi import APIRouter, Body, Depends, FastAPI, HTTPException, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from accredit.contrib.fastapi import Accredit

DOCUMENT = ".well-known/openid-configuration"


def told(one: Host) -> list[dict[str, Any]]:
    return [event for _, event in one.log.events() if event["event"].startswith("host.")]


def below(*prefixes: str) -> Callable[[Accredit], FastAPI]:
    """Return an app that has the router below some prefixes, one router in the other."""

    def app(accredit: Accredit) -> FastAPI:
        router = accredit.router
        for prefix in reversed(prefixes[1:]):
            outer = APIRouter()
            outer.include_router(router, prefix=prefix)
            router = outer
        made = FastAPI(lifespan=accredit.lifespan)
        made.include_router(router, prefix=prefixes[0])
        accredit.install(made)
        return made

    return app


@pytest.mark.parametrize(
    ("issuer", "prefixes"),
    [
        ("https://shop.example.com/login/", ["/login"]),
        ("https://shop.example.com/login", ["/login"]),
        ("https://shop.example.com/", [""]),
        ("https://shop.example.com/api/v1/login/", ["/api", "/v1", "/login"]),
        ("https://shop.example.com/behind/a/proxy/login/", ["/login"]),
    ],
)
async def test_every_published_address_exists(issuer: str, prefixes: list[str]) -> None:
    async with host({"issuer": issuer}, below(*prefixes)) as one:
        document = (await one.client.get(f"{''.join(prefixes)}/{DOCUMENT}")).json()
        addresses = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
        assert len(addresses) >= 5
        if "proxy" not in issuer:
            for address in addresses:
                assert (await one.client.get(address)).status_code in {200, 401, 405}
        assert told(one) == []


@pytest.mark.parametrize(
    ("issuer", "prefix", "advice"),
    [
        ("https://shop.example.com/", "/login", "https://shop.example.com/login/"),
        ("https://shop.example.com/other/", "/login", "https://shop.example.com/login/"),
    ],
)
async def test_a_prefix_that_the_issuer_does_not_name_is_told_once(issuer: str, prefix: str, advice: str) -> None:
    async with host({"issuer": issuer}, below(prefix)) as one:
        for _ in range(3):
            assert (await one.client.get(f"{prefix}/{DOCUMENT}")).status_code == 200
        [event] = told(one)
        assert (event["event"], event["root_path"]) == ("host.issuer_mismatch", prefix)
        assert event["detail"].endswith(f'set issuer = "{advice}"')


async def test_an_issuer_with_a_path_that_no_prefix_names_is_no_mismatch_since_a_proxy_may_put_it_in_front() -> None:
    async with host(app=below("")) as one:
        await one.client.get(f"/{DOCUMENT}")
        assert told(one) == []


async def test_the_metadata_are_at_the_root_of_the_host_too() -> None:
    async with host() as one:
        root = await one.client.get("/.well-known/oauth-authorization-server/login")
        assert root.json() == (await one.client.get(f"/login/{DOCUMENT}")).json()


async def test_of_an_issuer_without_a_path_they_are_the_routers_own() -> None:
    async with host({"issuer": "https://shop.example.com"}, below("")) as one:
        assert [getattr(route, "path", "") for route in one.app.routes].count(
            "/.well-known/oauth-authorization-server"
        ) <= 1
        assert (await one.client.get("/.well-known/oauth-authorization-server")).status_code == 200


@pytest.mark.parametrize("root_path", ["/eu", "/eu/west"])
@pytest.mark.parametrize("whole", [True, False])
async def test_a_servers_root_path_counts_whether_or_not_the_path_holds_it(root_path: str, whole: bool) -> None:
    async with host({"issuer": f"https://shop.example.com{root_path}/login/"}) as one:
        transport = httpx.ASGITransport(app=one.app, root_path=root_path)
        async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
            path = f"{root_path}/login/{DOCUMENT}" if whole else f"/login/{DOCUMENT}"
            assert (await client.get(path)).status_code == 200
        assert told(one) == []


async def test_a_sub_app_has_it_and_the_outer_app_opens_it() -> None:
    def app(accredit: Accredit) -> FastAPI:
        outer, inner = FastAPI(lifespan=accredit.lifespan), FastAPI()
        inner.include_router(accredit.router, prefix="/login")
        outer.mount("/api", inner)
        return outer

    async with host({"issuer": "https://shop.example.com/api/login/"}, app) as one:
        answer = await one.client.post("/api/login/oauth/access_token", json=dict(GOOD))
        assert answer.status_code == 200
        assert told(one) == []


async def test_dependencies_of_the_hosts_run_before_the_endpoints_and_may_read_the_body() -> None:
    seen: list[bytes] = []

    async def limit(request: Request) -> None:
        seen.append(await request.body())
        if b"too-much" in seen[-1]:
            raise HTTPException(429, "slow down")

    def app(accredit: Accredit) -> FastAPI:
        made = FastAPI(lifespan=accredit.lifespan)
        made.include_router(accredit.router, prefix="/login", dependencies=[Depends(limit)])
        return made

    async with host(app=app) as one:
        assert (await one.client.post("/login/oauth/access_token", json=dict(GOOD))).status_code == 200
        assert (await one.client.post("/login/oauth/token", content=b"too-much")).status_code == 429
        assert (await one.client.head(f"/login/{DOCUMENT}")).status_code == 200
        assert len(seen) == 3
        assert (await one.client.options("/login/oauth/token")).status_code == 204  # a preflight passes by
        assert len(seen) == 3


async def test_a_bound_of_the_hosts_on_bodies_is_a_refusal_and_no_failure() -> None:
    def app(accredit: Accredit) -> FastAPI:
        made = shop(accredit)
        made.add_middleware(Small)
        return made

    async with host(app=app) as one:
        answer = await one.client.post("/login/oauth/access_token", json={**GOOD, "state": "x" * 100})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


class Small:
    """A middleware that counts bytes, as Starlette's `RequestBodyLimitMiddleware` does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def bounded() -> Message:
            message = await receive()
            if len(message.get("body", b"")) > 100:
                raise HTTPException(413, "Content Too Large")
            return message

        await self._app(scope, bounded, send)


async def test_a_body_field_of_the_hosts_dependency_does_not_swallow_the_request() -> None:
    async def peek(client_id: Annotated[str, Body(embed=True)] = "") -> None:
        assert client_id == "app"

    def app(accredit: Accredit) -> FastAPI:
        made = FastAPI(lifespan=accredit.lifespan)
        made.include_router(accredit.router, prefix="/login", dependencies=[Depends(peek)])
        return made

    async with host(app=app) as one:
        assert (await one.client.post("/login/oauth/access_token", json=dict(GOOD))).status_code == 200


def test_routes_have_names_by_which_a_hosts_metrics_tell_them_apart() -> None:
    accredit, *_ = make()
    names = [getattr(route, "name", "") for route in accredit.router.routes]
    assert len(set(names)) == len(names)
    assert {"exchange_token", "token", "userinfo", "jwks"} <= set(names)
