"""May others read a settings file that holds secrets?"""

from pathlib import Path

import pytest
from core.tests.cli.conftest import Install

from accredit.cli.checkup.finding import Finding
from accredit.cli.checkup.settings_file import examine_settings_file

ISSUER = 'issuer = "https://login.example.com/"\n'
FAKE = '[connections.game]\nstrategy = "fake"\napp_id = "1"\n'


@pytest.fixture(autouse=True)
def fake(site: Path, install: Install) -> None:
    install(site)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "accredit.toml"


def findings(file: Path, text: str, mode: int = 0o644) -> list[Finding]:
    file.write_text(text, "utf-8")
    file.chmod(mode)
    return list(examine_settings_file(file))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o620])
def test_secrets_that_others_may_read_are_a_warning(file: Path, mode: int) -> None:
    text = ISSUER + FAKE + 'app_secret = "hunter2"\n[keys]\nencryption_key = "hunter2"\n'
    [finding] = findings(file, text, mode)
    assert (finding.status, finding.check, finding.about) == ("warn", "configuration", str(file))
    assert finding.what == "others may read it, and it holds keys.encryption_key, connections.game.app_secret"
    assert finding.change == f"run: chmod 600 {file}; or move what is secret into the environment"
    assert findings(file, text, 0o600) == []
    assert findings(file, text, 0o400) == []


def test_so_are_those_of_what_nodes_share_and_of_a_proxy(file: Path) -> None:
    cache = '[cache]\nurl = "redis://:hunter2@cache"\nencryption_key = "hunter2"\n'
    [finding] = findings(file, 'proxy = "http://me:hunter2@proxy.example:3128"\n' + ISSUER + cache)
    assert finding.what == "others may read it, and it holds proxy, cache.url, cache.encryption_key"
    assert findings(file, 'proxy = "direct"\n' + ISSUER + '[cache]\nurl = "memory://"\n') == []


@pytest.mark.parametrize("scheme", ["postgresql", "elsewhere"])
def test_so_is_a_password_of_the_storage(file: Path, scheme: str) -> None:
    [finding] = findings(file, ISSUER + f'[storage]\nurl = "{scheme}://me:hunter2@db/accredit"\n')
    assert finding.what == "others may read it, and it holds storage.url"
    assert findings(file, ISSUER + f'[storage]\nurl = "{scheme}://me@db/accredit"\n') == []


def test_a_file_without_secrets_may_lie_open(file: Path) -> None:
    assert findings(file, ISSUER) == []
    assert findings(file, ISSUER + FAKE + "enabled = true\n") == []


def test_of_a_strategy_that_is_not_installed_every_setting_of_its_own_may_be_secret(file: Path) -> None:
    [finding] = findings(file, ISSUER + '[connections.x]\nstrategy = "nowhere"\nenabled = false\npin = "hunter2"\n')
    assert finding.what == "others may read it, and it holds connections.x.pin"


def test_what_a_plugin_for_servers_is_told_may_be_secret_but_for_what_is_true_or_false(file: Path) -> None:
    told = '[plugins]\nenabled = ["acme"]\n[plugins.acme]\napi_key = "hunter2"\nstrict = true\n'
    [finding] = findings(file, ISSUER + told)
    assert finding.what == "others may read it, and it holds plugins.acme.api_key"
    assert findings(file, ISSUER + '[plugins]\nenabled = ["acme"]\n[plugins.acme]\nstrict = true\n') == []


@pytest.mark.parametrize("text", ["no toml", "keys = 1\nplugins = 1\nconnections = 1\n", "[connections]\nfake = 1\n"])
def test_what_cannot_be_read_is_told_by_others(file: Path, text: str) -> None:
    assert findings(file, text) == []


def test_where_there_is_no_file_there_is_nothing_to_say(tmp_path: Path) -> None:
    assert list(examine_settings_file(None)) == []
    assert list(examine_settings_file(tmp_path)) == []
    assert list(examine_settings_file(tmp_path / "nowhere.toml")) == []
