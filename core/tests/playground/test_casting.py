"""Who is who in what the buttons send."""

import dataclasses
from collections.abc import Sequence

import pytest
from core.tests.playground.room import Room

from accredit.explaining.page.cast import NOBODY, Cast
from accredit.playground.casting import cast_of, sender_of
from accredit.testing import ACCEPTED, Sample

QUIZ = "the quiz app"


def sample(name: str, expected: str = ACCEPTED, *, field: str = "access_token", is_foreign: bool = False) -> Sample:
    return Sample(name=name, about="", parameters={field: name}, expected=expected, is_foreign=is_foreign)


SAMPLES = (
    sample("good-ada"),
    sample("code-grace", field="code"),
    sample("named-ada", "wrong_audience"),
    sample("quiz-ada", "wrong_audience", is_foreign=True),
    sample("hidden-ada", "invalid_token", is_foreign=True),
    sample("old", "invalid_token"),
    sample("old-grace", "invalid_token"),
    sample("alone", "invalid_token"),
)


@pytest.mark.parametrize(
    ("name", "others", "cast"),
    [
        ("good-ada", (), Cast(person="Ada Lovelace")),
        ("good-ada", (456,), Cast(person="Ada Lovelace")),
        ("code-grace", (), Cast(person="Grace Hopper", shown="code")),
        ("named-ada", (456,), Cast(person="Ada Lovelace", other_app=QUIZ)),
        ("named-ada", (), Cast(person="Ada Lovelace")),
        ("quiz-ada", (), Cast(person="Ada Lovelace", other_app=QUIZ, is_foreign=True)),
        ("hidden-ada", (), Cast(person="Ada Lovelace", other_app=QUIZ, is_foreign=True)),
        ("old", (), Cast(person="Ada Lovelace")),
        ("old-grace", (), Cast(person="Grace Hopper")),
        ("alone", (), Cast()),
        ("", (456,), NOBODY),
        ("nowhere", (), NOBODY),
    ],
)
def test_names_come_from_the_sample_and_from_the_apps_that_the_provider_names(
    here: Room, name: str, others: Sequence[object], cast: Cast
) -> None:
    assert cast_of(dataclasses.replace(here.provider, samples=SAMPLES), name, others) == cast


def test_where_only_codes_are_taken_everything_is_a_code(here: Room) -> None:
    provider = dataclasses.replace(here.provider, samples=SAMPLES, accepts_only_codes=True)
    assert cast_of(provider, "good-ada").shown == "code"


def test_a_page_of_another_apps_token_calls_it_the_quiz_apps(here: Room) -> None:
    text = here.see("send", connection="fake", sample="foreign-ada")
    assert "it was made for the quiz app" in text
    assert "sent by an app, by a button (about foreign-ada)" in text
    assert "sent by your app, by a button (about good-ada)" in here.see("send", connection="fake", sample="good-ada")


@pytest.mark.parametrize(
    ("name", "sender"),
    [("good-ada", "your app"), ("old", "your app"), ("named-ada", "an app"), ("quiz-ada", QUIZ), ("hidden-ada", QUIZ)],
)
def test_only_a_sample_that_surely_is_the_quiz_apps_is_sent_by_it(name: str, sender: str) -> None:
    assert sender_of(next(one for one in SAMPLES if one.name == name)) == sender


def test_a_token_that_nobody_here_has_made_is_told_where_there_are_some(here: Room) -> None:
    said = "it knows only tokens that it has made itself"
    assert said in here.see("paste", connection="fake", field="access_token", credential="abc")
    assert said not in here.see("send", connection="fake", sample="expired-ada")
    assert said not in here.see("paste", connection="fake", field="access_token", credential="fakesim-good-grace")


def test_after_the_story_the_page_leads_on_to_all_tokens_of_the_provider(here: Room) -> None:
    way_on = "Next: try other tokens"
    assert way_on in here.see("send", connection="fake", sample="foreign-ada")
    assert way_on not in here.see("paste", connection="fake", field="access_token", credential="abc")
