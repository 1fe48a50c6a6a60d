from __future__ import annotations

import re

import pytest
from core.tests.playground.room import Room, seen

from accredit.playground.pages.fault_names import name_of
from accredit.playground.pages.spans import in_words
from accredit.settings.tables import LimitSettings
from accredit.testing import FAULTS


def test_the_start_page_tells_the_story_with_two_buttons_in_order(here: Room) -> None:
    text = here.text("/")

    assert text.index("Ada logs in to your app") < text.index("The quiz app sends Ada's token to your server")
    assert "A token is like a ticket: it is good for one place and for a short time." in text
    assert "has a number or a name at fake: 123 ." in text
    assert all(party in text for party in ("Ada uses your app", "The quiz app is", "The provider is", "Accredit runs"))


def test_choosing_a_provider_leads_to_the_story_that_is_told_with_it(here: Room) -> None:
    assert re.findall(r'<a href="([^"]*)" aria-current="true">fake<', here.browser.get("/").text) == [
        "/?connection=fake"
    ]


def test_each_sample_is_a_button_below_what_must_come_of_it(here: Room) -> None:
    text = here.text("/?connection=fake")

    assert text.index("Log in as Ada Lovelace") < text.index("Kept out, and why")
    assert text.index("(1) wrong_audience about foreign-ada foreign-ada") < text.index("about expired-ada expired-ada")


def test_a_sample_is_sent_and_leads_on_to_what_became_of_it(here: Room) -> None:
    text = here.see("send", connection="fake", sample="good-ada")

    assert "accepted" in text
    assert here.last.fields["access_token"] == "fakesim-good-ada"
    assert (here.last.sent.label, here.last.sent.sample) == ("your app, by a button (about good-ada)", "good-ada")


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("send", {"connection": "nowhere", "sample": "good-ada"}),
        ("send", {"connection": "fake", "sample": "nobody"}),
        ("send", {}),
        ("paste", {"connection": "nowhere", "field": "access_token", "credential": "x"}),
        ("paste", {"connection": "fake", "field": "client_id", "credential": "x"}),
        ("paste", {"connection": "fake", "field": "access_token", "credential": " "}),
        ("paste", {"connection": "fake", "field": "code", "credential": "x"}),
        ("fault", {"connection": "nowhere", "fault": "error"}),
        ("fault", {"connection": "fake", "fault": "nothing"}),
        ("fault", {"connection": "fake", "fault": "error-x"}),
        ("keys", {"connection": "fake", "do": "rotate"}),
        ("keys", {"connection": "nowhere", "do": "rotate"}),
        ("time", {"seconds": "30"}),
        ("time", {"seconds": "-31"}),
        ("time", {"seconds": "31", "back": "//evil.example"}),
    ],
    ids=str,
)
def test_what_cannot_be_done_is_refused_and_nothing_happens(here: Room, action: str, fields: dict[str, str]) -> None:
    before, ahead = here.recorder.recordings.newest(), here.sandbox.clock.ahead_s

    assert here.do(action, **fields).status_code == 400
    assert here.recorder.recordings.newest() == before
    assert (here.provider.switches.fault, here.sandbox.clock.ahead_s) == (None, ahead)


def test_a_pasted_token_is_asked_about_and_neither_kept_nor_shown(here: Room) -> None:
    secret = "fakesim-good-grace"
    text = here.see("paste", connection="fake", field="access_token", credential=secret)

    assert "Grace Hopper" in text
    assert secret not in here.browser.get(f"/playground/runs/{here.last.number}").text
    assert secret not in here.browser.get("/").text
    assert here.last.fields["access_token"] == "[18 characters]"


def test_while_a_fault_is_on_the_provider_is_in_trouble(here: Room) -> None:
    text = here.see("fault", connection="fake", fault="unavailable")
    assert "A fault is on at fake : “I am down” (status 503). End the fault" in text
    assert "“I am down” (status 503) Switch it off" in text
    assert "Let an hour pass, or try another person." in text

    here.see("send", connection="fake", sample="expired-ada")
    assert here.last.answer is not None
    assert (here.last.status, here.last.answer["error"]) == (503, "temporarily_unavailable")

    here.see("fault", connection="fake", fault="")
    here.see("send", connection="fake", sample="expired-ada")
    assert here.last.status == 401


def test_every_fault_can_be_switched_on_and_the_page_says_which_is(here: Room) -> None:
    page = here.browser.get("/").text
    offered = re.findall(r'<option value="([^"]*)"', page.partition('id="fault"')[2].partition("</select>")[0])

    assert (offered[0], sorted(offered[1:])) == ("latency-6000", sorted(FAULTS))
    for fault in offered:
        assert f"{name_of(fault)} Switch it off" in here.see("fault", connection="fake", fault=fault)
    assert "answers as it should" in here.see("fault", connection="fake", fault="")


def test_a_provider_that_is_left_alone_after_many_failures_is_told_where_it_happened(here: Room) -> None:
    here.do("fault", connection="fake", fault="hang-up")
    for _ in range(8):
        here.login("fakesim-slow-nobody")
        if len(here.last.events) > 1:
            break

    text = here.text(f"/playground/runs/{here.last.number}")
    assert "What else was logged" in text
    assert "connection.circuit_opened" in text
    here.do("fault", connection="fake", fault="")
    here.see("time", seconds="31")
    here.login("fakesim-good-alan")
    assert (here.last.status, "connection.circuit_closed" in here.text(f"/playground/runs/{here.last.number}")) == (
        200,
        True,
    )


@pytest.mark.parametrize("fault", ["latency-10", "hang-up", "gzip-bomb", "hang-up-5"])
def test_a_fault_may_have_a_dash_and_a_number(here: Room, fault: str) -> None:
    here.do("fault", connection="fake", fault=fault)

    assert here.provider.switches.fault == fault


def test_a_fault_has_a_name_with_its_number_where_that_is_not_the_usual_one() -> None:
    waits_ms = 1000 * LimitSettings().provider_timeout_s

    assert name_of("latency-6000") == "late by 6 s (longer than Accredit waits)"
    assert name_of(f"latency-{waits_ms:.0f}") == "late by 5 s (Accredit waits)"
    assert name_of(f"latency-{waits_ms + 1:.0f}") == "late by 5.001 s (longer than Accredit waits)"
    assert name_of("hang-up") == "no answer, it hangs up"
    assert name_of("unavailable-7") == "“I am down” (7)"


def test_every_page_says_that_a_fault_is_on_and_ends_it_without_leaving(here: Room) -> None:
    here.see("send", connection="fake", sample="good-ada")
    run = f"/playground/runs/{here.last.number}"
    assert "A fault is on" not in here.text(run)

    here.do("fault", connection="fake", fault="error")
    on = "A fault is on at fake : “something went wrong” (status 500). End the fault"
    assert on in here.text(run)
    assert on in seen(here.browser.get("/playground/runs/999999"))
    answer = here.do("fault", connection="fake", fault="", back=str(here.last.number))
    assert answer.headers["location"].partition("#")[0] == run
    assert "A fault is on" not in here.text(run)


def test_every_page_says_how_far_the_clock_is_ahead(here: Room) -> None:
    here.see("time", seconds="31")

    told = f"The clock is {in_words(here.sandbox.clock.ahead_s)} ahead."
    assert told in here.text("/")
    assert told in seen(here.browser.get("/playground/runs/999999"))


def test_time_passes_for_all_and_what_was_kept_is_asked_anew(here: Room) -> None:
    assert asked_after(here, "foreign-ada", "foreign-ada") == "cache"

    text = here.see("time", seconds="31", back=str(here.last.number))
    assert f"Request {here.last.number}" in text

    assert asked_after(here, "foreign-ada") == "provider"


def asked_after(here: Room, *samples: str) -> str | None:
    """Send samples, and return who was asked about the last."""
    for sample in samples:
        here.see("send", connection="fake", sample=sample)
    return None if here.last.login is None else here.last.login.verified_by


def test_what_others_send_appears_among_the_latest(here: Room) -> None:
    here.login("fakesim-expired-ada")

    row = here.text("/").partition("Latest requests")[2]
    assert f"{here.last.number}: POST /oauth/access_token refused invalid_token 401 fake somebody else" in row
