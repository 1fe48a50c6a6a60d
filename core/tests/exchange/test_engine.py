"""The engine's life, the first half of an exchange, and the last line of defence."""

import asyncio
import sqlite3
import traceback
from pathlib import Path
from typing import Any

import httpx
import pytest
from core.tests.acme import ADA, Acme, Brings, Globex, acme_that
from core.tests.bench import SETTINGS, Bench, assert_refused, bench, good_request

from accredit import Exchange, ProviderToken, Settings, VerifyContext
from accredit import errors as e
from accredit.audience import AppBound
from accredit.credentials import Credential
from accredit.storage import MemoryStorage, RefreshToken, Session, SqliteStorage

UNAVAILABLE = (503, "temporarily_unavailable", "the service is not available, try again later")
SERVER_ERROR = (500, "server_error", "the server could not complete the request")


async def test_the_python_call_returns_tokens(wire: Bench) -> None:
    tokens = await wire.exchange(good_request(scopes=("openid", "offline_access", "nonsense")))

    assert (tokens.subject, tokens.scopes, tokens.expires_in) == ("acme|1000", ("openid", "offline_access"), 86_400)
    assert tokens.id_token is not None
    assert tokens.refresh_token is not None
    for secret in (tokens.access_token, tokens.id_token, tokens.refresh_token):
        assert secret.get_secret_value() not in repr(tokens)


async def test_the_python_call_raises_a_refusal(wire: Bench) -> None:
    with pytest.raises(e.UnknownClient):
        await wire.exchange(good_request(client_id="nobody"))

    assert wire.event.reason == "unknown_client"


@pytest.mark.parametrize(
    ("settings", "kind"),
    [("accredit.toml", "str"), (Path("accredit.toml"), "PosixPath"), ({"issuer": "a-secret"}, "dict")],
)
def test_what_is_no_settings_is_told_what_makes_them(settings: Any, kind: str) -> None:
    with pytest.raises(e.ConfigurationError, match=rf"not {kind}: `load_settings\(path\)`.*model_validate") as told:
        Exchange(settings)

    assert "a-secret" not in str(told.value)


async def test_the_first_half_says_who_it_is_and_issues_nothing(wire: Bench) -> None:
    identity = await wire.exchange.verify("acme", ProviderToken.of("good-token"))

    assert (identity.connection, identity.strategy, identity.user_id) == ("acme", "acme", "1000")
    assert identity.audience == AppBound("acme-app")
    assert identity.profile.name == ADA["name"]
    assert (wire.event.outcome, wire.event.client_id, wire.event.subject) == ("accepted", "", None)
    assert wire.storage.kept == {}


@pytest.mark.parametrize(
    ("connection", "token", "error"),
    [
        ("nope", "good-token", e.ConnectionNotFound),
        ("off", "good-token", e.ConnectionDisabled),
        ("acme", "bad-token", e.InvalidProviderToken),
        ("acme", "foreign-token", e.WrongAudience),
        ("acme-game", "good-token", e.WrongAudience),
    ],
)
async def test_the_first_half_refuses_as_the_whole_does(
    wire: Bench, connection: str, token: str, error: type[e.ExchangeError]
) -> None:
    with pytest.raises(error):
        await wire.exchange.verify(connection, ProviderToken.of(token))

    assert (wire.event.reason, wire.event.status) == (error.reason, error.status)


@pytest.mark.parametrize(
    ("connection", "detail"),
    [("nope", "configured: acme, acme-game, globex"), ("off", "connections.off.enabled is false")],
)
async def test_the_event_of_a_wrong_connection_names_what_is_right(wire: Bench, connection: str, detail: str) -> None:
    with pytest.raises(e.InvalidRequest):
        await wire.exchange.verify(connection, ProviderToken.of("good-token"))

    assert wire.event.detail == detail


async def test_the_event_of_a_connection_not_for_this_client_says_where_to_name_it(wire: Bench) -> None:
    await wire.post(client_id="other", connection="acme")

    assert wire.event.reason == "connection_disabled"
    assert wire.event.detail.endswith("name it in the `connections` of the client")


ADVICE = "compare the credentials under connections.acme with the provider's dashboard"


@pytest.mark.parametrize(("said", "detail"), [("code 190", f"code 190; {ADVICE}"), ("", ADVICE)])
async def test_the_event_of_refused_credentials_says_which_settings_to_look_at(said: str, detail: str) -> None:
    async def refuse(_: Credential, __: VerifyContext) -> None:
        raise e.ProviderMisconfigured(said)

    async with bench(acme=acme_that(refuse)) as wire:
        with pytest.raises(e.ProviderMisconfigured):
            await wire.exchange.verify("acme", ProviderToken.of("good-token"))

        assert (wire.event.reason, wire.event.detail) == ("provider_misconfigured", detail)


async def test_a_cancelled_exchange_leaves_an_event_and_no_row() -> None:
    asked = asyncio.Event()

    async def wait(_: Credential, __: VerifyContext) -> None:
        asked.set()
        await asyncio.Event().wait()

    async with bench(acme=acme_that(wait)) as wire:
        task = asyncio.create_task(wire.exchange(good_request(scopes=("offline_access",))))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

        assert (wire.event.reason, wire.event.outcome, wire.event.alert) == ("abandoned", "abandoned", False)
        assert wire.event.status == 499
        assert wire.storage.kept == {}


class BrokenStorage(MemoryStorage):
    """A store that cannot store."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        raise self.error


async def test_no_token_leaves_without_its_row() -> None:
    async with bench(storage=BrokenStorage(e.StorageFailed("SQLite: OperationalError"))) as wire:
        assert_refused(await wire.post(scope="openid offline_access"), *UNAVAILABLE)
        assert (wire.event.reason, wire.event.detail) == ("storage_failed", "SQLite: OperationalError")
        assert wire.event.alert is True
        assert_refused(await wire.post(scope="openid"), *UNAVAILABLE)  # its session is a row as well


async def test_without_a_session_there_is_no_row_to_wait_for() -> None:
    storage = BrokenStorage(e.StorageFailed("SQLite: OperationalError"))
    async with bench({"tokens": {"sessions": "offline_access"}}, storage=storage) as wire:
        assert (await wire.post(scope="openid")).status_code == 200
        assert_refused(await wire.post(scope="openid offline_access"), *UNAVAILABLE)


async def test_a_bug_of_ours_is_an_alert_and_shows_nothing() -> None:
    async with bench(storage=BrokenStorage(RuntimeError("MARKED"))) as wire:
        assert_refused(await wire.post(scope="openid offline_access"), *SERVER_ERROR)
        assert (wire.event.reason, wire.event.alert) == ("internal", True)
        assert wire.event.detail.startswith("RuntimeError in BrokenStorage.start (test_engine.py:")
        assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)


async def test_signing_fails_before_anything_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    async with bench() as wire:
        monkeypatch.setattr(wire.exchange.engine.keys.current, "sign", lambda *_, **__: 1 / 0)

        assert_refused(await wire.post(scope="openid offline_access"), *SERVER_ERROR)
        assert wire.storage.kept == {}


async def test_an_exchange_makes_what_it_was_not_given_and_opens_again(tmp_path: Path) -> None:
    settings = {
        **SETTINGS,
        "keys": {"path": str(tmp_path / "keys.json")},
        "storage": {"url": f"sqlite:///{tmp_path / 'sessions.db'}"},
        "tokens": {"signing_alg": "EdDSA"},
    }
    exchange = Exchange(Settings.model_validate(settings), plugins=[Brings(Acme, Globex)])

    async with exchange:
        kid = exchange.engine.keys.current.kid
        assert exchange.engine.keys.algorithms == ("EdDSA",)
        assert exchange.engine.http(["https://api.acme.example"]).calls == []
    async with exchange:
        assert exchange.engine.keys.current.kid == kid
        assert exchange.engine.http(["https://api.acme.example"]).calls == []
    assert (tmp_path / "sessions.db").exists()


async def test_a_transport_that_was_given_stays_its_owners() -> None:
    class Owned(httpx.MockTransport):
        closed = False

        async def aclose(self) -> None:
            self.closed = True

    transport = Owned(lambda _: httpx.Response(200, json=ADA))
    async with bench() as wire:
        keys = wire.exchange.engine.keys
        settings = wire.exchange.settings
    async with Exchange(settings, plugins=[Brings(Acme, Globex)], transport=transport, keys=keys) as exchange:
        assert (await exchange.verify("acme", ProviderToken.of("good-token"))).user_id == "1000"
    assert transport.closed is False


async def test_no_parameter_can_stop_the_writer_of_the_database(tmp_path: Path) -> None:
    path = tmp_path / "sessions.db"
    async with bench(storage=SqliteStorage(str(path))) as wire, asyncio.timeout(5):
        odd = await wire.post(scope="offline_access", device="half \ud800")
        good = await wire.post(scope="offline_access", device="whole 💥")

        assert odd.status_code in {200, 400}
        assert good.status_code == 200
    rows = sqlite3.connect(path)
    assert ("whole 💥",) in rows.execute("SELECT device FROM sessions").fetchall()
    rows.close()


async def test_a_bug_of_ours_raises_an_error_that_quotes_nothing() -> None:
    async with bench(storage=BrokenStorage(RuntimeError("MARKED"))) as wire:
        with pytest.raises(e.InternalFailure) as raised:
            await wire.exchange(good_request(scopes=("offline_access",)))

    assert "MARKED" not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("step", ["parse", "token_body"])
async def test_a_bug_outside_the_exchange_answers_the_same_and_leaves_an_event(
    step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("MARKED")

    monkeypatch.setattr(f"accredit.oauth.access_token.{step}", broken)
    async with bench() as wire:
        response = await wire.post({"Origin": "https://app.example.com"}, scope="openid")

        assert_refused(response, *SERVER_ERROR)
        assert response.headers["access-control-allow-origin"] == "https://app.example.com"
        last = wire.events[-1]
        assert (last.outcome, last.reason, last.alert) == ("failed", "internal", True)
        assert last.detail.startswith("RuntimeError in ")
        assert [check.name for check in last.checks] == ["parse" if step == "parse" else "respond"]
        assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)
