"""A host's own tests: people log in at simulated providers, with no network, port or file."""

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accredit import Exchange, ExchangeError, Settings, Verifier, load_settings, sync
from accredit.errors import InvalidProviderToken, ProviderUnavailable, WrongAudience
from accredit.testing import PEOPLE, Providers, simulated

OWN: dict[str, Any] = {
    "issuer": "https://shop.example.com/",
    "connections": {
        "facebook": {"app_id": "4711", "app_secret": "of-production", "namespace": "fb", "proxy": "http://proxy:3128"},
        "google-oauth2": {"client_ids": ["shop.apps.googleusercontent.com"]},
    },
    "clients": {"shop-app": {"connections": ["facebook", "google-oauth2"]}},
    "storage": {"url": "sqlite:///shop.db"},
    "keys": {"path": "shop-keys.json"},
}
"""A host's production settings."""


@pytest.fixture
def providers() -> Iterator[Providers]:
    with simulated("facebook", "google-oauth2") as providers:
        yield providers


@pytest.fixture(autouse=True)
def _nothing_leaves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Refuse every connection and port, and see that no file is written."""
    monkeypatch.chdir(tmp_path)

    def refuse(*given: object) -> None:
        raise AssertionError("a test of a host uses no network")

    for name in ("connect", "connect_ex", "bind", "listen"):
        monkeypatch.setattr(socket.socket, name, refuse, raising=True)
    yield
    assert os.listdir(tmp_path) == []


async def test_everybody_logs_in_with_the_settings_of_production(providers: Providers) -> None:
    async with Exchange(providers.settings(Settings.model_validate(OWN)), **providers.parts()) as exchange:
        for someone in providers.people:
            for strategy in ("facebook", "google-oauth2"):
                login = someone.login(strategy, client_id="shop-app", scope="openid email")
                assert login.expected == "accepted"
                tokens = await exchange(login.request)
                caller = await exchange.authenticate(tokens.access_token.get_secret_value())
                assert caller.subject.endswith(str(someone.number))


async def test_what_the_host_decides_about_a_connection_stays(providers: Providers) -> None:
    async with Exchange(providers.settings(Settings.model_validate(OWN)), **providers.parts()) as exchange:
        identity = await exchange.verify("facebook", providers.people.ada.login().token)
    assert (identity.namespace, identity.user_id) == ("fb", str(providers.people.ada.number))


async def test_the_block_may_be_asynchronous() -> None:
    async with simulated("facebook") as providers, Exchange(providers.settings(), **providers.parts()) as exchange:
        tokens = await exchange(providers.people.ada.login(scope="openid").request)
        assert tokens.id_token is not None


def test_one_block_serves_several_event_loops(providers: Providers) -> None:
    async def who() -> str:
        async with Exchange(providers.settings(), **providers.parts()) as exchange:
            return (await exchange.verify("facebook", providers.people.ada.login().token)).user_id

    assert {asyncio.run(who()) for _ in range(3)} == {str(providers.people.ada.number)}


def test_callers_without_an_event_loop_log_in_too(providers: Providers) -> None:
    with sync.Exchange(providers.settings(Settings.model_validate(OWN)), **providers.parts()) as exchange:
        tokens = exchange(providers.people.ada.login(client_id="shop-app", scope="openid").request)
        assert exchange.authenticate(tokens.access_token.get_secret_value()).subject.startswith("fb|")


@pytest.mark.parametrize(
    ("token", "refusal"),
    [("expired", InvalidProviderToken), ("revoked", InvalidProviderToken), ("foreign_app", WrongAudience)],
)
async def test_the_tokens_that_must_be_refused_go_by_name(
    providers: Providers, token: str, refusal: type[ExchangeError]
) -> None:
    async with Exchange(providers.settings(), **providers.parts()) as exchange:
        for someone in providers.people:
            for strategy in ("facebook", "google-oauth2"):
                login = someone.login(strategy, token=token)
                with pytest.raises(refusal):
                    await exchange(login.request)
                assert login.expected in {"invalid_token", "wrong_audience"}


async def test_a_provider_that_is_down_is_a_fault_of_one_login(providers: Providers) -> None:
    async with Exchange(providers.settings(), **providers.parts()) as exchange:
        with pytest.raises(ProviderUnavailable):
            await exchange(providers.people.ada.login("facebook", fault="unavailable-7").request)
        await exchange(providers.people.ada.login("facebook").request)


def test_a_login_is_the_form_that_an_app_posts(providers: Providers) -> None:
    login = providers.people.ada.login(
        "facebook", connection="facebook-game", client_id="shop-app", scope="openid", device="phone"
    )
    good = "EAAsim-good-ada"
    assert login == {
        "client_id": "shop-app",
        "connection": "facebook-game",
        "access_token": good,
        "scope": "openid",
        "device": "phone",
    }
    request = login.request
    assert (request.connection, request.scopes, request.device) == ("facebook-game", ("openid",), "phone")
    assert request.token.reveal() == good


def test_without_names_every_installed_provider_is_simulated() -> None:
    with simulated() as providers:
        assert {"facebook", "google-oauth2", "twitter", "weibo"} <= providers.connections.keys()
        login = providers.people.grace.login("twitter")
        assert login["access_token_secret"]
        with pytest.raises(LookupError, match=r"name the provider: .*facebook, "):
            providers.people.grace.login()


def test_the_first_provider_is_where_people_log_in(providers: Providers) -> None:
    assert providers.people.ada.login(client_id="my-app", scope="openid")["connection"] == "facebook"


def test_the_same_person_differs_by_provider_only_in_the_token(providers: Providers) -> None:
    ada = providers.people.ada
    assert ada.name == "Ada Lovelace"
    assert ada.email == "ada@example.com"
    facebook, google = (ada.login(name) for name in ("facebook", "google-oauth2"))
    assert {name for name in facebook if facebook[name] != google[name]} == {"connection", "access_token"}


def test_everybody_is_there_by_name(providers: Providers) -> None:
    assert [someone.person for someone in providers.people] == list(PEOPLE)
    assert [getattr(providers.people, one.key).person for one in PEOPLE] == list(PEOPLE)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"strategy": "facebok"}, r"'facebok' is not simulated here: facebook, google-oauth2"),
        ({"strategy": "facebook", "token": "golden"}, r"facebook has no token 'golden' of ada: good, .*expired"),
        ({"strategy": "facebook", "fault": "flood"}, r"no fault 'flood': .*unavailable"),
        ({"strategy": "facebook", "fault": "reset"}, r"fault 'reset' needs a connection of TCP"),
    ],
)
def test_a_wrong_name_is_answered_with_the_right_ones(
    providers: Providers, given: dict[str, str], sentence: str
) -> None:
    with pytest.raises(LookupError, match=sentence):
        providers.people.ada.login(given.pop("strategy"), **given)


def test_a_provider_nobody_has_installed_is_refused() -> None:
    with pytest.raises(LookupError, match=r"no installed plugin simulates 'facebok'; there are: .*facebook, "):
        simulated("facebok")


async def test_what_is_not_simulated_is_an_outage_and_no_call(providers: Providers) -> None:
    own = {**OWN, "connections": {**OWN["connections"], "weibo": {"app_key": "1", "app_secret": "s"}}}
    async with Exchange(providers.settings(Settings.model_validate(own)), **providers.parts()) as exchange:
        with pytest.raises(ProviderUnavailable):
            await exchange.verify("weibo", providers.people.ada.login().token)


async def test_nothing_answers_after_the_block() -> None:
    with simulated("facebook") as providers:
        login = providers.people.ada.login()
    async with Exchange(providers.settings(), **providers.parts()) as exchange:
        with pytest.raises(ProviderUnavailable):
            await exchange(login.request)


def test_the_simulated_addresses_can_never_be_reached_by_mistake(providers: Providers) -> None:
    for table in providers.connections.values():
        urls = [value for name, value in table.items() if name.endswith("_url")]
        assert urls
        assert all(".invalid/" in f"{url}/" for url in urls)


def test_tables_in_give_tables_out(providers: Providers, tmp_path: Path) -> None:
    replaced = providers.settings(OWN)
    assert replaced["clients"] == OWN["clients"]
    assert replaced["connections"]["facebook"]["app_id"] == providers.connections["facebook"]["app_id"]
    assert OWN["connections"]["facebook"]["app_id"] == "4711"
    assert "proxy" not in replaced["connections"]["facebook"]


async def test_several_connections_of_one_provider_are_all_simulated(providers: Providers) -> None:
    game = {"strategy": "facebook", "app_id": "4712", "app_secret": "of-production", "namespace": "game"}
    own = {
        **OWN,
        "connections": {**OWN["connections"], "facebook-game": game},
        "clients": {"shop-app": {"connections": ["facebook-game"]}},
    }
    login = providers.people.ada.login("facebook", connection="facebook-game", client_id="shop-app")
    async with Exchange(providers.settings(Settings.model_validate(own)), **providers.parts()) as exchange:
        await exchange(login.request)


async def test_seven_logins_with_one_token_cost_the_two_calls_of_one_and_no_new_key(providers: Providers) -> None:
    calls: list[str] = []
    answer = providers.transport.handle_async_request

    async def counted(request: Any) -> Any:
        calls.append(request.url.path)
        return await answer(request)

    providers.transport.handle_async_request = counted  # type: ignore[method-assign]  # to count
    async with Exchange(providers.settings(), **providers.parts()) as exchange:
        for _ in range(7):
            await exchange(providers.people.ada.login("facebook", scope="openid").request)
    assert len(calls) == 2


def test_the_keys_of_a_provider_are_made_once_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    with simulated("facebook", "google-oauth2") as first:
        first.people.ada.login("facebook", token="limited_login_good")
    monkeypatch.setattr("accredit.keys.jose.SigningKey.generate", lambda alg: pytest.fail("made another key"))
    with simulated("facebook", "google-oauth2") as second:
        assert second.people.ada.login("facebook", token="limited_login_good")["nonce"]


async def test_tokens_that_run_out_are_minted_by_the_clock_of_the_block() -> None:
    now = [1_000_000_000.0]
    with simulated("facebook", clock=lambda: now[0]) as providers:
        settings = providers.settings()
        async with Exchange(settings, clock=lambda: now[0], **providers.parts()) as exchange:
            for _ in range(3):
                now[0] += 7200
                await exchange(providers.people.ada.login(token="limited_login_good").request)


def test_settings_without_a_connection_stay_as_they_are(providers: Providers) -> None:
    own = load_settings(None, {"ACCREDIT_ISSUER": "https://shop.example.com/"})
    assert providers.settings(own).connections == {}
    assert providers.settings(own).issuer == own.issuer


async def test_a_verifier_needs_the_connections_and_the_transport(providers: Providers) -> None:
    login = providers.people.ada.login("google-oauth2")
    async with Verifier(connections=providers.connections, transport=providers.transport) as verifier:
        identity = await verifier.verify("google-oauth2", login.token)
    assert identity.profile.name == "Ada Lovelace"


def test_so_does_one_that_blocks(providers: Providers) -> None:
    login = providers.people.ada.login("google-oauth2")
    with sync.Verifier(connections=providers.connections, transport=providers.transport) as verifier:
        assert verifier.verify("google-oauth2", login.token).profile.name == "Ada Lovelace"
