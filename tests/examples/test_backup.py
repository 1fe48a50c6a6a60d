"""The recipes of the guide, from a login to a login: nothing lives that was ended after the backup was taken."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from core.tests.postgres import Postgres, programs_for, running
from tests.conftest import Bench
from tests.examples.running import code

from accredit import Exchange, Settings, create_app
from accredit.keys.jose import SigningKey
from accredit.testing import serve

PAGE = "docs/guides/backup.md"
ISSUER = "https://login.example.com/"
KEY = SigningKey.generate("ES256")
SQLITE, POSTGRESQL, [REPEAT] = code(PAGE, "bash")[:2], code(PAGE, "bash")[2:4], code(PAGE, "bash")[4:]
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with running() as server:
        yield server


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/var/accredit.db"
    server: Postgres = request.getfixturevalue("server")
    stack: ExitStack = request.getfixturevalue("stack")
    return stack.enter_context(server.database()).url()


Run = Callable[[str], str]


@pytest.fixture
def run(url: str, tmp_path: Path) -> Run:
    """Run lines of the page beside the settings, which the database is not, with PostgreSQL's own programs.

    It returns what they print.
    """
    for name in ("etc", "var"):
        (tmp_path / name).mkdir()
    table = f'issuer = "{ISSUER}"\n[storage]\nurl = "{url}"\n'
    (tmp_path / "etc/accredit.toml").write_text(table, "utf-8")
    path = f"{BIN}:{programs_for({}, tmp_path)}:{os.environ['PATH']}"

    def run(lines: str) -> str:
        done = subprocess.run(
            [
                "/bin/bash",
                "-uc",
                lines.replace("/etc/accredit", f"{tmp_path}/etc").replace("/var/lib/accredit", f"{tmp_path}/var"),
            ],
            cwd=tmp_path / "etc",
            env={**os.environ, "PATH": path, "ACCREDIT_STORAGE__URL": url},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def node(url: str, tmp_path: Path, connections: dict[str, dict[str, Any]]) -> Callable[[], Any]:
    """Start a server on the database."""
    settings = Settings.model_validate(
        {
            "issuer": ISSUER,
            "connections": {"facebook": connections["facebook"]},
            "clients": {
                "my-app": {"connections": ["facebook"]},
                "signer": {"jwks": {"keys": [KEY.public_jwk()]}, "scopes": ["read:orders"]},
            },
            "tokens": {"sessions": "offline_access"},
            "storage": {"url": url},
            "keys": {"path": f"{tmp_path}/var/keys.json"},
        }
    )

    @contextmanager
    def node() -> Iterator[tuple[httpx.Client, Exchange]]:
        exchange = Exchange(settings)
        with serve(create_app(exchange)) as address, httpx.Client(base_url=address) as client:
            yield client, exchange

    return node


def ask(client: httpx.Client, bench: Bench, scope: str = "openid offline_access") -> httpx.Response:
    body = {"client_id": "my-app", "connection": "facebook", "scope": scope, **bench.good("facebook")}
    return client.post("/oauth/access_token", json=body)


def log_in(client: httpx.Client, bench: Bench, scope: str = "openid offline_access") -> dict[str, str]:
    answer = ask(client, bench, scope)
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def refresh(client: httpx.Client, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "client_id": "my-app", "refresh_token": token}
    return client.post("/oauth/token", data=form)


def userinfo(client: httpx.Client, token: str) -> int:
    return client.get("/userinfo", headers={"Authorization": f"Bearer {token}"}).status_code


def present(client: httpx.Client, assertion: str) -> int:
    form = {
        "grant_type": "client_credentials",
        "client_assertion": assertion,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    return client.post("/oauth/token", data=form).status_code


def assertion(jti: str, life_s: int) -> str:
    now = int(time.time())
    claims = {"iss": "signer", "sub": "signer", "aud": ISSUER, "iat": now, "exp": now + life_s, "jti": jti}
    return KEY.sign(claims, typ="JWT")


def test_nothing_lives_after_a_restore_that_had_ended_before(
    url: str, run: Run, node: Callable[[], Any], bench: Bench
) -> None:
    backup, restore = SQLITE if url.startswith("sqlite") else POSTGRESQL
    used, again = assertion("used", 300), assertion("later", 300)

    def change(command: str) -> None:
        run(f"accredit {command} --config accredit.toml 2>&1 | tee -a changes.log")  # as the page says

    with node() as (client, _):
        rotated, ended, kept = (log_in(client, bench) for _ in range(3))
        run(backup)  # yesterday's, which the next one replaces
        bare = log_in(client, bench, scope="openid")
        run(backup)
        successor = refresh(client, rotated["refresh_token"]).json()
        client.post("/oauth/revoke", data={"client_id": "my-app", "token": ended["refresh_token"]})
        later = log_in(client, bench)
        who = {"Authorization": f"Bearer {later['access_token']}"}
        subject = client.get("/userinfo", headers=who).json()["sub"]
        assert present(client, used) == 200
        began = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        change(f"subjects erase '{subject}' --yes")
        change(f"subjects block '{subject}'")
        assert ask(client, bench).status_code == 401

    said = run(f"{restore}\ntest -e accredit.toml")  # the next lines are run in the same folder
    assert "ended: 3 sessions" in said
    assert "as this version needs it" in said

    with node() as (client, _):
        for one in (rotated, ended, kept, successor, later):
            refused = refresh(client, one["refresh_token"])
            assert (refused.status_code, refused.json()["error"]) == (403, "invalid_grant")
            assert userinfo(client, one["access_token"]) == 401
        assert userinfo(client, bare["access_token"]) == 401
        assert present(client, used) == 401
        assert present(client, again) == 401
        assert present(client, assertion("long", 3_660)) in {200, 401}  # it ends about when the others have
        new = log_in(client, bench)
        assert userinfo(client, new["access_token"]) == 200
        assert refresh(client, new["refresh_token"]).status_code == 200

    repeated = run(f"BACKUP_BEGAN={began}\n{REPEAT}")
    assert repeated == f"erased {subject}\nblocked {subject}\n"
    with node() as (client, _):
        assert userinfo(client, new["access_token"]) == 401
        assert ask(client, bench).status_code == 401


def test_without_the_command_what_had_ended_lives_again(
    url: str, run: Run, node: Callable[[], Any], bench: Bench
) -> None:
    """So that the test above shows something."""
    backup, restore = SQLITE if url.startswith("sqlite") else POSTGRESQL
    used = assertion("used", 300)
    with node() as (client, _):
        rotated, ended = (log_in(client, bench) for _ in range(2))
        run(backup)
        refresh(client, rotated["refresh_token"])
        client.post("/oauth/revoke", data={"client_id": "my-app", "token": ended["refresh_token"]})
        assert present(client, used) == 200
    run(restore.rpartition(" &&\n")[0])
    with node() as (client, _):
        assert refresh(client, rotated["refresh_token"]).status_code == 200
        assert refresh(client, ended["refresh_token"]).status_code == 200
        assert present(client, used) == 200


def test_it_says_what_it_would_do_and_who_has_logged_in_since_may_stay(
    url: str, run: Run, node: Callable[[], Any], bench: Bench
) -> None:
    command = "accredit db restored --config accredit.toml"
    with node() as (client, _):
        old = log_in(client, bench)
    time.sleep(1.1)  # so that the two logins are of different seconds
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    with node() as (client, _):
        new = log_in(client, bench)
        assert "would be ended: 2 sessions" in run(f"{command} || [ $? = 1 ]")
        assert userinfo(client, old["access_token"]) == 200
        assert "\n" in run(f"{command} --yes --serving-since {since}")
        assert userinfo(client, old["access_token"]) == 401
        assert refresh(client, old["refresh_token"]).status_code == 403
        assert userinfo(client, new["access_token"]) == 200
        assert refresh(client, new["refresh_token"]).status_code == 200


@pytest.mark.parametrize("when", ["2026-11-26T03:00:00", "2999-01-01T00:00:00Z", "yesterday"])
def test_a_time_without_a_zone_or_that_has_not_been_is_refused(run: Run, when: str) -> None:
    said = run(f"accredit db restored --yes --serving-since {when} --config accredit.toml 2>&1 || [ $? = 2 ]")
    assert "must be a time that has been, with its zone" in said


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_backup_of_before_an_upgrade_is_restored_into_another_database(run: Run, server: Postgres) -> None:
    backup, restore = POSTGRESQL
    run("accredit db upgrade --to 0003 --config accredit.toml && touch /var/lib/accredit/keys.json")
    run(backup)
    run("accredit db upgrade --config accredit.toml")
    assert "tables that Accredit has not made" in run(f"({restore}) 2>&1 || [ $? = 2 ]")
    with server.database() as empty:
        assert "as this version needs it" in run(f"export ACCREDIT_STORAGE__URL='{empty.url()}'\n{restore}")


def refused(run: Run, before: str, lines: str) -> bool:
    """Run lines of the page after others; tell whether it was SQLite that stopped them."""
    return "sqlite3." in run(f"{before} && ! {{ {lines}\n}} 2>&1")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lost", ["rm accredit.db", "echo -n > accredit.db"])
def test_a_database_that_is_not_there_takes_the_place_of_no_backup(run: Run, tmp_path: Path, lost: str) -> None:
    run("accredit db upgrade --config accredit.toml && touch /var/lib/accredit/keys.json")
    assert run(SQLITE[0]) == "0 sessions\n"
    good = (tmp_path / "var/backup.db").read_bytes()
    assert refused(run, f"(cd /var/lib/accredit && {lost})", SQLITE[0])
    assert (tmp_path / "var/backup.db").read_bytes() == good
    assert not (tmp_path / "etc/accredit.db").exists()
    run(SQLITE[1])
    assert "as this version needs it" in run("accredit db check --config accredit.toml")


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("made", ["true", "echo -n > backup.db"])
def test_a_backup_that_is_empty_or_not_there_takes_the_place_of_no_database(
    url: str, run: Run, node: Callable[[], Any], bench: Bench, made: str
) -> None:
    with node() as (client, _):
        token = log_in(client, bench)["refresh_token"]
    assert refused(run, f"(cd /var/lib/accredit && {made})", SQLITE[1])
    with node() as (client, _):
        assert refresh(client, token).status_code == 200


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("without", ["unset ACCREDIT_STORAGE__URL", "export ACCREDIT_STORAGE__URL="])
def test_no_other_database_is_dumped_or_overwritten_where_the_url_is_not_set(
    run: Run, tmp_path: Path, without: str
) -> None:
    run("touch /var/lib/accredit/keys.json")
    for lines in POSTGRESQL:
        assert "ACCREDIT_STORAGE__URL: parameter null or not set" in run(f"! ({without}\n{lines}) 2>&1")
    assert not list((tmp_path / "var").glob("*.dump*"))


def test_an_old_schema_is_upgraded_first(run: Run) -> None:
    said = run("accredit db restored --yes --config accredit.toml 2>&1 || [ $? = 2 ]")
    assert "must be upgraded first" in said
    assert json.loads(run("accredit db current --json --config accredit.toml"))["revision"] is None
