"""`accredit clients`: the settings file keeps its form, the secret is told once."""

from __future__ import annotations

import base64
import json
import os
import stat
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomlkit

from accredit.cli.tools.client_tables import add_client
from accredit.settings.client_secret import SecretHash

if TYPE_CHECKING:
    from core.tests.cli.conftest import Run

HAND_WRITTEN = """\
# our login server
issuer = "https://login.example.com/"   # keep the slash

[clients.web]   # the site
connections = [
  "facebook",   # first
]

[connections.facebook]
app_id = "1"
app_secret = "s"

[clients."with.dot"]
scopes = ["a"]
# the end
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "accredit.toml"
    path.write_text(HAND_WRITTEN, "utf-8")
    path.chmod(0o640)
    return path


def tables(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def assert_only_added(before: str, after: str) -> None:
    """Every line that was there is there, in that order."""
    lines = iter(after.splitlines())
    assert all(line in lines for line in before.splitlines())


def test_a_public_client_is_added_and_the_file_stays_as_it_was_written(run: Run, config: Path) -> None:
    result = run("clients", "add", "my-app", "--connection", "facebook", "--config", str(config))

    assert (result.exit_code, result.stdout) == (0, "")
    assert tables(config)["clients"]["my-app"] == {"connections": ["facebook"]}
    assert_only_added(HAND_WRITTEN, config.read_text("utf-8"))
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert sorted(one.name for one in config.parent.iterdir()) == ["accredit.toml", "accredit.toml.lock"]


def test_a_confidential_client_gets_a_secret_that_is_told_once_and_stored_as_a_hash(run: Run, config: Path) -> None:
    result = run("clients", "add", "svc", "--confidential", "--scope", "read:orders", "--config", str(config))

    [secret] = result.stdout.splitlines()
    assert result.exit_code == 0
    assert secret not in result.stderr
    assert secret not in config.read_text("utf-8")
    added = tables(config)["clients"]["svc"]
    assert set(added) == {"scopes", "secret_hash"}
    assert added["secret_hash"] not in result.output
    assert SecretHash.parse(added["secret_hash"]).matches(secret)


def test_everything_a_client_may_use_can_be_said(run: Run, config: Path) -> None:
    result = run(
        *("clients", "add", "full", "--config", str(config), "--connection", "facebook"),
        *("--grant-type", "refresh_token", "--scope", "a", "--scope", "b"),
        *("--audience", "https://api.example.com", "--origin", "https://app.example.com"),
    )

    assert result.exit_code == 0
    assert tables(config)["clients"]["full"] == {
        "connections": ["facebook"],
        "grant_types": ["refresh_token"],
        "scopes": ["a", "b"],
        "audiences": ["https://api.example.com"],
        "allowed_origins": ["https://app.example.com"],
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("web",), "there is a client 'web' already"),
        (("with.dot",), "there is a client 'with.dot' already"),
        (("x", "--connection", "nope"), "there is no connection 'nope'; there is: facebook"),
        (("x", "--grant-type", "password"), "there is no grant type 'password'"),
        (("x", "--origin", "https://app.example.com/"), "setting allowed_origins.0: is no origin as browsers send it"),
        (("x", "--scope", "a b"), "setting scopes.0: is no scope"),
        (("x", "--audience", "a", "--audience", "a"), "setting audiences: holds the same entry twice"),
        (("a b",), "NAME must be"),
        (("",), "NAME must be"),
        (("é",), "NAME must be"),
        (("x" * 257,), "NAME must be"),
    ],
)
def test_what_cannot_be_added_leaves_the_file_alone(
    run: Run, config: Path, arguments: tuple[str, ...], message: str
) -> None:
    result = run("clients", "add", *arguments, "--confidential", "--config", str(config))

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert config.read_text("utf-8") == HAND_WRITTEN


@pytest.mark.parametrize("command", ["add", "rotate-secret"])
def test_without_a_file_there_is_nothing_to_write_to(run: Run, command: str, tmp_path: Path) -> None:
    result = run("clients", command, "x", env={"ACCREDIT_CONFIG": ""})
    assert result.exit_code == 2
    assert "Pass --config FILE or set ACCREDIT_CONFIG" in result.stderr

    missing = run("clients", command, "x", "--config", str(tmp_path / "nope.toml"))
    assert missing.exit_code == 2
    assert "nope.toml" in missing.stderr


@pytest.mark.parametrize("name", ["new", "n.e.w", "https://example.com/app", "a'b\"c", "1"])
def test_any_name_finds_its_table(run: Run, config: Path, name: str) -> None:
    assert run("clients", "add", name, "--config", str(config)).exit_code == 0
    assert tables(config)["clients"][name] == {}


@pytest.mark.parametrize(
    "text",
    [
        'issuer = "https://login.example.com/"\n',
        'issuer = "https://login.example.com/"',
        'issuer = "https://login.example.com/"\r\n[clients]\r\n# none yet\r\n',
        'issuer = "https://login.example.com/"\n[clients.a]\n[limits]\nmax_body_bytes = 10\n[clients.b]\n',
        'issuer = "https://login.example.com/"\n[clients]\na.scopes = ["x"]\n',
        'issuer = "https://login.example.com/"\nclients = {a = {scopes = ["x"]}}\n',
        'issuer = "https://login.example.com/"\nclients.a.scopes = ["x"]\n',
    ],
)
def test_however_clients_are_written_a_new_one_finds_its_place(run: Run, tmp_path: Path, text: str) -> None:
    path = tmp_path / "accredit.toml"
    path.write_bytes(text.encode())
    before = tables(path)
    result = run("clients", "add", "new", "--scope", "y", "--config", str(path))

    assert result.exit_code == 0, result.stderr
    before.setdefault("clients", {})["new"] = {"scopes": ["y"]}
    assert tables(path) == before
    assert path.read_bytes().count(b"\r\n") >= text.count("\r\n")


def test_a_new_secret_replaces_the_hash_and_nothing_else(run: Run, config: Path) -> None:
    first = run("clients", "add", "svc", "--confidential", "--scope", "a", "--config", str(config)).stdout.strip()
    before = tables(config)
    result = run("clients", "rotate-secret", "svc", "--config", str(config))
    [second] = result.stdout.splitlines()

    assert result.exit_code == 0
    assert first != second
    after = tables(config)
    stored = SecretHash.parse(after["clients"]["svc"].pop("secret_hash"))
    old = before["clients"]["svc"].pop("secret_hash")
    assert (stored.matches(second), stored.matches(first)) == (True, False)
    assert after == before
    assert old not in result.output
    assert_only_added(HAND_WRITTEN, config.read_text("utf-8"))
    assert stat.S_IMODE(config.stat().st_mode) == 0o640


@pytest.mark.parametrize(
    ("name", "message"),
    [("web", "has no secret_hash"), ("nobody", "has no client 'nobody'")],
)
def test_only_a_client_with_a_secret_gets_a_new_one(run: Run, config: Path, name: str, message: str) -> None:
    result = run("clients", "rotate-secret", name, "--config", str(config))

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert config.read_text("utf-8") == HAND_WRITTEN


def test_the_list_tells_who_may_do_what_and_no_hash(run: Run, config: Path) -> None:
    run("clients", "add", "svc", "--confidential", "--scope", "read:orders", "--config", str(config))
    stored = tables(config)["clients"]["svc"]["secret_hash"]
    table = run("clients", "list", "--config", str(config))
    rows = run("clients", "list", "--json", "--config", str(config))

    assert (table.exit_code, rows.exit_code) == (0, 0)
    assert stored not in table.output + rows.output
    assert "sha256" not in table.output + rows.output
    by_name = {row["client_id"]: row for row in json.loads(rows.stdout)}
    assert set(by_name) == {"web", "with.dot", "svc"}
    assert (by_name["svc"]["authentication"], by_name["svc"]["scopes"]) == ("client_secret", ["read:orders"])
    assert (by_name["web"]["authentication"], by_name["web"]["connections"]) == ("none", ["facebook"])
    assert [line.split()[:2] for line in table.stdout.splitlines()[1:]] == [
        ["web", "none"],
        ["svc", "client_secret"],
        ["with.dot", "none"],
    ]


def test_a_link_stays_one_and_what_it_points_to_is_changed(run: Run, config: Path) -> None:
    link = config.parent / "link.toml"
    link.symlink_to(config)

    assert run("clients", "add", "my-app", "--config", str(link)).exit_code == 0
    assert link.is_symlink()
    assert "my-app" in tables(config)["clients"]


def test_a_file_that_cannot_be_replaced_stays_whole(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("clients", "add", "svc", "--confidential", "--config", str(config))

    assert (result.exit_code, result.stdout) == (2, "")
    assert "No space left on device" in result.stderr
    assert config.read_text("utf-8") == HAND_WRITTEN
    assert sorted(one.name for one in config.parent.iterdir()) == ["accredit.toml", "accredit.toml.lock"]


def test_an_edit_that_would_change_anything_else_is_not_written(
    run: Run, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tomlkit, "dumps", lambda _: HAND_WRITTEN)
    result = run("clients", "add", "my-app", "--config", str(config))

    assert result.exit_code == 2
    assert "must be changed by hand" in result.stderr
    assert config.read_text("utf-8") == HAND_WRITTEN


def test_many_at_once_lose_nothing(config: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add_client(config, f"client-{number}", {"scopes": ["a"]}), range(24)))

    assert set(tables(config)["clients"]) == {"web", "with.dot", *(f"client-{number}" for number in range(24))}


async def test_the_secret_that_was_told_is_the_one_that_opens(run: Run, config: Path) -> None:
    import httpx

    from accredit import create_app, load_settings
    from accredit.exchange.exchange import Exchange
    from accredit.keys import SigningKeys
    from accredit.keys.jose import SigningKey
    from accredit.settings import Settings, StorageSettings

    secret = run("clients", "add", "svc", "--confidential", "--config", str(config)).stdout.strip()
    written = load_settings(config, {})
    settings = Settings(
        issuer=written.issuer, clients={"svc": written.clients["svc"]}, storage=StorageSettings(url="memory://")
    )
    exchange = Exchange(settings, keys=SigningKeys([SigningKey.generate("ES256")]))
    transport = httpx.ASGITransport(app=create_app(exchange))
    async with exchange, httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as http:
        pair = base64.b64encode(f"svc:{secret}".encode()).decode()
        answer = await http.post(
            "/oauth/token", json={"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {pair}"}
        )

    assert answer.status_code == 200
    assert answer.json()["scope"] == ""


def test_a_client_with_an_old_hash_gets_a_new_secret(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "accredit.toml"
    path.write_text(
        'issuer = "https://login.example.com/"\n[clients.svc]\nsecret_hash = "$scrypt$ln=14,r=8,p=1$c2FsdA$aGFzaA"\n'
    )
    refused = run("clients", "list", "--config", str(path))
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "rotate-secret" in refused.stderr

    [secret] = run("clients", "rotate-secret", "svc", "--config", str(path)).stdout.splitlines()
    assert SecretHash.parse(tables(path)["clients"]["svc"]["secret_hash"]).matches(secret)
    assert run("clients", "list", "--config", str(path)).exit_code == 0
