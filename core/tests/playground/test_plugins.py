"""Plugins of third parties appear by themselves; what is wrong with one is told, and stops nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from core.tests.playground.room import Room, seen

from accredit.testing import Sample

HOSTILE = '<script>alert(1)</script>\u202e"><b>'
SHOWN = '<script>alert(1)</script>\\u202e"><b>'


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object) -> Any:
        raise error

    return fail


def test_a_plugin_that_nobody_here_knows_is_there_with_its_samples(here: Room) -> None:
    text = here.text("/")

    assert "Providers fake" in text
    assert "Log in as Ada Lovelace" in text


@pytest.mark.parametrize("error", [RuntimeError("out of paper"), SystemExit(3), GeneratorExit()], ids=repr)
def test_a_simulator_that_fails_to_name_its_samples_is_told_and_the_page_stands(
    here: Room, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(here.provider.simulator, "samples", raising(error))

    text = here.text("/")
    assert f"accredit-fake 1.2: samples of the simulator of 'fake' failed: {type(error).__name__}" in text
    assert "Latest requests" in text
    assert here.do("send", connection="fake", sample="good-ada").status_code == 500
    assert here.do("paste", connection="fake", field="access_token", credential="fakesim-good-ada").status_code == 303
    assert here.last.status == 200


@pytest.mark.parametrize("answer", [None, 5, [None], ["good-ada"], [{}]], ids=repr)
def test_samples_that_are_none_are_told(here: Room, monkeypatch: pytest.MonkeyPatch, answer: Any) -> None:
    monkeypatch.setattr(here.provider.simulator, "samples", lambda: answer)

    assert "samples of the simulator of 'fake' failed: TypeError" in here.text("/")


@pytest.mark.parametrize("answer", [raising(RuntimeError("out of paper")), lambda _: None], ids=["raises", "None"])
def test_one_that_has_no_fresh_sample_is_told_and_the_page_stands(
    here: Room, monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Any]
) -> None:
    monkeypatch.setattr(here.provider.simulator, "fresh", answer)
    before = here.recorder.recordings.newest()

    failed = here.do("send", connection="fake", sample="good-ada")
    assert failed.status_code == 500
    assert "fresh of the simulator of 'fake' failed" in seen(failed)
    assert "Tokens to try" in seen(failed)
    assert here.recorder.recordings.newest() == before


def test_a_fresh_sample_is_what_is_sent(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    def fresh(sample: Sample) -> Sample:
        return replace(sample, parameters={"access_token": "fakesim-good-grace"})

    monkeypatch.setattr(here.provider.simulator, "fresh", fresh)

    assert "Grace Hopper" in here.see("send", connection="fake", sample="good-ada")


def test_names_of_programs_in_texts_of_plugins_are_set_as_such(here: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    [good, *_] = here.provider.simulator.samples()
    monkeypatch.setattr(here.provider.simulator, "samples", lambda: [good, replace(good, name="x", about="as `a:b`")])

    assert "as <code>a:b</code>" in here.browser.get("/").text


@pytest.fixture
def hostile(here: Room, monkeypatch: pytest.MonkeyPatch) -> Room:
    """A simulator whose every text is hostile."""
    [good, *_] = here.provider.simulator.samples()
    worst = [
        replace(good, name=HOSTILE, about=HOSTILE),
        replace(good, name=HOSTILE * 2, about=HOSTILE, expected=HOSTILE),
    ]
    monkeypatch.setattr(here.provider.simulator, "samples", lambda: worst)
    return here


def test_texts_of_plugins_stay_text(hostile: Room) -> None:
    page = hostile.browser.get("/")

    assert "<script>alert" not in page.text
    assert SHOWN in seen(page)
    sent = hostile.do("send", connection="fake", sample=HOSTILE)
    run = hostile.browser.get(sent.headers["location"])
    assert "<script>alert" not in run.text


@pytest.mark.parametrize("field", ["connection", "scope", "device", "state", HOSTILE])
def test_texts_of_strangers_stay_text(here: Room, field: str) -> None:
    here.post(**{"client_id": "sample-app", "access_token": "x", field: HOSTILE})

    run = here.browser.get(f"/playground/runs/{here.last.number}")
    assert run.status_code == 200
    assert "<script>alert" not in run.text
    assert "<script>alert" not in here.browser.get("/").text
