"""Routes of the host's that ask for a token of ours. Source: RFC 6750 sections 2.1 and 3."""

from typing import Annotated

import httpx
import pytest
from core.tests.bench import GOOD, NOW
from core.tests.contrib.fastapi.host import API, ISSUER, host, make, shop, shown
from core.tests.oauth.support import SECRET, basic
from fastapi import Depends, FastAPI, Security, WebSocket
from fastapi.testclient import TestClient
from starlette.testclient import WebSocketDenialResponse

from accredit import AccessToken
from accredit.contrib.fastapi import Accredit
from accredit.errors import LifecycleError

INVALID = "the token is missing, malformed, expired, or not meant for this endpoint"


def assert_refused(answer: httpx.Response, status: int, error: str, challenge: str, description: str = INVALID) -> None:
    assert (answer.status_code, answer.json()) == (status, {"error": error, "error_description": description})
    assert answer.headers.get_list("www-authenticate") == [challenge]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"


async def test_a_good_token_tells_the_route_who_calls() -> None:
    async with host() as one:
        answer = await one.get("/me", f"Bearer {await one.token()}")
        assert answer.status_code == 200
        assert answer.json().startswith("acme|")
        lower_case = await one.get("/me", f"bearer  {await one.token()} ")
        assert lower_case.json() == answer.json()


@pytest.mark.parametrize("header", [None, "", "Basic YTpi", "DPoP abc", "Bear er", "token abc"])
async def test_who_sends_no_token_is_asked_for_one_and_not_blamed(header: str | None) -> None:
    async with host() as one:
        assert_refused(await one.get("/me", *([] if header is None else [header])), 401, "invalid_token", "Bearer")


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "bearer\t", "Bearer wrong", "Bearer a b", "Bearer " + "x" * 50_000]
)
async def test_a_token_that_is_none_is_refused(header: str) -> None:
    async with host() as one:
        assert_refused(await one.get("/me", header), 401, "invalid_token", 'Bearer error="invalid_token"')


async def test_several_authorization_headers_are_refused_whichever_is_good() -> None:
    async with host() as one:
        good = f"Bearer {await one.token()}"
        for pair in ((good, "Bearer wrong"), ("Basic YTpi", good), (good, good)):
            answer = await one.get("/me", *pair)
            sentence = "more than one way of sending the access token"
            assert_refused(answer, 400, "invalid_request", 'Bearer error="invalid_request"', sentence)


async def test_a_token_in_the_url_or_in_the_body_is_not_looked_for() -> None:
    async with host() as one:
        token = await one.token()
        assert_refused(await one.get(f"/me?access_token={token}"), 401, "invalid_token", "Bearer")


async def test_a_token_without_the_scope_is_told_which() -> None:
    async with host() as one:
        challenge = 'Bearer error="insufficient_scope", scope="read:orders"'
        answer = await one.get("/orders", f"Bearer {await one.token()}")
        assert_refused(answer, 403, "insufficient_scope", challenge, "the token lacks the scope read:orders")
        assert (await one.get("/orders", f"Bearer {await one.token(scope='read:orders')}")).status_code == 200


async def test_a_token_for_another_api_is_refused() -> None:
    async with host() as one:
        ours, theirs = await one.token(scope="read:orders"), await one.token(scope="read:orders", audience=API)
        assert (await one.get("/api", f"Bearer {theirs}")).status_code == 200
        assert (await one.get("/orders", f"Bearer {ours}")).status_code == 200
        for path, token in (("/api", ours), ("/orders", theirs)):
            assert_refused(await one.get(path, f"Bearer {token}"), 401, "invalid_token", 'Bearer error="invalid_token"')


async def test_a_token_that_has_expired_or_whose_session_or_user_is_gone_is_refused() -> None:
    async with host() as one:
        subject = (await one.get("/me", f"Bearer {await one.token()}")).json()
        blocked = await one.token()
        await one.accredit.exchange.subjects.block(subject)
        assert (await one.get("/me", f"Bearer {blocked}")).status_code == 401
        await one.accredit.exchange.subjects.unblock(subject)
        late = await one.token()
        one.clock.advance(one.accredit.exchange.settings.tokens.access_ttl_s)
        assert (await one.get("/me", f"Bearer {late}")).status_code == 401


async def test_a_clients_own_token_is_good_unless_only_users_may_call() -> None:
    async with host() as one:
        form = {"grant_type": "client_credentials"}
        answer = await one.client.post("/login/oauth/token", data=form, headers=basic("svc", SECRET))
        bearer = f"Bearer {answer.json()['access_token']}"
        assert (await one.get("/me", bearer)).json() == "svc@clients"
        assert_refused(await one.get("/users", bearer), 401, "invalid_token", 'Bearer error="invalid_token"')
        assert (await one.get("/users", f"Bearer {await one.token()}")).status_code == 200


async def test_scopes_asked_for_in_fastapis_own_way_count_too() -> None:
    def app(accredit: Accredit) -> FastAPI:
        made = shop(accredit)

        @made.get("/both")
        async def both(
            token: Annotated[AccessToken, Security(accredit.require("exchange"), scopes=["read:orders"])],
        ) -> str:
            return token.subject

        return made

    async with host({"clients": {"app": {"scopes": ["read:orders", "exchange"]}}}, app) as one:
        for scope, status in (("exchange", 403), ("read:orders", 403), ("exchange read:orders", 200)):
            assert (await one.get("/both", f"Bearer {await one.token(scope=scope)}")).status_code == status


async def test_an_app_that_was_not_prepared_refuses_in_fastapis_own_form() -> None:
    def app(accredit: Accredit) -> FastAPI:
        made = FastAPI(lifespan=accredit.lifespan)

        @made.get("/me")
        async def me(token: Annotated[AccessToken, Depends(accredit.require())]) -> str:
            return token.subject

        return made

    async with host(app=app) as one:
        answer = await one.get("/me", "Bearer wrong")
        assert (answer.status_code, answer.json()) == (401, {"detail": INVALID})
        assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
        assert answer.headers["content-type"] == "application/json"


def test_equal_arguments_give_the_same_dependency_so_tests_override_it() -> None:
    accredit, *_ = make()
    app = shop(accredit)
    assert accredit.require(" read:orders ") is accredit.require("read:orders")
    assert (
        len({accredit.require("a"), accredit.require("a", audience=API), accredit.require("a", users_only=True)}) == 3
    )

    somebody = AccessToken("user-1", "app", ISSUER, ("read:orders",), NOW)
    app.dependency_overrides[accredit.require("read:orders")] = lambda: somebody
    with TestClient(app) as client:
        assert client.get("/orders").json() == "user-1"
        assert client.get("/me").status_code == 401


def test_without_its_lifespan_an_app_says_what_is_missing() -> None:
    accredit, _, _, log, _ = make()
    client = TestClient(shop(accredit))
    assert client.post("/login/oauth/access_token", json=dict(GOOD)).status_code == 500
    [(level, event)] = log.events()
    assert (level, event["reason"]) == ("critical", "not_open")
    assert "with TestClient(app) as client" in event["detail"]
    with pytest.raises(LifecycleError, match=r"the exchange is not open.*with TestClient\(app\) as client"):
        client.get("/me", headers={"Authorization": "Bearer any"})


async def test_two_apps_of_one_process_take_their_own_tokens_only() -> None:
    async with host() as one, host({"issuer": "https://other.example.com/login/"}) as other:
        token = f"Bearer {await one.token()}"
        assert ((await one.get("/me", token)).status_code, (await other.get("/me", token)).status_code) == (200, 401)


def test_two_issuers_in_one_app_are_two_security_schemes() -> None:
    accredit, *_ = make()
    staff, *_ = make({"issuer": "https://shop.example.com/staff/"})
    app = FastAPI()
    for prefix, one in (("/login", accredit), ("/staff", staff)):
        app.include_router(one.router, prefix=prefix)
        app.get(f"{prefix}-me", dependencies=[Depends(one.require("admin"))])(lambda: None)
    document = app.openapi()
    assert list(document["components"]["securitySchemes"]) == ["shop.example.com-login", "shop.example.com-staff"]
    assert document["paths"]["/staff-me"]["get"]["security"] == [{"shop.example.com-staff": shown("admin")}]


def test_a_websocket_may_ask_for_a_token() -> None:
    accredit, *_ = make()
    app = shop(accredit)

    @app.websocket("/live")
    async def live(socket: WebSocket, token: Annotated[AccessToken, Depends(accredit.require())]) -> None:
        await socket.accept()
        await socket.send_text(token.subject)
        await socket.close()

    with TestClient(app, base_url="https://shop.example.com") as client:
        login = client.post(
            "/login/oauth/access_token", json={"client_id": "app", "connection": "acme", "access_token": "good-token"}
        )
        bearer = {"Authorization": f"Bearer {login.json()['access_token']}"}
        with client.websocket_connect("/live", headers=bearer) as socket:
            assert socket.receive_text().startswith("acme|")
        with pytest.raises(WebSocketDenialResponse) as refused, client.websocket_connect("/live"):
            pass
        assert (refused.value.status_code, refused.value.headers["www-authenticate"]) == (401, "Bearer")
