from __future__ import annotations

import json
import os
import pty
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from accredit.testing import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.tests.cli.conftest import AddDistribution, Install, Run
    from typer.testing import Result

    Explain = Callable[..., Result]

APP_SECRET = "scripted-app-secret"


@pytest.fixture(autouse=True)
def _installed(site: Path, add_distribution: AddDistribution, install: Install) -> None:
    add_distribution(site, "accredit-scripted", "2.0", {"scripted": "accredit_scripted"})
    install(site)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "accredit.toml"
    path.write_text('issuer = "https://login.example.com/"\n[connections.scripted]\napp_id = "123"\n', "utf-8")
    return path


@pytest.fixture
def explain(config: Path) -> Explain:
    """Run the command with something on standard input."""
    from typer.testing import CliRunner

    from accredit.cli.app import app

    def run(given: str | bytes, *arguments: str, connection: str = "scripted") -> Result:
        words = ["explain", "--connection", connection, "--config", str(config), *arguments]
        return CliRunner().invoke(app, words, input=given, env={"COLUMNS": "200"})

    return run


@pytest.fixture
def simulated(site: Path, install: Install, config: Path) -> Iterator[str]:
    """A connection `fake` to its simulator; yields the simulator's address."""
    simulator = install(site).FakeSimulator()
    with serve(simulator.app()) as url:
        table = simulator.settings(url)
        lines = ["[connections.fake]", *(f"{name} = {json.dumps(value)}" for name, value in table.items())]
        config.write_text(config.read_text("utf-8") + "\n".join(lines), "utf-8")
        yield url


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_an_accepted_token_shows_calls_checks_proof_and_profile(explain: Explain, simulated: str) -> None:
    result = explain("fakesim-good-ada\n", connection="fake")
    lines = [line.split() for line in result.stdout.splitlines()]

    assert result.exit_code == 0
    assert result.stdout.startswith("fake: strategy fake, accredit-fake 1.2 (accredit_fake)\n")
    assert [line[:3] for line in lines if line[:1] == ["GET"]] == [["GET", f"{simulated}/me", "200"]]
    checks = ["find_connection", "verify", "check_audience", "check_user_hint", "normalize"]
    assert [line[0] for line in lines if line[1:2] == ["passed"]] == checks
    assert ["named:", "123"] in lines
    assert ["accepted:", "123"] in lines
    assert ["user:", "fake|1000000000000001"] in lines
    assert '"name": "Ada Lovelace"' in result.stdout
    assert lines[-1][0] == "accepted,"
    assert "fakesim-good-ada" not in result.output


def test_another_apps_token_is_refused_naming_that_app(explain: Explain, simulated: str) -> None:
    result = explain("fakesim-foreign-ada", "--json", connection="fake")
    found = told(result)

    [call] = found.pop("calls")
    assert call.pop("duration_ms") >= 0
    assert call == {"method": "GET", "url": f"{simulated}/me", "status": 200}
    assert all(check.pop("duration_ms") >= 0 for check in found["checks"])
    assert found.pop("duration_ms") >= 0
    event = found.pop("event")
    assert (event["event"], event["reason"], event["calls"][0]["url"]) == (
        "exchange.refused",
        "wrong_audience",
        call["url"],
    )
    assert result.exit_code == 3
    assert found == {
        "verdict": "refused",
        "exit_code": 3,
        "reason": "wrong_audience",
        "detail": 'the token was minted for another app: app id is "1234"',
        "answer": {
            "status": 401,
            "error": "invalid_request",
            "error_description": "invalid access_token: invalid_token",
        },
        "retry_after_s": None,
        "connection": "fake",
        "strategy": "fake",
        "brought_by": "accredit-fake 1.2 (accredit_fake)",
        "checks": [
            {"name": "find_connection", "verdict": "passed"},
            {"name": "verify", "verdict": "passed"},
            {"name": "check_audience", "verdict": "refused"},
        ],
        "not_reached": ["check_user_hint", "normalize"],
        "verified_by": "provider",
        "audience": {"proof": "AppBound", "named": ["1234"], "accepted": ["123"]},
        "user_id": None,
        "expires_at": None,
        "permissions": None,
        "profile": None,
        "origins": None,
        "whose": {"user_id": "1000000000000001", "name": "Ada Lovelace"},
        "notes": [],
    }


def test_of_another_apps_token_it_is_told_whose_it_is(explain: Explain, simulated: str) -> None:
    lines = explain("fakesim-foreign-ada", connection="fake").stdout.splitlines()
    at = lines.index("identity, which is not let in")
    assert lines[at + 1 : at + 3] == ["  user: fake|1000000000000001", "  name: Ada Lovelace"]


def test_a_provider_that_is_not_there_is_the_providers_trouble(explain: Explain, config: Path) -> None:
    with socket.socket() as deaf:  # bound, and never listening
        deaf.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        table = f'[connections.fake]\napp_id = "1"\napp_secret = "x"\napi_url = "{url}"\n'
        config.write_text(config.read_text("utf-8") + table, "utf-8")

        result = explain("some-token", connection="fake")

    assert result.exit_code == 4
    assert "no answer" in result.stdout
    assert "failed, provider_unavailable: call failed" in result.stdout
    assert "a client is told: 503 temporarily_unavailable" in result.stdout


@pytest.mark.parametrize(
    ("token", "code", "verdict", "reason"),
    [
        ("good-token", 0, "accepted", "ok"),
        ("signed-token:its-secret", 0, "accepted", "ok"),
        ("mixed-token", 3, "refused", "wrong_audience"),
        ("nonce-token", 3, "refused", "invalid_token"),
        ("secretless-token", 3, "refused", "missing_parameter"),
        ("tøken", 3, "refused", "invalid_parameter"),
        ("limited-token", 4, "failed", "provider_rate_limited"),
        ("misconfigured-token", 5, "failed", "provider_misconfigured"),
        ("crash-token", 5, "failed", "plugin_failed"),
        ("nothing-token", 5, "failed", "plugin_failed"),
    ],
)
def test_the_exit_code_says_whose_fault_it_is(
    explain: Explain, token: str, code: int, verdict: str, reason: str
) -> None:
    result = explain(token, "--json")
    found = told(result)

    assert (result.exit_code, found["exit_code"], found["verdict"], found["reason"]) == (code, code, verdict, reason)
    assert (found["answer"] is None) == (code == 0)
    assert found["checks"][-1]["verdict"] == verdict.replace("accepted", "passed")


@pytest.mark.parametrize("form", [(), ("--json",)])
@pytest.mark.parametrize(
    "given",
    [
        "good-token",
        "signed-token:its-secret",
        "misconfigured-token",
        "crash-token",
        "nonce-token\nanother-nonce",
        "nonce-token\nnonce-of-login",
        "tøken-with-secret",
    ],
)
def test_no_secret_is_printed_even_where_a_plugin_quotes_it(
    explain: Explain, given: str, form: tuple[str, ...]
) -> None:
    result = explain(given, *form)

    for secret in (*given.replace(":", "\n").splitlines(), APP_SECRET):
        assert secret not in result.output
        assert secret not in repr(result.exception)


def test_bytes_that_are_no_text_are_refused_as_a_clients_would_be(explain: Explain) -> None:
    result = explain(b"\xff\xfe\xfd", "--json")

    assert (result.exit_code, told(result)["reason"]) == (3, "invalid_parameter")
    assert [check["name"] for check in told(result)["checks"]] == ["parse"]


def test_a_second_line_is_the_nonce(explain: Explain) -> None:
    assert explain("nonce-token\nnonce-of-login\n").exit_code == 0
    assert explain("nonce-token\r\nnonce-of-login\r\n").exit_code == 0
    assert explain("nonce-token\nanother-nonce\n").exit_code == 3
    assert explain("\ufeffnonce-token\n").exit_code == 3


CODE = {
    "code": "good-code",
    "code_verifier": "a-verifier-of-forty-three-characters-at-least",
    "redirect_uri": "app:/callback",
    "device_id": "device-of-login",
}


@pytest.fixture
def codes(config: Path) -> None:
    """Let the connection know the redirect URI."""
    config.write_text(config.read_text("utf-8") + 'redirect_uris = ["app:/callback"]\n', "utf-8")


@pytest.mark.usefixtures("codes")
def test_a_code_comes_as_the_request_of_a_client(explain: Explain) -> None:
    found = told(explain(json.dumps(CODE, indent=2), "--json"))

    assert (found["verdict"], found["exit_code"]) == ("accepted", 0)
    assert found["audience"] == {"proof": "CodeExchanged", "named": ["123"], "accepted": ["123"]}


@pytest.mark.usefixtures("codes")
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"device_id": "another-device"}, "invalid_token"),
        ({"device_id": "d" * 21}, "invalid_parameter"),
        ({"redirect_uri": "app:/another"}, "invalid_parameter"),
        ({"code_verifier": None}, "missing_parameter"),
        ({"code": None}, "missing_parameter"),
        ({"access_token": "good-token"}, "invalid_parameter"),
        ({"code": ["good-code"]}, "invalid_parameter"),
    ],
)
def test_a_code_is_refused_as_a_clients_would_be(explain: Explain, changes: dict[str, Any], reason: str) -> None:
    result = explain(json.dumps({**CODE, **changes}), "--json")

    assert (result.exit_code, told(result)["reason"]) == (3, reason)


@pytest.mark.usefixtures("codes")
@pytest.mark.parametrize("given", ["{", '{"code": "x", "code": "y"}', "{" * 5000, '{"a": ' + "[" * 5000])
def test_what_begins_as_a_request_and_is_none_is_refused(explain: Explain, given: str) -> None:
    result = explain(given, "--json")

    assert (result.exit_code, told(result)["reason"]) == (3, "malformed_body")


@pytest.mark.usefixtures("codes")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_secret_of_a_request_is_printed(explain: Explain, form: tuple[str, ...]) -> None:
    result = explain(json.dumps({**CODE, "device_id": "another-device"}), *form)

    assert [text for text in (*CODE.values(), "another-device", APP_SECRET) if text in result.output] == []


def test_a_token_may_come_as_a_request_too(explain: Explain) -> None:
    request = {"access_token": "nonce-token", "nonce": "nonce-of-login", "client_id": "any", "connection": "any"}
    assert explain(json.dumps(request)).exit_code == 0
    assert explain(json.dumps({**request, "nonce": "another"})).exit_code == 3


@pytest.mark.usefixtures("codes")
def test_where_nonces_are_issued_all_but_who_issued_one_is_looked_at(explain: Explain, config: Path) -> None:
    config.write_text(config.read_text("utf-8") + 'nonce = "issued"\n', "utf-8")
    request = {**CODE, "code": "nonce-code", "nonce": "nonce-of-login", "client_id": "app"}

    accepted, differs, missing = (
        explain(json.dumps({**request, "nonce": nonce}), "--json")
        for nonce in ("nonce-of-login", "another-nonce", None)
    )
    assert [one.exit_code for one in (accepted, differs, missing)] == [0, 3, 3]
    assert told(accepted)["notes"] == [
        "whether the nonce was issued here, for the client, and is unused is not looked at"
    ]
    assert [told(one)["detail"] for one in (differs, missing)] == [
        "nonce differs",
        'nonce is not in the request (setting nonce = "required")',
    ]


def test_a_connection_that_keeps_tokens_keeps_none_of_this_one(explain: Explain, config: Path) -> None:
    config.write_text(config.read_text("utf-8") + "keep_provider_token = true\n", "utf-8")
    assert explain("good-token").exit_code == 0


def test_the_address_is_masked_unless_it_is_asked_for(explain: Explain) -> None:
    masked, shown = explain("good-token", "--json"), explain("good-token", "--json", "--show-profile")

    assert told(masked)["profile"]["email"] == "a***@example.com"
    assert told(shown)["profile"]["email"] == "ada@example.com"
    assert "ada@example.com" not in explain("good-token").output
    assert "ada@example.com" in explain("good-token", "--show-profile").output


def test_a_proof_that_names_several_apps_shows_each(explain: Explain) -> None:
    audience = told(explain("mixed-token", "--json"))["audience"]

    assert audience == {"proof": "JwtAudience", "named": ["123", "456", "789"], "accepted": ["123"]}
    assert told(explain("signed-token:its-secret", "--json"))["audience"] == {"proof": "SignedByUs"}


def test_when_to_try_again_is_told(explain: Explain) -> None:
    assert told(explain("limited-token", "--json"))["retry_after_s"] == 7
    assert "to be tried again after 7 s" in explain("limited-token").stdout


def test_control_characters_of_a_name_are_left_out_and_not_obeyed(explain: Explain) -> None:
    result = explain("good-token")

    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    assert '"name": "Ada[2J Lovelace"' in result.stdout


def test_an_end_that_is_no_time_and_permissions_are_shown_as_they_are(explain: Explain) -> None:
    result = explain("good-token")

    assert f"token ends: {10**18}" in result.stdout
    assert "permissions: a, b" in result.stdout


def test_warnings_of_a_start_are_notes(explain: Explain, config: Path) -> None:
    config.write_text(config.read_text("utf-8") + "accept_unbound_tokens = true\ndays_left = 3\n", "utf-8")

    notes = told(explain("good-token", "--json"))["notes"]

    assert notes[0] == "connection.accepts_unbound_tokens connection=scripted"
    assert notes[1].startswith("connection.api_version_ends connection=scripted api_version=v7 ")
    assert "connection.accepts_unbound_tokens" in explain("good-token").stdout


def test_a_connection_that_is_broken_does_not_keep_another_from_being_asked(explain: Explain, config: Path) -> None:
    config.write_text(config.read_text("utf-8") + "[connections.nowhere]\n", "utf-8")

    assert explain("good-token").exit_code == 0


def test_it_leaves_nothing_on_disk(
    explain: Explain, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    monkeypatch.chdir(folder)

    assert explain("good-token").exit_code == 0
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "no token on standard input"),
        (" \n\n", "no token on standard input"),
        ("one\ntwo\nthree", "in one line, and a nonce at most in a second"),
        ("x" * 70_000, "in one line, and a nonce at most in a second"),
    ],
)
def test_an_input_that_is_no_token_is_to_be_changed(explain: Explain, given: str, told: str) -> None:
    result = explain(given)

    assert result.exit_code == 2
    assert told in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("connection", "told"),
    [
        ("nope", "no connection 'nope' is configured (configured: scripted, off, broken)"),
        ("off", "connection 'off' is off: set enabled = true"),
        ("broken", "connection 'broken': setting app_di: there is no such setting; did you mean app_id?"),
    ],
)
def test_a_connection_that_cannot_be_asked_is_to_be_changed(
    explain: Explain, config: Path, connection: str, told: str
) -> None:
    broken = '[connections.broken]\nstrategy = "scripted"\napp_id = "123"\napp_di = "1"\n'
    more = f"[connections.off]\nenabled = false\n{broken}"
    config.write_text(config.read_text("utf-8") + more, "utf-8")

    result = explain("good-token", connection=connection)

    assert (result.exit_code, result.stderr) == (2, f"accredit: {told}\n")


def test_a_token_on_the_command_line_is_refused_and_not_repeated(explain: Explain) -> None:
    result = explain("", "my-secret-token")

    assert result.exit_code == 2
    assert "stays in the shell's history" in result.stderr
    assert "my-secret-token" not in result.output


def test_help_says_when_to_use_it_and_shows_an_example(run: Run) -> None:
    result = run("explain", "--help")

    assert "Use it when" in result.stdout
    assert "Example:\n    accredit explain --connection facebook --config accredit.toml < token.txt" in result.stdout
    assert result.stdout.split("\n")[0].endswith("explain [OPTIONS]")


def test_on_a_terminal_it_asks_and_shows_nothing_of_what_is_typed(site: Path, config: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "accredit", "explain", "--connection", "scripted", "--config", str(config)]
    with subprocess.Popen(  # noqa: S603 - our own interpreter, with arguments of this test
        command,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # away from the terminal of whoever runs the tests
        env={**os.environ, "PYTHONPATH": str(site)},
    ) as process:
        assert process.stderr is not None
        prompt = b""
        while not prompt.endswith(b"): "):
            prompt += process.stderr.read(1)
            assert process.poll() is None, prompt
        os.write(ours, b"signed-token:its-secret\n")
        out, err = process.communicate(timeout=60)
    os.close(theirs)
    os.set_blocking(ours, False)
    try:
        echoed = os.read(ours, 1000)
    except OSError:  # nothing to be read
        echoed = b""
    os.close(ours)

    assert process.returncode == 0, err
    assert prompt.decode() == "Provider token, not shown (for OAuth 1.0a: token:secret): "
    assert b"accepted" in out
    assert b"signed-token" not in echoed + out + err
