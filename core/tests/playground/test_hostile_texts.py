"""What plugins, providers and strangers say is text on every page, whatever it looks like."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import httpx
import pytest
from core.tests.playground.room import Room
from core.tests.web.reading import Read

from accredit import AppBound, Profile, Verification
from accredit.errors import InvalidProviderToken

HOSTILE = "</textarea></title></script><script>x</script>\"'`><img src=x onerror=x>&lt;\u202e\x00\x1b[2J\x9b"
HALF = "\ud800"
OURS = {"/playground/live.js", "/playground/copy.js"}
ATTRIBUTES = {"action", "href", "src"}


def assert_it_is_text(page: httpx.Response, *, is_told: bool | None = True) -> None:
    """Check a page; `is_told` says whether it holds such a text, None where that depends on other tests."""
    found = Read(page.text).found
    assert {dict(attributes).get("src") for tag, attributes in found if tag == "script"} <= OURS
    assert {tag for tag, _ in found} & {"img", "iframe", "object", "style", "base"} == set()
    assert [name for _, attributes in found for name, _ in attributes if name.startswith("on") or name == "style"] == []
    targets = [value or "" for _, attributes in found for name, value in attributes if name in ATTRIBUTES]
    assert [one for one in targets if one and (not one.startswith(("/", "#", "?")) or one.startswith("//"))] == []
    assert [one for one in page.text if not one.isprintable() and one != "\n"] == []
    assert is_told in {None, "&lt;script&gt;" in page.text}


def test_what_a_simulator_calls_its_samples(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [replace(one, name=HOSTILE + one.name, about=HOSTILE + HALF) for one in here.provider.simulator.samples()]
    monkeypatch.setattr(here.provider.simulator, "samples", lambda: samples)
    assert_it_is_text(here.browser.get("/"))


def test_what_a_simulator_fails_with(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ValueError(HOSTILE + HALF)

    monkeypatch.setattr(here.provider.simulator, "samples", fail)
    assert_it_is_text(here.browser.get("/"))
    answer = here.do("send", connection="fake", sample="good-ada")
    assert answer.status_code == 500
    assert_it_is_text(answer)


@pytest.mark.parametrize("app", ["123", "456"])
@pytest.mark.parametrize("is_ours", [True, False])
def test_what_a_provider_says_of_somebody(here: Room, monkeypatch: pytest.MonkeyPatch, app: str, is_ours: bool) -> None:
    async def verify(*_: object) -> Verification:
        proof = AppBound(app if app == "123" else HOSTILE)
        return Verification(
            user_id="1<script>",
            audience=proof,
            claims={HOSTILE: HOSTILE + HALF},
            scopes=frozenset({HOSTILE}),
        )

    def normalize(_: object, said: Any) -> Profile:
        return Profile(name=str(next(iter(said.claims.values()), "")), preferred_username=HOSTILE)

    strategy = type(here.sandbox.exchange.engine.connections["fake"].strategy)
    monkeypatch.setattr(strategy, "verify", verify)
    monkeypatch.setattr(strategy, "normalize", normalize)
    if is_ours:
        here.do("send", connection="fake", sample="good-ada")
    else:
        here.login(f"fakesim-hostile-{app}", device="<script>x</script>", state="<script>")
    assert_it_is_text(here.browser.get(f"/playground/runs/{here.last.number}"))
    assert_it_is_text(here.browser.get("/"), is_told=None)


def test_what_a_refusal_says(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    class Odd(InvalidProviderToken):
        reason = HOSTILE
        description = HOSTILE

    async def verify(*_: object) -> Verification:
        raise Odd(HOSTILE)

    monkeypatch.setattr(type(here.sandbox.exchange.engine.connections["fake"].strategy), "verify", verify)
    here.login("fakesim-odd-token")
    assert_it_is_text(here.browser.get(f"/playground/runs/{here.last.number}"))
    assert_it_is_text(here.browser.get("/"))


@pytest.mark.parametrize("path", ["access_token", "<script>/%00%1b%5b2J%e2%80%ae/x"])
def test_what_a_stranger_sends(here: Room, path: str) -> None:
    body = json.dumps({"client_id": "<script>x", "<b>": HALF, "device": HOSTILE + HALF})
    headers = {"Authorization": "Basic <b><b>", "Content-Type": "application/json"}
    httpx.post(f"{here.url}/oauth/{path}", content=body, headers=headers, trust_env=False)
    assert_it_is_text(here.browser.get(f"/playground/runs/{here.last.number}"), is_told=path == "access_token")
    assert_it_is_text(here.browser.get("/"), is_told=None)
