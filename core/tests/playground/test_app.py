"""Who may ask the playground: this machine's browsers, by this machine's names, and pages of its own."""

from __future__ import annotations

import pytest
from core.tests.playground.room import Room

RUN = "/playground/runs/1"


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "[::1]:8000", "127.0.0.2"])
def test_it_answers_by_names_of_this_machine(here: Room, host: str) -> None:
    assert here.browser.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", [
    "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:8000", "10.0.0.1", "[::]", "[::1]evil.example",
    "local\thost", "localhost.", "evil.localhost", "a@localhost", "localhost/a", "localhost?a", "x\\localhost",
    "localhost:99999", "localhost:-1", "127.1", "[::1%lo]", "[127.0.0.1]", "",
])  # fmt: skip
@pytest.mark.parametrize("path", ["/", RUN, "/playground/page.css", "/playground/nowhere"])
def test_it_answers_nothing_by_a_name_of_somebody_elses(here: Room, host: str, path: str) -> None:
    answer = here.browser.get(path, headers={"Host": host})

    assert answer.status_code == 421
    assert "fake" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example"])
def test_no_form_is_taken_by_a_name_of_somebody_elses(here: Room, host: str) -> None:
    before = here.recorder.recordings.newest()
    answer = here.browser.post(
        "/playground/send", data={"connection": "fake", "sample": "good-ada"}, headers={"Host": host}
    )

    assert answer.status_code == 421
    assert here.recorder.recordings.newest() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=lambda headers: str(next(iter(headers.values()))),
)
def test_a_form_of_another_page_does_nothing(here: Room, headers: dict[str, str]) -> None:
    before = here.recorder.recordings.newest()
    answer = here.browser.post("/playground/send", data={"connection": "fake", "sample": "good-ada"}, headers=headers)

    assert answer.status_code == 403
    assert here.recorder.recordings.newest() == before


def test_a_form_of_its_own_page_is_done(here: Room) -> None:
    headers = {"Origin": here.url, "Sec-Fetch-Site": "same-origin"}
    answer = here.browser.post("/playground/send", data={"connection": "fake", "sample": "good-ada"}, headers=headers)

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/playground/runs/{here.last.number}"


@pytest.mark.parametrize(
    "path", ["/", RUN, "/playground/page.css", "/playground/live.js", "/playground/copy.js", "/playground/nowhere"]
)
def test_every_answer_lets_nothing_in_and_is_not_kept(here: Room, path: str) -> None:
    headers = here.browser.get(path).headers

    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; script-src 'self'")
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("action", ["send", "paste", "fault", "keys", "time"])
def test_what_changes_something_is_not_read_by_get(here: Room, action: str) -> None:
    assert here.browser.get(f"/playground/{action}").status_code == 404
    assert here.browser.put(f"/playground/{action}").status_code == 405


@pytest.mark.parametrize("path", ["/", RUN, "/playground/nowhere"])
def test_nothing_else_takes_a_form(here: Room, path: str) -> None:
    assert here.browser.post(path, data={"connection": "fake"}).status_code == 405


def test_a_form_may_hold_the_longest_token_and_no_more(here: Room) -> None:
    fields = {"connection": "fake", "field": "access_token"}

    assert here.do("paste", **fields, credential="+" * 16_384).status_code == 303
    assert here.last.status == 401
    assert here.do("paste", **fields, credential="+" * 16_385).status_code == 400
    answer = here.do("paste", **fields, credential="+" * 50_000)
    assert (answer.status_code, answer.text) == (400, "the form is too long\n")


def test_json_is_no_form(here: Room) -> None:
    assert here.browser.post("/playground/send", json={"connection": "fake", "sample": "good-ada"}).status_code == 400


@pytest.mark.parametrize("number", ["0", "999999999", "-1", "1.0", "x", "", "9" * 30, "٣"])
def test_a_request_that_is_not_kept_is_told_so(here: Room, number: str) -> None:
    assert here.browser.get(f"/playground/runs/{number}").status_code == 404


def test_head_has_no_body(here: Room) -> None:
    answer = here.browser.head("/")

    assert (answer.status_code, answer.content) == (200, b"")


def test_the_exchange_answers_as_ever_beside_it(here: Room) -> None:
    assert here.browser.get("/nowhere").status_code == 404
    assert here.browser.get("/.well-known/openid-configuration").json()["issuer"] == f"{here.url}/"
