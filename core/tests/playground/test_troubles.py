"""What is wrong with storage, plugins or the server is told, and nothing is recorded that did not happen."""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from html import escape, unescape
from typing import Any
from urllib.parse import quote

import pytest
from core.tests.playground.room import Room

from accredit import AccessDenied, AppBound, Profile, Verification, VerifyContext
from accredit.errors import InvalidProviderToken, StorageFailed
from accredit.playground.recorder import Recorder


def failing(error: Exception) -> Any:
    async def fail(*_: object) -> None:
        raise error

    return fail


async def nothing(*_: object) -> None:
    return None


@pytest.fixture
def run(here: Room) -> str:
    here.see("send", connection="fake", sample="good-ada")
    return str(here.last.number)


def test_a_storage_that_does_not_answer_is_told(here: Room, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here.sandbox.exchange.engine.storage, "session", failing(StorageFailed("disk full")))

    answer = here.browser.get(f"/playground/runs/{run}")
    assert (answer.status_code, answer.text) == (503, "The sandbox's storage does not answer.\n")
    assert here.do("revoke", run=run).status_code == 503
    assert here.browser.get("/").status_code == 200


def test_a_session_that_is_not_stored_any_more_has_no_panel(
    here: Room, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "The session that it belongs to" in here.text(f"/playground/runs/{run}")
    monkeypatch.setattr(here.sandbox.exchange.engine.storage, "session", nothing)

    assert "The session that it belongs to" not in here.text(f"/playground/runs/{run}")
    assert here.do("refresh", run=run, token=run).status_code == 400


def test_a_token_whose_row_is_gone_was_used_long_ago(here: Room, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here.sandbox.exchange.engine.storage, "find", nothing)

    text = here.text(f"/playground/runs/{run}")
    assert "used It was replaced. If it is used again, two have it: then the session ends." in text


@pytest.mark.parametrize("samples", [[], None], ids=["none", "failing"])
def test_where_nobody_can_be_linked_that_is_told(
    here: Room, run: str, monkeypatch: pytest.MonkeyPatch, samples: Any
) -> None:
    before = here.recorder.recordings.newest()
    monkeypatch.setattr(here.provider.simulator, "samples", lambda: samples)

    assert here.do("link", run=run, connection="fake").status_code == 400
    assert here.recorder.recordings.newest() == before


def test_a_simulator_without_a_fresh_sample_links_nobody(here: Room, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here.provider.simulator, "fresh", lambda _: None)

    answer = here.do("link", run=run, connection="fake")
    assert (answer.status_code, "fresh of the simulator of 'fake' failed" in answer.text) == (500, True)


def test_a_plugin_that_refuses_to_unlink_is_told(here: Room, run: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = here.sandbox.exchange.engine

    async def identities(_: str) -> tuple[tuple[str, str], ...]:
        return (("fake", "7"),)

    monkeypatch.setattr(engine.subjects, "identities", identities)
    monkeypatch.setattr(here.sandbox.exchange.subjects, "unlink", failing(AccessDenied("not this one")))

    assert here.do("unlink", run=run, namespace="fake", user_id="7").status_code == 500


def test_where_the_server_has_not_answered_that_is_told(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here.recorder, "number_of", lambda _: None)

    answer = here.do("send", connection="fake", sample="good-ada")
    assert (answer.status_code, answer.text) == (502, "The sandbox's own server has not answered.\n")


class Hostile(dict[str, Any]):
    """Claims that cannot be copied, nor written."""

    def keys(self) -> Any:
        raise RuntimeError

    def __iter__(self) -> Any:
        raise RuntimeError


@pytest.mark.parametrize(
    "said",
    [None, "ada", Verification(user_id="1", audience=AppBound("123"), claims=Hostile())],
    ids=["None", "text", "hostile claims"],
)
@pytest.mark.parametrize("is_ours", [True, False])
def test_what_a_strategy_must_not_return_breaks_no_page(
    here: Room, monkeypatch: pytest.MonkeyPatch, said: Any, is_ours: bool
) -> None:
    async def verify(*_: object) -> Any:
        return said

    strategy = type(here.sandbox.exchange.engine.connections["fake"].strategy)
    monkeypatch.setattr(strategy, "verify", verify)

    here.see("time", seconds="31")
    if is_ours:
        here.do("send", connection="fake", sample="good-ada")
    else:
        here.login()
    assert here.last.status == 500
    assert "plugin_failed" in here.text(f"/playground/runs/{here.last.number}")


GIVEN = "EAAreal+token/of\"some'body<&>"


@pytest.mark.parametrize("place", ["detail", "url", "name of a claim", "claim", "fact", "description"])
def test_whatever_a_plugin_quotes_of_a_strangers_token_is_not_kept(
    here: Room, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    forms = [GIVEN, quote(GIVEN, ""), quote(GIVEN, "").lower(), json.dumps(GIVEN), escape(GIVEN), repr(GIVEN)]

    async def verify(_: object, __: object, ctx: VerifyContext) -> Verification:
        if place == "url":
            await ctx.http.get(f"{here.provider.url}/{quote(GIVEN, '')}")
        if place == "detail":
            raise InvalidProviderToken(" ".join(forms))
        if place == "description":
            raise AccessDenied(f"not {GIVEN}")
        claims = {"id": "1", "name": "Ada", "app": "123"}
        claims |= dict.fromkeys(forms, "x") if place == "name of a claim" else {"said": " ".join(forms)}
        return Verification(user_id="1", audience=AppBound("1"), claims=claims, facts={"said": GIVEN})

    monkeypatch.setattr(type(here.sandbox.exchange.engine.connections["fake"].strategy), "verify", verify)
    here.login(GIVEN)

    last = here.last
    said = None if last.verification is None else (last.verification.claims, last.verification.facts)
    kept = repr([said, *(getattr(last, name) for name in last.__slots__)])
    shown = here.browser.get(f"/playground/runs/{last.number}").text
    found = [one for one in forms for text in (kept, shown, unescape(shown)) if one in text or repr(one)[1:-1] in text]
    assert found == []


class Sly(Profile):
    """One that must not be, and fails when it is asked."""

    def claims(self) -> Any:
        raise SystemExit


class Worse(dict[str, Any]):
    """Claims that end the server."""

    def keys(self) -> Any:
        raise SystemExit


@pytest.mark.parametrize("is_ours", [True, False])
@pytest.mark.parametrize("kind", ["profile", "claims"])
def test_the_recorder_never_stands_in_the_way_of_an_answer(
    here: Room, monkeypatch: pytest.MonkeyPatch, kind: str, is_ours: bool
) -> None:
    strategy = type(here.sandbox.exchange.engine.connections["fake"].strategy)

    async def verify(*_: object) -> Verification:
        claims = Worse() if kind == "claims" else {"name": "Ada"}
        return Verification(user_id="1", audience=AppBound("123"), claims=claims)

    monkeypatch.setattr(strategy, "verify", verify)
    monkeypatch.setattr(strategy, "normalize", lambda *_: Sly(name="Ada"))
    if is_ours:
        here.do("send", connection="fake", sample="good-ada")
    else:
        assert here.login(f"fakesim-sly-{kind}")["error"] == "server_error"

    assert (here.last.status, here.last.event and here.last.event.reason) == (500, "plugin_failed")
    here.text(f"/playground/runs/{here.last.number}")


async def test_an_answer_in_parts_is_recorded_once_as_a_whole() -> None:
    recorder = Recorder()
    recorder.clock = lambda: 5

    async def app(_: object, __: object, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"Content-Type", b"application/json")]})
        await send({"type": "http.response.body", "body": b'{"a": ', "more_body": True})
        assert recorder.recordings.newest() == ()
        await send({"type": "http.response.body", "body": b"1}"})

    sent = await _answers(recorder, app)

    assert len(sent) == 3
    [one] = recorder.recordings.newest()
    assert (one.at, one.status, one.answer) == (5, 200, {"a": 1})
    assert one.answer_headers == {"content-type": "application/json"}


async def test_one_that_nobody_waits_for_is_recorded_without_an_answer() -> None:
    recorder = Recorder()

    async def app(_: object, __: object, ___: object) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await _answers(recorder, app)

    [one] = recorder.recordings.newest()
    assert (one.status, one.answer, one.event) == (0, None, None)


async def _answers(recorder: Recorder, app: Any) -> list[MutableMapping[str, Any]]:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        raise AssertionError("nothing is read")

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/oauth/access_token", "query_string": b"", "headers": []}
    await recorder.around(app)(scope, receive, send)
    return sent
