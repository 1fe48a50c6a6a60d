from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from core.tests.threads import new_threads

from accredit.keys import KeyFile
from accredit.storage.migrate import migrate
from accredit.testing import serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from core.tests.cli.conftest import AddDistribution, Install, Run

    Doctor = Callable[..., tuple[int, list[dict[str, Any]]]]

SECRET = "scripted-app-secret"
ISSUER = 'issuer = "https://login.example.com/"\n'
CLIENT = '[clients.app]\nconnections = ["fake"]\n'


@pytest.fixture(autouse=True)
def folder(
    site: Path, add_distribution: AddDistribution, install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    add_distribution(site, "accredit-scripted", "2.0", {"scripted": "accredit_scripted"})
    install(site)
    folder = tmp_path / "deployment"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def configure(folder: Path) -> Callable[[str], None]:
    """Write the settings."""

    def configure(text: str) -> None:
        (folder / "accredit.toml").write_text(text, "utf-8")
        (folder / "accredit.toml").chmod(0o600)

    return configure


@pytest.fixture
def doctor(run: Run) -> Doctor:
    """Run the command; returns the exit code and the findings."""

    def doctor(*arguments: str, check: str = "") -> tuple[int, list[dict[str, Any]]]:
        result = run("doctor", "--config", "accredit.toml", "--json", *arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert SECRET not in result.output
        findings = json.loads(result.stdout)["findings"]
        return result.exit_code, [one for one in findings if check in ("", one["check"])]

    return doctor


@pytest.fixture
def simulated(site: Path, install: Install) -> Iterator[str]:
    """The table of a connection to a running simulator."""
    simulator = install(site).FakeSimulator()
    with serve(simulator.app()) as url:
        table = simulator.settings(url)
        yield "[connections.fake]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in table.items())


@pytest.fixture
def good(configure: Callable[[str], None], simulated: str, folder: Path) -> None:
    """A deployment that has been running."""
    configure(ISSUER + simulated + CLIENT + '[tokens]\nsigning_alg = "ES256"\n')
    KeyFile(folder / "accredit-keys.json").load("ES256")
    migrate(folder / "accredit.db")


def of(status: str, about: str, what: str, change: str | None = None) -> dict[str, Any]:
    return {"status": status, "about": about, "what": what, "change": change}


def without_check(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in one.items() if name != "check"} for one in findings]


@pytest.mark.usefixtures("good")
def test_where_all_is_well_every_finding_is_ok(doctor: Doctor) -> None:
    code, findings = doctor()

    assert [one for one in findings if one["status"] != "ok"] == []
    assert code == 0
    assert [one["check"] for one in findings] == [
        "configuration",
        "connection",
        "API version",
        "key file",
        "database",
        "provider",
        "clock",
        "credentials",
    ]


@pytest.mark.usefixtures("good")
def test_nothing_is_changed_by_looking(doctor: Doctor, folder: Path) -> None:
    def state() -> dict[str, tuple[int, bytes]]:
        return {path.name: (path.stat().st_mode, path.read_bytes()) for path in sorted(folder.iterdir())}

    before = state()
    doctor()

    assert state() == before


@pytest.mark.usefixtures("good")
def test_people_read_lines_and_a_sum(run: Run) -> None:
    result = run("doctor", "--config", "accredit.toml")
    lines = result.stdout.splitlines()

    assert result.exit_code == 0
    assert lines[0] == "ok    configuration  settings: they are valid; issuer https://login.example.com/"
    assert lines[-1] == "8 ok, 0 to look at, 0 failed"
    assert "\x1b" not in result.stdout


def test_a_warning_says_what_to_change_and_is_no_failure(run: Run, configure: Callable[[str], None]) -> None:
    configure(ISSUER)

    result = run("doctor", "--config", "accredit.toml", "--offline")

    assert result.exit_code == 0
    assert "warn  connections" not in result.stdout
    assert "warn  configuration  connections: none is configured\n" in result.stdout
    assert " " * 20 + " to change: add a table [connections.NAME]\n" in result.stdout


def test_a_failure_is_exit_code_1(run: Run, configure: Callable[[str], None]) -> None:
    configure("")

    result = run("doctor", "--config", "accredit.toml", "--offline")

    assert result.exit_code == 1
    assert "fail  configuration  accredit.toml: setting issuer: Field required\n" in result.stdout
    assert result.stdout.endswith("0 ok, 0 to look at, 1 failed\n")


@pytest.mark.usefixtures("good")
def test_offline_asks_no_provider(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def handle(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("accredit.provider.transport.pool.Share.send", handle)
    code, findings = doctor("--offline")

    assert code == 0
    assert [one["check"] for one in findings] == ["configuration", "connection", "API version", "key file", "database"]


@pytest.mark.parametrize("text", ["= =", "connections = 3"])
def test_a_file_that_is_not_good_is_a_failure(doctor: Doctor, configure: Callable[[str], None], text: str) -> None:
    configure(text)

    code, [finding] = doctor()

    assert (code, finding["status"], finding["check"]) == (1, "fail", "configuration")


def test_a_file_that_is_not_there_is_a_failure(doctor: Doctor) -> None:
    code, [finding] = doctor()

    assert (code, finding["what"]) == (1, "cannot read accredit.toml: No such file or directory")


def test_no_file_at_all_is_told_with_what_to_do(run: Run) -> None:
    result = run("doctor", "--offline")

    assert result.exit_code == 1
    assert "environment: setting issuer: Field required (no file was read: pass --config FILE" in result.stdout


def test_connections_are_looked_at_although_the_settings_as_a_whole_are_not_good(
    doctor: Doctor, configure: Callable[[str], None], simulated: str
) -> None:
    configure(simulated + '[connections.broken]\nstrategy = "fake"\napp_id = "1"\n')

    code, findings = doctor()

    assert code == 1
    assert [(one["status"], one["check"], one["about"]) for one in findings if one["check"] != "provider"] == [
        ("fail", "configuration", "accredit.toml"),
        ("ok", "connection", "fake"),
        ("fail", "connection", "broken"),
        ("ok", "API version", "fake"),
    ]
    assert findings[2]["what"] == "connection 'broken': setting app_secret: Field required"
    assert findings[2]["change"].endswith(", set ACCREDIT_CONNECTIONS__BROKEN__APP_SECRET")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every URL that a call would have gone to, whichever way; none arrives."""
    called: list[str] = []

    async def handle(_: object, request: httpx.Request) -> httpx.Response:
        called.append(str(request.url))
        raise httpx.ConnectError("nobody is there")

    monkeypatch.setattr("accredit.provider.transport.pool.Share.send", handle)
    monkeypatch.setattr("accredit.provider.transport.proxy.ProxyTransport.handle_async_request", handle)
    return called


_REMOTE = '[connections.scripted]\napp_id = "123"\napi_url = "https://api.scripted.example"\nmood = "call"\n'
_WITH_PROXY = 'proxy = "http://proxy.example:3128"\n'


@pytest.mark.parametrize(
    ("text", "environment"),
    [
        (_WITH_PROXY + _REMOTE, {}),  # no issuer
        (ISSUER + _WITH_PROXY + _REMOTE + "[tokens]\nleeway_s = -1\n", {}),
        (ISSUER + 'proxy = "socks5://proxy.example"\n' + _REMOTE, {}),
        (ISSUER + _REMOTE, {"ACCREDIT_PROXY": "socks5://proxy.example"}),
        (ISSUER + _WITH_PROXY + _REMOTE, {"ACCREDIT_ISUER": "x"}),
        (ISSUER + _REMOTE, {"ACCREDIT_CONNECTIONS__SCRIPTED__PROXY": "http://proxy.example:1", "ACCREDIT_ISUER": "x"}),
    ],
)
def test_no_call_is_made_where_the_settings_do_not_say_through_which_proxy(
    doctor: Doctor,
    configure: Callable[[str], None],
    called: list[str],
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    environment: dict[str, str],
) -> None:
    configure(text)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    code, findings = doctor()

    assert (code, called) == (1, [])
    assert [(one["status"], one["check"]) for one in findings] == [
        ("fail", "configuration"),
        ("ok", "connection"),
        ("ok", "API version"),
        ("warn", "provider"),
    ]
    assert findings[-1]["what"] == "not asked: without good settings the proxy is not known, and no call goes past it"


def test_calls_are_made_where_the_settings_are_good(
    doctor: Doctor, configure: Callable[[str], None], called: list[str]
) -> None:
    configure(ISSUER + _WITH_PROXY + _REMOTE)

    doctor()

    assert set(called) == {"https://api.scripted.example/", "https://api.scripted.example/me"}


def test_a_bad_proxy_of_the_environment_is_told_as_such_and_not_as_a_fault_of_the_plugin(
    doctor: Doctor, configure: Callable[[str], None], called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://user:s3cret@proxy.example")
    configure(ISSUER + 'proxy = "environment"\n' + _REMOTE)

    _, [finding] = doctor(check="credentials")

    assert finding["status"] == "fail"
    assert finding["what"].startswith("not checked: HTTPS_PROXY must be a URL such as ")
    assert finding["change"] == "correct the variable, or the setting proxy"
    assert called == []


def test_a_connection_is_ok_doubtful_off_or_broken(doctor: Doctor, configure: Callable[[str], None]) -> None:
    configure(
        ISSUER
        + "[connections.scripted]\napp_id = '123'\n[connections.off]\nenabled = false\n[connections.nowhere]\n"
        + '[connections.open]\nstrategy = "scripted"\napp_id = "123"\naccept_unbound_tokens = true\n'
        + '[connections.broken]\nstrategy = "scripted"\napp_id = "123"\nmood = "broken version"\n'
        + '[clients.app]\nconnections = ["scripted", "off", "nowhere", "open", "broken"]\n'
    )

    code, findings = doctor("--offline", check="connection")

    assert code == 1
    assert [(one["status"], one["about"]) for one in findings] == [
        ("ok", "scripted"),
        ("ok", "off"),
        ("fail", "nowhere"),
        ("warn", "open"),
        ("fail", "broken"),
    ]
    assert findings[1]["what"] == "is off, and so not looked at"
    assert findings[2]["what"] == (
        "setting connections.nowhere: no installed distribution brings strategy 'nowhere' (installed: fake, scripted)"
    )
    assert findings[3]["change"] == "set accept_unbound_tokens = false if you can"
    assert "api_version of 'broken' failed: RuntimeError" in findings[4]["what"]


def test_a_connection_that_keeps_tokens_needs_a_key_and_a_strategy_that_revokes(
    doctor: Doctor, configure: Callable[[str], None], simulated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeps = "keep_provider_token = true\n"
    both = f"[connections.scripted]\napp_id = '123'\n{keeps}{simulated}{keeps}"
    configure(ISSUER + both + '[clients.app]\nconnections = ["fake", "scripted"]\n')
    _, findings = doctor("--offline", check="connection")
    assert [one["status"] for one in findings] == ["fail", "fail"]
    assert "keep_provider_token needs keys.encryption_key" in findings[0]["what"]
    assert "has no revoke" in findings[1]["what"]

    monkeypatch.setenv("ACCREDIT_KEYS__ENCRYPTION_KEY", "A" * 43 + "=")
    _, findings = doctor("--offline", check="connection")
    assert [one["status"] for one in findings] == ["ok", "fail"]

    configure(both)  # without an issuer: the settings as a whole are not good, and connections are looked at
    _, findings = doctor("--offline", check="connection")
    assert [one["status"] for one in findings] == ["ok", "ok"]


def test_what_cannot_be_meant_is_told(doctor: Doctor, configure: Callable[[str], None]) -> None:
    configure(ISSUER + '[connections.scripted]\napp_id = "123"\n[clients.app]\n[storage]\nurl = "memory://"\n')

    code, findings = doctor("--offline", check="configuration")

    assert code == 0
    assert without_check(findings[1:]) == [
        of(
            "warn",
            "scripted",
            "no client may use this connection",
            "add it to `connections` of a client, or remove it",
        ),
        of(
            "warn",
            "storage.url",
            "refresh tokens are kept in memory: a restart forgets them",
            'set url = "sqlite:///accredit.db" in [storage]',
        ),
    ]


@pytest.mark.threat(17)
@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0"])
def test_proxies_that_are_everybody_are_told(everybody: str, doctor: Doctor, configure: Callable[[str], None]) -> None:
    table = '[connections.scripted]\napp_id = "123"\n[clients.app]\nconnections = ["scripted"]\n[limits]\n'

    configure(f'{ISSUER}{table}trusted_proxies = ["10.0.0.0/8", "{everybody}", "unix"]\n')
    code, findings = doctor("--offline", check="configuration")
    configure(f'{ISSUER}{table}trusted_proxies = ["10.0.0.0/8", "unix"]\n')
    _, without = doctor("--offline", check="configuration")

    assert code == 0
    assert without_check(findings[1:]) == [
        of(
            "warn",
            "limits.trusted_proxies",
            f"{everybody} is everybody: whoever calls can say to be somebody else, and limits by address stop nobody",
            "name the addresses of your proxies alone",
        )
    ]
    assert without[1:] == []


@pytest.mark.threat(58)
def test_what_can_never_match_is_a_failure(doctor: Doctor, configure: Callable[[str], None]) -> None:
    client = '[clients.app]\nconnections = ["scriptd"]\n'
    configure(ISSUER + '[connections.scripted]\napp_id = "123"\nmood = "unversioned "\n' + client)

    code, findings = doctor("--offline")

    assert code == 1
    assert [(one["status"], one["check"]) for one in findings] == [("fail", "configuration"), ("fail", "connection")]
    assert "setting clients.app.connections.0: names a connection that is not configured" in findings[0]["what"]
    assert "setting mood: begins or ends with a blank or a line break" in findings[1]["what"]


@pytest.mark.usefixtures("good")
def test_a_settings_file_that_others_may_read_is_a_warning(doctor: Doctor, folder: Path) -> None:
    (folder / "accredit.toml").chmod(0o644)

    code, findings = doctor("--offline", check="configuration")

    assert (code, [one["status"] for one in findings]) == (0, ["ok", "warn"])
    assert findings[1]["what"] == "others may read it, and it holds connections.fake.app_secret"


@pytest.mark.usefixtures("good")
def test_secrets_in_files_are_looked_at_too(doctor: Doctor, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCREDIT_SECRETS", str(folder))
    monkeypatch.setattr("accredit.cli.checkup.secrets_folder._is_open", lambda _: True)

    code, findings = doctor("--offline", check="configuration")

    assert (code, findings[-1]["status"], findings[-1]["about"]) == (0, "warn", str(folder))


def test_nobody_to_log_in_is_told(doctor: Doctor, configure: Callable[[str], None]) -> None:
    configure(ISSUER + "[connections.scripted]\napp_id = '123'\n")

    _, findings = doctor("--offline", check="configuration")

    assert [one["about"] for one in findings] == ["settings", "clients"]


@pytest.mark.parametrize(
    ("table", "status", "what"),
    [
        ('mood = "unversioned"', "ok", "the strategy knows of no version that ends"),
        ("", "ok", "v7, no end announced"),
        ("days_left = 400", "ok", "v7 ends on "),
        ("days_left = 3", "warn", "v7 ends on "),
        ("days_left = -3", "fail", "v7 has ended on "),
        ('mood = "unknown version"', "warn", "v9 is unknown to accredit-scripted 2.0"),
    ],
)
def test_an_api_version_is_judged_by_its_end(
    doctor: Doctor, configure: Callable[[str], None], table: str, status: str, what: str
) -> None:
    configure(f"{ISSUER}[connections.scripted]\napp_id = '123'\n{table}\n")

    code, [finding] = doctor("--offline", check="API version")

    assert (finding["status"], finding["what"][: len(what)]) == (status, what)
    assert code == (status == "fail")
    assert (finding["change"] is None) == (status == "ok")


@pytest.mark.parametrize(
    ("mood", "status", "what"),
    [
        ("", "ok", "the provider knows our app and its secret"),
        ("misconfigured", "fail", "the provider refuses our app: provider_misconfigured (wrong: [redacted])"),
        ("unavailable", "warn", "could not be checked: down"),
        ("exhausted", "fail", "the quota of our app is used up (24 hours)"),
        ("unlisted", "fail", "the provider refuses our app (app: no line for code 4711, status 400)"),
        ("crash", "fail", "accredit-scripted 2.0 (accredit_scripted) failed: check_credentials: RuntimeError in "),
        ("exit", "fail", "accredit-scripted 2.0 (accredit_scripted) failed: check_credentials: SystemExit in "),
        ("astray", "fail", "accredit-scripted 2.0 (accredit_scripted) failed: the strategy did not declare the host"),
        ("hang", "warn", "could not be checked: no answer in time"),
    ],
)
def test_credentials_are_checked_where_the_strategy_can(
    doctor: Doctor, configure: Callable[[str], None], mood: str, status: str, what: str
) -> None:
    configure(f'{ISSUER}[connections.scripted]\napp_id = "123"\nmood = "{mood}"\n[limits]\nexchange_timeout_s = 0.05\n')

    _, [finding] = doctor(check="credentials")

    assert (finding["status"], finding["what"][: len(what)]) == (status, what)
    assert (finding["change"] is None) == (status == "ok")


@pytest.mark.usefixtures("good")
def test_a_strategy_that_cannot_check_them_is_no_problem(doctor: Doctor) -> None:
    _, findings = doctor(check="credentials")

    what = "not checked: this takes a user's token, see `accredit explain`"
    assert without_check(findings) == [of("ok", "fake", what)]


def test_an_unknown_option_is_a_mistake_of_the_caller(run: Run) -> None:
    assert run("doctor", "--ofline").exit_code == 2


def test_it_leaves_no_thread_behind(doctor: Doctor, configure: Callable[[str], None]) -> None:
    threads = threading.enumerate()
    configure(ISSUER + "[connections.scripted]\napp_id = '123'\n")
    doctor("--offline")

    assert new_threads(threads) == []


def test_help_says_when_to_use_it_and_shows_an_example(run: Run) -> None:
    result = run("doctor", "--help")

    assert "Use it before the first start" in result.stdout
    assert "Example:\n    accredit doctor --config accredit.toml" in result.stdout


def test_the_environment_configures_too(run: Run) -> None:
    scripted = {"ACCREDIT_CONNECTIONS__SCRIPTED__APP_ID": "123", "ACCREDIT_CONNECTIONS__SCRIPTED__DAYS_LEFT": "3"}
    environment = {"ACCREDIT_ISSUER": "https://login.example.com/", **scripted}
    assert not any(name.startswith("ACCREDIT_") for name in os.environ)

    result = run("doctor", "--offline", env=environment)

    assert result.exit_code == 0
    assert "warn  API version    scripted: v7 ends on " in result.stdout
