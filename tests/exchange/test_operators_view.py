"""`accredit explain` and `accredit doctor`, for every connection: the same verdicts as an exchange, over real HTTP."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import ONE_FIELD, STRATEGIES
from typer.testing import CliRunner

from accredit.cli.app import app
from accredit.errors import ExchangeError, ProviderUnavailable
from accredit.testing import ACCEPTED, Sample, Simulator, installed_simulators, serve


def _classes(one: type[ExchangeError]) -> Iterator[type[ExchangeError]]:
    yield one
    for sub in one.__subclasses__():
        yield from _classes(sub)


def _exit_code(error: type[ExchangeError]) -> int:
    if issubclass(error, ProviderUnavailable):
        return 4
    return 3 if error.status < 500 else 5


Deployment = dict[str, tuple[Simulator, Path]]
READ = {"access_token", "access_token_secret", "nonce"}
"""The parameters that the command reads from standard input."""
EXIT_CODES = {ACCEPTED: 0, **{one.reason: _exit_code(one) for one in _classes(ExchangeError) if hasattr(one, "reason")}}


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Every provider simulated anew, and a settings file for each: other tests may have used up a quota."""
    folder = tmp_path_factory.mktemp("operator")
    served = {}
    with ExitStack() as stack:
        stack.enter_context(pytest.MonkeyPatch.context()).chdir(folder)
        for name, simulator_type in installed_simulators().items():
            simulator = simulator_type()
            table = simulator.settings(stack.enter_context(serve(simulator.app())))
            lines = ['issuer = "https://login.example.com/"', f"[connections.{name}]"]
            lines += [f"{setting} = {json.dumps(value)}" for setting, value in table.items()]
            path = folder / f"{name}.toml"
            path.write_text("\n".join([*lines, "[clients.app]", f'connections = ["{name}"]']), "utf-8")
            path.chmod(0o600)  # it holds the app's secret
            served[name] = (simulator, path)
        yield served


def explain(config: Path, name: str, sample: Sample) -> tuple[int, Any, str]:
    lines = [sample.credential, sample.parameters.get("nonce", "")]
    if secret := sample.parameters.get("access_token_secret"):
        lines[0] += f":{secret}"
    words = ["explain", "--json", "--connection", name, "--config", str(config)]
    result = CliRunner().invoke(app, words, input="\n".join(lines))
    return result.exit_code, json.loads(result.stdout), result.output


@pytest.mark.parametrize("name", ONE_FIELD)
@pytest.mark.slow
def test_every_sample_gets_the_verdict_that_an_exchange_gives_it(deployment: Deployment, name: str) -> None:
    simulator, config = deployment[name]
    samples = [simulator.fresh(one) for one in simulator.samples() if one.parameters.keys() <= READ]
    assert len(samples) > 5
    for sample in samples:
        code, told, output = explain(config, name, sample)
        reason = "ok" if sample.expected == ACCEPTED else sample.expected
        assert (told["reason"], code) == (reason, EXIT_CODES[sample.expected]), sample.name
        assert told["checks"], sample.name
        for secret in sample.parameters.values():
            assert len(secret) < 6 or secret not in output, sample.name


@pytest.mark.parametrize("name", ONE_FIELD)
def test_the_good_token_shows_who_it_is_and_for_which_app(deployment: Deployment, name: str) -> None:
    simulator, config = deployment[name]
    _, told, output = explain(config, name, simulator.fresh(simulator.samples()[0]))

    assert told["calls"]
    assert all(call["status"] == 200 and "?" not in call["url"] for call in told["calls"])
    assert told["audience"]["proof"] in {"AppBound", "CodeExchanged", "JwtAudience", "SignedByUs"}
    assert set(told["audience"].get("named", [])) <= set(told["audience"].get("accepted", []))
    profile = told["profile"]
    # WeChat knows a nickname alone, and Apple no name.
    names = {"apple": None}
    assert profile.get("name", profile.get("nickname")) == names.get(name, "Ada Lovelace")
    assert "ada@example.com" not in output


@pytest.mark.parametrize("name", STRATEGIES)
def test_the_doctor_finds_nothing_to_fail(deployment: Deployment, name: str) -> None:
    _, config = deployment[name]
    result = CliRunner().invoke(app, ["doctor", "--json", "--config", str(config)])
    findings = json.loads(result.stdout)["findings"]

    assert result.exit_code == 0, findings
    # Nothing has been started yet.
    assert [one["check"] for one in findings if one["status"] == "warn"] == ["key file", "database"]


def test_the_doctor_finds_that_facebook_refuses_our_secret(deployment: Deployment) -> None:
    _, config = deployment["facebook"]
    environment = {"ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET": "not-the-secret"}
    result = CliRunner().invoke(app, ["doctor", "--json", "--config", str(config)], env=environment)
    [finding] = [one for one in json.loads(result.stdout)["findings"] if one["check"] == "credentials"]

    assert result.exit_code == 1
    assert (finding["status"], finding["about"]) == ("fail", "facebook")
    assert finding["what"].startswith("the provider refuses our app: provider_misconfigured (debug_token: code 190")
    assert "not-the-secret" not in result.output


def test_the_doctor_finds_that_a_version_of_facebook_has_ended(deployment: Deployment) -> None:
    _, config = deployment["facebook"]
    environment = {"ACCREDIT_CONNECTIONS__FACEBOOK__API_VERSION": "v19.0"}
    result = CliRunner().invoke(app, ["doctor", "--offline", "--config", str(config)], env=environment)

    assert result.exit_code == 1
    assert "fail  API version    facebook: v19.0 has ended on 2026-05-21" in result.stdout
