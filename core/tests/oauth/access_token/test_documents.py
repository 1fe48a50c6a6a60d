"""A strategy that learns from a document of its provider where the keys are."""

from typing import Any

import httpx
import pytest
from core.tests.acme import ISSUER, Acme, AcmeSettings, answer
from core.tests.bench import NOW, Bench, assert_refused, bench

from accredit import Verification, VerifyContext
from accredit.credentials import Credential
from accredit.settings import HttpsUrl, ListOf

DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
KEYS = "https://keys.acme.example/jwks"
ACCEPTED = {"connections": {"acme": {"host_urls": ["https://keys.acme.example"]}}}


class DiscoverySettings(AcmeSettings):
    issuer: HttpsUrl = ISSUER
    jwks_url: Any = None
    host_urls: ListOf[HttpsUrl] = ()


class Discovers(Acme):
    settings_type = DiscoverySettings

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        document = await ctx.document(DISCOVERY)
        found = await ctx.verify_id_token(token, jwks_url=document["jwks_uri"], issuers={ISSUER}, algorithms=("ES256",))
        return Verification(user_id=found.subject, audience=found.audience, claims=found.claims)


class Wanders(Acme):
    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        await ctx.document("https://evil.example/.well-known/openid-configuration")
        raise AssertionError("never comes here")


def publish(wire: Bench, document: httpx.Response) -> None:
    """Let the provider have a document beside what it answers."""
    others = wire.provider.handle_async_request

    async def handle(request: httpx.Request) -> httpx.Response:
        if str(request.url) != DISCOVERY:
            return await others(request)
        wire.provider.requests.append(request)
        return document

    wire.provider.handle_async_request = handle  # type: ignore[method-assign]  # one more endpoint


def id_token(wire: Bench) -> str:
    claims = {"iss": ISSUER, "sub": "1000", "aud": "acme-app", "exp": NOW + 60, "iat": NOW}
    return wire.provider.key.sign(claims, typ="JWT")


async def test_keys_are_found_by_a_document_which_all_logins_share() -> None:
    async with bench(ACCEPTED, acme=Discovers) as wire:
        publish(wire, answer(200, {"jwks_uri": KEYS}))
        assert (await wire.post(access_token=id_token(wire))).status_code == 200
        assert [call.url for call in wire.event.calls] == [DISCOVERY, KEYS]
        wire.clock.now += 1
        assert (await wire.post(access_token=id_token(wire))).status_code == 200
        assert [str(request.url) for request in wire.provider.requests] == [DISCOVERY, KEYS]


@pytest.mark.threat(44)
async def test_a_document_that_names_a_host_which_nobody_has_accepted_leads_nowhere() -> None:
    async with bench(acme=Discovers) as wire:
        publish(wire, answer(200, {"jwks_uri": KEYS}))
        assert (await wire.post(access_token=id_token(wire))).status_code == 500
        assert (wire.event.reason, wire.event.detail) == (
            "plugin_failed",
            "the strategy did not declare the host keys.acme.example",
        )
        assert [str(request.url) for request in wire.provider.requests] == [DISCOVERY]


@pytest.mark.threat(44)
async def test_a_document_comes_from_a_declared_host_or_from_nowhere() -> None:
    async with bench(acme=Wanders) as wire:
        assert (await wire.post()).status_code == 500
        assert wire.event.detail == "the strategy did not declare the host evil.example"
        assert wire.provider.requests == []


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_a_document_that_cannot_be_had_means_try_again_and_an_alert(status: int) -> None:
    async with bench(ACCEPTED, acme=Discovers) as wire:
        publish(wire, answer(status, {"jwks_uri": KEYS}))
        response = await wire.post(access_token=id_token(wire))
        assert_refused(
            response, 503, "temporarily_unavailable", "the identity provider is not available, try again later"
        )
        [(level, alert), _] = wire.log.events()
        assert (level, alert["event"], alert["url"]) == ("critical", "document.fetch_failed", DISCOVERY)
