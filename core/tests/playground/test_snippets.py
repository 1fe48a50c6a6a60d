"""A request of the playground, to be sent from an app."""

import re
import shlex
from html import unescape

import httpx
from core.tests.playground.room import Room

LANGUAGES = ("curl", "Swift", "Kotlin", "Dart", "JavaScript")


def programs_on(here: Room) -> dict[str, str]:
    """Return the programs on the page of the last request, as they are copied."""
    html = here.browser.get(f"/playground/runs/{here.last.number}").text
    program = r'<pre id="snippet-\w+"[^>]*aria-label="The request in (\w+)"><code>(.*?)</code></pre>'
    return {language: unescape(code) for language, code in re.findall(program, html, re.DOTALL)}


def test_a_sample_can_be_sent_again_as_it_stands_there(here: Room) -> None:
    here.do("send", connection="fake", sample="good-ada")
    programs = programs_on(here)
    words = shlex.split(programs["curl"])
    body = words[words.index("--data") + 1]

    assert tuple(programs) == LANGUAGES
    assert "What may be a secret was not kept" not in here.text(f"/playground/runs/{here.last.number}")
    headers = {"content-type": "application/json"}
    answer = httpx.post(words[words.index("--url") + 1], content=body, headers=headers, trust_env=False)
    assert answer.status_code == 200
    assert all("fakesim-good-ada" in program for program in programs.values())


def test_of_a_pasted_token_there_is_a_placeholder(here: Room) -> None:
    text = here.see(
        "paste",
        connection="fake",
        field="access_token",
        credential="fakesim-good-grace",
        **{"beside-nonce": "f00f00f00"},
    )
    programs = programs_on(here)

    assert all("YOUR_ACCESS_TOKEN" in program for program in programs.values())
    assert all("YOUR_NONCE" in program for program in programs.values())
    assert "What may be a secret was not kept" in text
    assert not any(secret in "".join(programs.values()) for secret in ("fakesim-good-grace", "f00f00f00"))


def test_a_bearer_of_somebody_elses_is_a_placeholder_and_a_form_stays_one(here: Room) -> None:
    httpx.get(f"{here.url}/userinfo", headers={"authorization": "Bearer eyJsecret"}, trust_env=False)
    assert "Authorization: Bearer YOUR_CREDENTIALS" in programs_on(here)["curl"]
    form = {"grant_type": "refresh_token", "client_id": "sample-app", "refresh_token": "rt_secret"}
    httpx.post(f"{here.url}/oauth/token", data=form, trust_env=False)

    assert "--data 'refresh_token=YOUR_REFRESH_TOKEN'" in programs_on(here)["curl"]
    assert "is good once" in here.text(f"/playground/runs/{here.last.number}")


def test_a_request_that_is_no_list_of_fields_has_no_program(here: Room) -> None:
    httpx.request("PATCH", f"{here.url}/oauth/token", trust_env=False)

    assert programs_on(here) == {}
    assert "Not every language could send this request" in here.text(f"/playground/runs/{here.last.number}")


def test_what_a_stranger_sends_is_text_in_every_program(here: Room) -> None:
    hostile = "</code></pre><script>alert(1)</script>'\"$(x)\u202e"
    here.post(client_id="sample-app", connection=hostile)
    html = here.browser.get(f"/playground/runs/{here.last.number}").text

    assert "<script>alert" not in html
    assert "\u202e" not in html
    assert all("</code></pre><script>alert(1)</script>" in program for program in programs_on(here).values())


def test_the_script_that_copies_is_ours_and_its_buttons_are_hidden_without_it(here: Room) -> None:
    here.do("send", connection="fake", sample="good-ada")
    html = here.browser.get(f"/playground/runs/{here.last.number}").text
    [script] = re.findall(r'<script src="([^"]+)" defer></script>', html)

    assert here.browser.get(script).headers["content-type"] == "text/javascript; charset=utf-8"
    assert html.count("data-copies=") == len(LANGUAGES) == len(re.findall(r"data-copies=[^>]* hidden>", html))
