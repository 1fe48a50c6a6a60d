"""Claims hooks add, and never override."""

import asyncio
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from core.tests.bench import EVERYTHING, assert_refused, bench
from core.tests.oauth.access_token.verifier import verified

from accredit import AccessDenied, ExtraClaims, Login, hookimpl
from accredit.profile import SCOPE_CLAIMS

SERVER_ERROR = (500, "server_error", "the server could not complete the request")
RESERVED = (
    *("iss", "sub", "aud", "exp", "iat", "nbf", "jti", "client_id", "scope"),
    *("auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "cnf", "act", "sid"),
    *SCOPE_CLAIMS["email"],
    *SCOPE_CLAIMS["phone"],
)


class Adds:
    """Returns what it was given, or raises it."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    @hookimpl
    async def claims(self, login: Login) -> Any:
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


async def test_every_plugins_claims_are_added_each_to_its_token() -> None:
    first = ExtraClaims(access_token={"roles": ["admin"]}, id_token={"https://example.com/tier": 1})
    second = ExtraClaims(access_token={"tenant": "t1"})
    async with bench(plugins=[Adds(first), Adds(None), Adds(second)]) as wire:
        body = (await wire.post(scope="openid")).json()
        access = await verified(wire, body["access_token"], audience="https://login.example.com/")
        id_token = await verified(wire, body["id_token"], audience="app")

        assert (access["roles"], access["tenant"]) == (["admin"], "t1")
        assert id_token["https://example.com/tier"] == 1
        assert {"roles", "tenant"}.isdisjoint(id_token)
        assert "https://example.com/tier" not in access


async def test_id_token_claims_wait_for_an_id_token() -> None:
    async with bench(plugins=[Adds(ExtraClaims(id_token={"a": 1}))]) as wire:
        body = (await wire.post(scope="profile")).json()

        assert "a" not in await verified(wire, body["access_token"], audience="https://login.example.com/")


@pytest.mark.threat(32)
@pytest.mark.parametrize("name", RESERVED)
@pytest.mark.parametrize("token", ["access_token", "id_token"])
async def test_a_reserved_claim_is_refused(name: str, token: str) -> None:
    async with bench(plugins=[Adds(ExtraClaims(**{token: {name: "MARKED"}}))]) as wire:
        assert_refused(await wire.post(scope="openid offline_access"), *SERVER_ERROR)
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert wire.event.detail == f"a claims hook sets {name}"
        assert "MARKED" not in repr(wire.events)
        assert wire.storage.kept == {}


async def test_a_claim_that_is_there_is_refused_and_one_that_is_not_is_accepted() -> None:
    async with bench(plugins=[Adds(ExtraClaims(id_token={"name": "Eve", "nickname": "eve"}))]) as wire:
        assert_refused(await wire.post(scope="openid profile"), *SERVER_ERROR)
        assert wire.event.detail == "a claims hook sets name"

        body = (await wire.post(scope="openid")).json()
        assert (await verified(wire, body["id_token"], audience="app"))["name"] == "Eve"


async def test_two_plugins_may_not_set_one_claim() -> None:
    async with bench(plugins=[Adds(ExtraClaims(access_token={"a": 1})), Adds(ExtraClaims(access_token={"a": 1}))]) as w:
        assert_refused(await w.post(), *SERVER_ERROR)
        assert w.event.detail == "a claims hook sets a"


async def test_a_claims_hook_may_deny() -> None:
    async with bench(plugins=[Adds(AccessDenied("no role"))]) as wire:
        assert_refused(await wire.post(scope="offline_access"), 401, "unauthorized", "no role")
        assert wire.storage.kept == {}


@pytest.mark.threat(37)
@pytest.mark.parametrize(
    "outcome",
    [
        ValueError("MARKED"),
        TimeoutError(),
        asyncio.CancelledError(),
        {},
        {"roles": ["MARKED"]},
        True,
        False,
        "MARKED",
        [],
    ],
)
async def test_a_claims_hook_that_fails_refuses(outcome: object) -> None:
    async with bench(plugins=[Adds(outcome)]) as wire:
        assert_refused(await wire.post(scope=EVERYTHING), *SERVER_ERROR)
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)
        assert wire.storage.kept == {}


# Each is one that would break later: in a loop over it, in JSON, in UTF-8, or at the verifier's.
NO_CLAIMS: list[tuple[str, Any]] = [
    ("access_token", None),
    ("access_token", 7),
    ("access_token", {"at": datetime(2026, 1, 1, tzinfo=UTC)}),
    ("access_token", {"ratio": math.nan}),
    ("id_token", {b"MARKED": 1}),
    ("id_token", {"half": "\ud800"}),
    ("id_token", {"all": {"MARKED"}}),
]


@pytest.mark.parametrize(("token", "claims"), NO_CLAIMS, ids=repr)
async def test_claims_that_are_no_json_object_are_the_plugins_failure(token: str, claims: Any) -> None:
    async with bench(plugins=[Adds(ExtraClaims(**{token: claims}))]) as wire:
        assert_refused(await wire.post(scope=EVERYTHING), *SERVER_ERROR)
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)
        assert wire.storage.kept == {}
