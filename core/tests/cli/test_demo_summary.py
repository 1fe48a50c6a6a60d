"""What a person reads at the end of `accredit demo`, and what a program reads instead."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from core.tests.cli.conftest import Install, Run


@pytest.fixture
def fake(site: Path, install: Install) -> Any:
    return install(site)


def cells(output: str, connection: str) -> list[str]:
    line = next(line for line in output.splitlines() if line.startswith(f"{connection} "))
    return line.removeprefix(connection).split()


def test_a_table_says_per_connection_what_was_accepted_and_what_refused_by_kind(run: Run, fake: Any) -> None:
    output = run("demo").stdout

    assert cells(output, "connection") == [
        "accepted",
        "other",
        "app",
        "token",
        "user",
        "request",
        "outage",
        "ours",
        "wrong",
    ]
    assert cells(output, "fake") == ["1", "1", "1", "-", "-", "-", "-", "-"]
    assert cells(output, "any connection") == ["-", "-", "-", "-", "5", "-", "-", "-"]


def test_a_token_of_another_app_counts_as_one_whatever_the_provider_calls_it(
    run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, refused = fake.sample("good-ada", "accepted"), fake.sample("expired-ada", "invalid_token")
    monkeypatch.setattr(fake.FakeSimulator, "samples", lambda _: [good, replace(refused, is_foreign=True)])

    assert cells(run("demo").stdout, "fake")[:3] == ["1", "1", "-"]


def test_what_came_out_wrong_is_counted_as_nothing_else(run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = [fake.sample("good-ada", "accepted"), fake.sample("good-grace", "wrong_audience")]
    monkeypatch.setattr(fake.FakeSimulator, "samples", lambda _: samples)

    output = run("demo").stdout

    assert cells(output, "fake") == ["1", "-", "-", "-", "-", "-", "-", "1"]
    assert "For example" not in output


def test_no_line_is_for_every_sample_and_none_is_wider_than_80_columns(
    run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [fake.sample(f"expired-{number}", "invalid_token") for number in range(120)]
    monkeypatch.setattr(fake.FakeSimulator, "samples", lambda _: [fake.sample("good-ada", "accepted"), *many])

    lines = run("demo").stdout.splitlines()

    assert cells("\n".join(lines), "fake")[2] == "120"
    assert len(lines) < 30
    assert max(map(len, lines)) <= 80


def test_an_example_tells_what_is_refused_and_what_to_do_next_follows(run: Run, fake: Any) -> None:
    lines = [" ".join(line.split()) for line in run("demo").stdout.splitlines()]

    at = lines.index("For example fake:")
    assert lines[at + 1 : at + 5] == [
        "accepted good-ada: about good-ada",
        "refused foreign-ada: about foreign-ada",
        "the client sees: 401 invalid access_token: invalid_token",
        "our log tells why: wrong_audience",
    ]
    assert lines[-2].startswith("Next, see each step of a login, in a browser: ")
    assert lines[-2].endswith("accredit dev")
    assert lines[-1].endswith("accredit demo --full")


def test_full_ends_in_the_same_summary(run: Run, fake: Any) -> None:
    summary, full = run("demo").stdout, run("demo", "--full").stdout

    assert full.endswith(summary.partition("\nNext, ")[0])
    assert full.index("refused; a client sees") < full.index("Each connection")


def test_json_holds_every_sample_of_every_connection(run: Run, fake: Any) -> None:
    result = run("demo", "--json")
    told = json.loads(result.stdout)
    first, last = told["connections"]

    assert result.exit_code == 0
    assert told.keys() == {"counts", "connections", "skipped", "broken"}
    assert told["counts"] == {"accepted": 1, "refused": 7, "wrong": 0}
    assert (first["name"], first["source"]) == ("fake", "accredit-fake 1.2")
    assert (last["name"], last["source"]) == ("any connection", None)
    assert all(one["duration_ms"] > 0 for one in [*first["samples"], *last["samples"], first, last])
    assert [list(one.values())[:-1] for one in first["samples"]] == [
        ["good-ada", "about good-ada", "accepted", 200, "ok", "accepted", []],
        ["expired-ada", "about expired-ada", "invalid_token", 401, "invalid_token", "refused", []],
        ["foreign-ada", "about foreign-ada", "wrong_audience", 401, "wrong_audience", "refused", []],
    ]
    assert [(one["name"], one["expected"], one["reason"]) for one in last["samples"]][-2:] == [
        ("bearer_required", "invalid_bearer", "invalid_bearer"),
        ("get", None, None),
    ]
    members = ["name", "about", "expected", "status", "reason", "verdict", "problems", "duration_ms"]
    assert [list(one) for one in first["samples"]] == [members] * 3


def test_no_answer_is_wrong_and_the_others_are_still_tried(
    run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = httpx.Client.request

    def request(client: httpx.Client, method: str, url: str, **options: Any) -> httpx.Response:
        if "expired" in str(options):
            raise httpx.ReadTimeout("too slow")
        return send(client, method, url, **options)

    monkeypatch.setattr(httpx.Client, "request", request)

    shown, told = run("demo"), json.loads(run("demo", "--json").stdout)

    assert shown.exit_code == 1
    assert "WRONG: fake: expired-ada: no answer: ReadTimeout" in shown.stdout
    assert "1 accepted, 6 refused, 1 wrong" in shown.stdout
    silent = told["connections"][0]["samples"][1]
    assert (silent["status"], silent["reason"], silent["verdict"]) == (None, None, "wrong")
    assert "WRONG; a client sees: nothing\n  -  expired-ada: about expired-ada\n" in run("demo", "--full").stdout


def test_a_good_token_without_an_answer_is_wrong_too(run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send = httpx.Client.request

    def request(client: httpx.Client, method: str, url: str, **options: Any) -> httpx.Response:
        if method == "POST":
            raise httpx.ConnectError("nobody is there")
        return send(client, method, url, **options)

    monkeypatch.setattr(httpx.Client, "request", request)

    output = run("demo", "--full").stdout

    assert "WRONG: good-ada: about good-ada\nstatus -, audit reason -\nrefresh_token: -\n" in output
    assert "WRONG: fake: good-ada: no answer: ConnectError" in output
    assert "0 accepted, 1 refused, 7 wrong" in output


@pytest.mark.parametrize("form", [(), ("--full",)], ids=["summary", "full"])
def test_control_characters_of_a_plugin_are_shown_and_not_obeyed(
    run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch, form: tuple[str, ...]
) -> None:
    samples = [replace(one, about="\x1b[2J\u202ebad") for one in fake.FakeSimulator().samples()]
    monkeypatch.setattr(fake.FakeSimulator, "samples", lambda _: samples)

    output = run("demo", *form).stdout

    assert "\x1b" not in output
    assert "\u202e" not in output
    assert "\\u001b[2J\\u202ebad" in output
