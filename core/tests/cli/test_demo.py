from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from accredit.oauth.wire.answer import Answer

if TYPE_CHECKING:
    from core.tests.cli.conftest import AddDistribution, Install, Run


@pytest.fixture
def fake(site: Path, install: Install) -> Any:
    return install(site)


def seen(output: str, sample: str) -> tuple[str, list[str]]:
    """Return the line above a sample that says what the client sees, and the words of the sample's own."""
    lines = output.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("  ") and line.split()[1:2] == [f"{sample}:"])
    head = next(line for line in reversed(lines[:at]) if "a client sees: " in line)
    return head, lines[at].split()


def counted(output: str) -> str:
    return next(line for line in output.splitlines() if line[:1].isdigit())


@pytest.mark.parametrize("form", [(), ("--full",)], ids=["summary", "full"])
def test_everything_right_is_summed_up_and_exits_0(run: Run, fake: Any, form: tuple[str, ...]) -> None:
    result = run("demo", *form)

    assert (result.exit_code, result.stderr) == (0, "")
    assert counted(result.stdout) == "1 accepted, 7 refused, 0 wrong"
    assert "WRONG" not in result.stdout


def test_an_accepted_token_is_shown_with_ours_decoded_and_verified(run: Run, fake: Any) -> None:
    output = run("demo", "--full").stdout

    assert '{"client_id": "sample-app", "access_token": "fakesim-good..."' in output
    assert "status 200, audit reason ok, audience proven by AppBound" in output
    assert "id_token, its signature verified with /.well-known/jwks.json:" in output
    assert '  "alg": "RS256",' in output
    assert '  "typ": "at+jwt"\n}' in output
    assert '  "sub": "fake|1000000000000001",' in output
    assert "fakesim-good-ada" not in output


def test_a_refusal_is_shown_as_the_client_sees_it_beside_the_true_reason(run: Run, fake: Any) -> None:
    output = run("demo", "--full").stdout

    outside = "refused; a client sees: 401 invalid_request: invalid access_token: invalid_token"
    assert seen(output, "expired-ada") == (outside, ["invalid_token", "expired-ada:", "about", "expired-ada"])
    assert seen(output, "foreign-ada") == (outside, ["wrong_audience", "foreign-ada:", "about", "foreign-ada"])
    assert output.count(outside) == 1


def test_refusals_of_the_contract_are_tried_once(run: Run, fake: Any) -> None:
    output = run("demo", "--full").stdout

    statuses = {"unknown_client": "403", "unknown_connection": "400", "missing_token": "400", "get": "405"}
    for name, status in statuses.items():
        assert f": {status} " in seen(output, name)[0]
    assert "a client sees: 401 invalid_token: " in seen(output, "bearer_required")[0]
    assert seen(output, "get")[1][0] == "-"


@pytest.mark.parametrize(
    ("sample", "problem"),
    [
        (("foreign-ada", "accepted"), "foreign-ada: status is 401, not 200"),
        (("good-grace", "invalid_token"), "good-grace: status is 200, not 401"),
        (("good-grace", "invalid_token"), "good-grace: audit reason is ok, not invalid_token"),
        (("foreign-ada", "invalid_token"), "foreign-ada: audit reason is wrong_audience, not invalid_token"),
        (("good-ada", "accepted", {"name": "ada"}), 'good-ada: id_token: name is "Ada Lovelace", not "ada"'),
        (("good-ada", "accepted", {"email_verified": 1}), "good-ada: id_token: email_verified is null, not 1"),
    ],
)
def test_what_does_not_come_out_as_a_sample_says_is_wrong_and_exits_1(
    run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch, sample: tuple[Any, ...], problem: str
) -> None:
    samples = [fake.sample(*sample)]
    if sample[1] != "accepted":
        samples.insert(0, fake.sample("good-ada", "accepted"))
    monkeypatch.setattr(fake.FakeSimulator, "samples", lambda _: samples)

    shown, full, as_json = (run("demo", *form) for form in ((), ("--full",), ("--json",)))

    assert {one.exit_code for one in (shown, full, as_json)} == {1}
    for one in (shown, full):
        assert f"WRONG: fake: {problem}" in one.stdout
        assert counted(one.stdout).endswith(", 1 wrong")
    told = json.loads(as_json.stdout)
    assert told["counts"]["wrong"] == 1
    [wrong] = [one for one in told["connections"][0]["samples"] if one["verdict"] == "wrong"]
    assert problem.removeprefix(f"{wrong['name']}: ") in wrong["problems"]


def test_a_plugin_without_simulator_is_skipped_with_a_note(
    run: Run, fake: Any, site: Path, add_distribution: AddDistribution
) -> None:
    add_distribution(site, "accredit-plain", "0.3", {"plain": "accredit_plain"})
    hook = "from accredit import hookimpl\n\n\n@hookimpl\ndef strategies():\n    return []\n"
    (site / "accredit_plain.py").write_text(hook, "utf-8")

    result = run("demo")

    assert result.exit_code == 0
    assert result.stderr == "accredit: skipped: accredit-plain 0.3: strategy 'plain' has no simulator\n"


def test_with_nothing_installed_it_says_what_to_install_and_exits_1(run: Run, install: Install) -> None:
    install(None)

    result = run("demo")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "install at least one of these: accredit-apple accredit-" in result.stderr
    assert result.stderr.endswith(" accredit-weibo\n")


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        ([("expired-ada", "invalid_token")], "the simulator of 'fake' has no sample that must be accepted"),
        ([("good-ada", "accepted"), ("odd-ada", "no_such")], "accredit-fake 1.2: sample 'odd-ada' expects 'no_such'"),
        (None, "accredit-fake 1.2 (accredit_fake): hook simulators failed: AttributeError"),
    ],
)
def test_a_simulator_that_cannot_be_used_is_named(
    run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch, samples: list[tuple[str, str]] | None, problem: str
) -> None:
    if samples is None:
        monkeypatch.setattr(fake, "FakeSimulator", None)
    else:
        monkeypatch.setattr(fake.FakeSimulator, "samples", lambda _: [fake.sample(*one) for one in samples])

    result = run("demo")

    assert result.exit_code == 1
    assert problem in result.stderr


@pytest.mark.parametrize("command", ["demo", "dev", "serve", "simulate acme"])
def test_without_the_server_it_says_which_extra_to_install(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    name, *arguments = command.split()

    result = run(name, *arguments)

    assert result.exit_code == 2
    told = f'`accredit {name}` needs uvicorn: pip install "accredit[server]"'
    assert result.stderr == f"accredit: {told}\n"


def test_a_body_that_is_not_what_it_must_be_is_wrong(run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def leaky(error: Any, *, with_message: bool) -> dict[str, str]:
        return {"error": "x", "error_description": error.description, "token": "fakesim-expired-ada"}

    monkeypatch.setattr("accredit.oauth.wire.answer.error_body", leaky)

    output = run("demo").stdout

    assert "WRONG: fake: expired-ada: the body holds error and error_description and token" in output
    assert f"WRONG: fake: expired-ada: body: error is {json.dumps('x')}" in output
    assert "WRONG: fake: expired-ada: the body quotes the token" in output


def test_tokens_that_are_not_what_they_must_be_are_wrong(run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit.oauth.access_token.token_body", lambda tokens, *, state: {"access_token": "a.b.c"})

    result = run("demo")

    assert result.exit_code == 1
    assert "WRONG: fake: good-ada: access_token cannot be verified: InvalidJwt" in result.stdout
    assert "WRONG: fake: good-ada: id_token cannot be verified: KeyError" in result.stdout
    assert "WRONG: fake: good-ada: no refresh_token" in result.stdout


def test_a_body_that_is_no_json_is_wrong(run: Run, fake: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Answer(401, {"content-type": "text/plain"}, b"no")
    monkeypatch.setattr("accredit.oauth.wire.answer.json_answer", lambda *_: plain)

    output = run("demo").stdout

    assert "WRONG: fake: expired-ada: the body holds none, not error and error_description" in output
