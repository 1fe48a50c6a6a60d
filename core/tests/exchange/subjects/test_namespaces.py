"""Two connections of one strategy: `1000` at one app is not `1000` at the other."""

from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.acme import ADA, Acme
from core.tests.bench import Bench, assert_refused, bench
from core.tests.oauth.support import refresh

from accredit import Identity, Login, Subject, hookimpl

GAME: Mapping[str, Any] = {"client_id": "other", "connection": "acme-game", "access_token": "game"}


class AppScoped(Acme):
    """Gives out ids that mean one person within one app."""

    user_id_scope = "app"


def settings(policy: str = "stateless", **game: Any) -> Mapping[str, Any]:
    return {
        "subjects": {"policy": policy},
        "connections": {"acme-game": {"namespace": "acme-game", **game}},
        "clients": {"other": {"connections": ["acme-game", "acme"]}},
    }


async def sub_of(wire: Bench, **parameters: Any) -> str | None:
    wire.provider.people["game"] = {**ADA, "app": "acme-game-app"}
    response = await wire.post(**parameters)
    assert response.status_code == 200, response.json()
    return wire.events[-1].subject


@pytest.mark.threat(43)
@pytest.mark.parametrize("policy", ["stateless", "create"])
async def test_an_id_at_one_app_is_another_user_than_the_same_id_at_the_other(policy: str) -> None:
    async with bench(settings(policy), acme=AppScoped) as wire:
        assert await sub_of(wire) == "acme|1000"
        assert await sub_of(wire, **GAME) == "acme-game|1000"
        assert await sub_of(wire) == "acme|1000"


@pytest.mark.threat(43)
async def test_a_link_and_a_block_of_one_do_not_concern_the_other() -> None:
    async with bench(settings(), acme=AppScoped) as wire:
        await sub_of(wire, **GAME)
        await wire.exchange.subjects.link("acme-game", "1000", "ada")
        await wire.exchange.subjects.block("acme|1000")

        assert await sub_of(wire, **GAME) == "ada"
        assert_refused(await wire.post(), 401, "unauthorized", "user is blocked")
        await wire.exchange.subjects.unlink("acme-game", "1000")
        await wire.exchange.subjects.unblock("acme|1000")
        assert_refused(await wire.post(**GAME), 401, "unauthorized", "user is not linked")
        assert await sub_of(wire) == "acme|1000"


@pytest.mark.threat(43)
async def test_a_signed_in_user_links_the_identity_of_the_namespace_and_no_other() -> None:
    async with bench(settings(), acme=AppScoped) as wire:
        token = (await wire.post(client_id="other")).json()["access_token"]
        assert await sub_of(wire, **GAME, main_access_token=token) == "acme|1000"

        assert await sub_of(wire, **GAME) == "acme|1000"
        assert await wire.exchange.subjects.identities("acme|1000") == (("acme-game", "1000"),)


@pytest.mark.threat(43)
async def test_unlinking_ends_the_logins_of_that_namespace_only() -> None:
    async with bench(settings(), acme=AppScoped) as wire:
        await sub_of(wire)
        tokens = {}
        for name, request in (("acme", {}), ("acme-game", GAME)):
            tokens[name] = (await wire.post(**request, scope="offline_access")).json()["refresh_token"]
        await wire.exchange.subjects.unlink("acme-game", "1000")

        assert (await refresh(wire, tokens["acme-game"], client_id="other")).status_code == 403
        assert (await refresh(wire, tokens["acme"])).status_code == 200


async def test_hooks_see_the_namespace_at_login_and_at_refresh() -> None:
    seen: list[str] = []

    class Looks:
        @hookimpl
        async def authorize(self, login: Login) -> None:
            seen.append(login.identity.namespace)

    async with bench(settings(), acme=AppScoped, plugins=[Looks()]) as wire:
        await sub_of(wire, **GAME)
        token = (await wire.post(**GAME, scope="offline_access")).json()["refresh_token"]
        await refresh(wire, token, client_id="other")
    assert seen == ["acme-game"] * 3


@pytest.mark.threat(41, 43)
async def test_a_plugin_that_builds_a_subject_of_the_strategys_name_takes_nobody_elses() -> None:
    class Builds:
        @hookimpl
        async def resolve_subject(self, identity: Identity) -> Subject:
            return Subject(f"{identity.strategy}|{identity.user_id}")

    async with bench(settings(), acme=AppScoped, plugins=[Builds()]) as wire:
        wire.provider.people["game"] = {**ADA, "app": "acme-game-app"}
        assert_refused(await wire.post(**GAME), 500, "server_error", "the server could not complete the request")
        assert wire.event.detail.endswith("which this identity is not linked to")
        assert await sub_of(wire) == "acme|1000"


@pytest.mark.threat(41, 43)
async def test_a_namespace_is_no_subject_of_a_plugins_own_either() -> None:
    class Names:
        @hookimpl
        async def resolve_subject(self) -> Subject:
            return Subject("acme-game|1000")

    async with bench(settings(), acme=AppScoped, plugins=[Names()]) as wire:
        assert (await wire.post()).status_code == 500
        assert await sub_of(wire, **GAME) == "acme-game|1000"
