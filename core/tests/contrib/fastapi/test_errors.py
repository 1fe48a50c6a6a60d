"""What Accredit raises in a route of the host's, and what becomes of it."""

from typing import Any

import httpx
import pytest
from core.tests.contrib.fastapi.host import host, make, shop
from fastapi import FastAPI
from fastapi.testclient import TestClient

from accredit import ExchangeError, ProviderToken
from accredit.contrib.fastapi import Accredit
from accredit.contrib.fastapi.refused import handler
from accredit.errors import AccessDenied, ProviderUnavailable, StorageFailed
from accredit.settings import CompatibilitySettings


def raising(error: Exception) -> Any:
    def app(accredit: Accredit) -> FastAPI:
        made = shop(accredit)

        @made.get("/fail")
        async def fail() -> None:
            raise error

        return made

    return app


@pytest.mark.parametrize(
    ("error", "status", "body", "headers"),
    [
        (
            ProviderUnavailable("the provider said: secret", retry_after_s=7),
            503,
            {
                "error": "temporarily_unavailable",
                "error_description": "the identity provider is not available, try again later",
            },
            {"retry-after": "7"},
        ),
        (AccessDenied("not today"), 401, {"error": "unauthorized", "error_description": "not today"}, {}),
    ],
)
async def test_a_refusal_in_a_route_of_the_hosts_gets_the_contracts_answer(
    error: ExchangeError, status: int, body: dict[str, str], headers: dict[str, str]
) -> None:
    async with host(app=raising(error)) as one:
        answer = await one.client.get("/fail")
        assert (answer.status_code, answer.json()) == (status, body)
        assert headers.items() <= dict(answer.headers).items()
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "application/json"


async def test_verify_in_a_route_says_who_it_is_and_refuses_by_itself() -> None:
    def app(accredit: Accredit) -> FastAPI:
        made = shop(accredit)

        @made.post("/sessions")
        async def log_in(token: str) -> str:
            return (await accredit.exchange.verify("acme", ProviderToken.of(token))).user_id

        return made

    async with host(app=app) as one:
        assert (await one.client.post("/sessions?token=good-token")).status_code == 200
        one.provider.error = httpx.ConnectError("down")
        answer = await one.client.post("/sessions?token=good-token")
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


async def test_the_operators_switch_for_messages_holds_here_too() -> None:
    async with host({"compatibility": {"error_message": True}}, raising(AccessDenied("no"))) as one:
        expected = {"error": "unauthorized", "error_description": "no", "message": "no"}
        assert (await one.client.get("/fail")).json() == expected
        expected = (await one.get("/me")).json()
        assert expected["message"] == expected["error_description"]


async def test_an_app_with_a_form_of_its_own_for_refusals_keeps_it() -> None:
    def app(accredit: Accredit) -> FastAPI:
        made = FastAPI(lifespan=accredit.lifespan)
        accredit.install(made)
        return made

    async with host(app=app) as one:
        assert (await one.client.get("/nowhere")).json() == {"detail": "Not Found"}


async def test_what_is_no_error_of_ours_is_left_alone() -> None:
    with pytest.raises(ValueError, match="theirs"):
        await handler(CompatibilitySettings())(None, ValueError("theirs"))  # type: ignore[arg-type]  # not looked at


async def test_a_storage_that_cannot_be_read_is_told_from_a_bad_token(monkeypatch: pytest.MonkeyPatch) -> None:
    async with host() as one:
        bearer = f"Bearer {await one.token()}"

        async def lost(*_: object) -> None:
            raise StorageFailed

        monkeypatch.setattr(one.accredit.exchange.engine.presented, "session_of", lost, raising=True)
        answer = await one.get("/me", bearer)
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")


def test_an_app_may_be_started_again() -> None:
    accredit, *_ = make()
    app = shop(accredit)
    for _ in range(2):
        with TestClient(app) as client:
            assert client.get("/login/readyz").status_code == 200


async def test_a_lifespan_of_the_hosts_own_may_open_it() -> None:
    accredit, *_ = make()
    async with accredit as opened:
        assert opened is accredit
        transport = httpx.ASGITransport(app=shop(accredit))
        async with httpx.AsyncClient(transport=transport, base_url="https://shop.example.com") as client:
            assert (await client.get("/login/readyz")).status_code == 200
