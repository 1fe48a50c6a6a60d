"""The deployment guide, walked through: from one process on SQLite to three nodes, and back, by the commands it shows.

The addresses in them are those of a PostgreSQL and a Valkey that run here; the rest is their text.
"""

import base64
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from core.tests.postgres import running
from core.tests.valkey import any_server
from tests.documents.blocks import blocks_of
from tests.environment import environment_of
from tests.examples.running import started

pytestmark = pytest.mark.slow

PAGE = "docs/guides/deployment.md"
LOGIN = {"client_id": "shop-app", "connection": "facebook", "scope": "openid profile offline_access"}
SQLITE = "sqlite:////var/lib/accredit/accredit.db"
KEYS = "/var/lib/accredit/keys.json"
POSTGRESQL = "postgresql://accredit@db.example.com/accredit"
VALKEY = "valkey://cache.example.com"


@dataclass
class Operator:
    """Somebody who follows the guide: a folder with the settings, and an environment with the secrets."""

    folder: Path
    variables: dict[str, str]
    addresses: dict[str, str]
    """What stands in the place of an address of the guide."""
    tables: dict[str, str] = field(default_factory=dict)

    def set(self, table: str, text: str) -> None:
        """Change a table of the settings."""
        self.tables[table] = self._here(text)
        lines = ['issuer = "https://login.example.com/"', "[clients.shop-app]", 'connections = ["facebook"]']
        lines += [f"[{name}]\n{body}" for name, body in self.tables.items()]
        (self.folder / "accredit.toml").write_text("\n".join(lines), "utf-8")

    def run(self, *commands: str) -> None:
        """Run what the guide shows."""
        for command in commands:
            program, *words = self._here(command).split()
            done = subprocess.run(
                [str(Path(sys.executable).parent / program), *words],
                cwd=self.folder,
                env=self.variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout + done.stderr

    @contextmanager
    def serving(self) -> Iterator[httpx.Client]:
        """Start a server as the guide does."""
        with (
            started("accredit serve --config accredit.toml", self.folder, **self.variables) as server,
            httpx.Client(base_url=server.url, timeout=60) as client,
        ):
            yield client

    def _here(self, text: str) -> str:
        for shown, real in self.addresses.items():
            text = text.replace(shown, real)
        return text


@dataclass
class Visitor:
    """Somebody who logged in when there was one process, and has never had to do it again."""

    access_token: str
    refresh_token: str
    subject: str

    @classmethod
    def log_in(cls, client: httpx.Client, token: str) -> "Visitor":
        answer = client.post("/oauth/access_token", json={**LOGIN, "access_token": token})
        assert answer.status_code == 200, answer.text
        visitor = cls(answer.json()["access_token"], answer.json()["refresh_token"], "")
        visitor.subject = visitor.whoami(client)
        return visitor

    def whoami(self, client: httpx.Client) -> str:
        answer = client.get("/userinfo", headers={"Authorization": f"Bearer {self.access_token}"})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["sub"])

    def comes_back(self, client: httpx.Client) -> None:
        """Use the access token and the refresh token of last time."""
        assert self.whoami(client) == self.subject
        form = {"grant_type": "refresh_token", "client_id": "shop-app", "refresh_token": self.refresh_token}
        answer = client.post("/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        self.access_token, self.refresh_token = answer.json()["access_token"], answer.json()["refresh_token"]
        assert self.whoami(client) == self.subject


def commands(word: str) -> list[str]:
    """Return the commands of the guide that begin so."""
    lines = [line for block in blocks_of(PAGE) if block.language == "bash" for line in block.code.splitlines()]
    return [line for line in lines if line.startswith(word)]


def table(name: str) -> str:
    """Return what the guide says of a table of the settings: the last block that has it."""
    texts = [block.code for block in blocks_of(PAGE) if block.language == "toml" and f"[{name}]\n" in block.code]
    return texts[-1].partition(f"[{name}]\n")[2].partition("\n[")[0]


@pytest.fixture
def operator(tmp_path: Path, connections: dict[str, dict[str, Any]]) -> Iterator[Operator]:
    variables = {**environment_of({"facebook": connections["facebook"]}), "PATH": os.environ["PATH"]}
    with running() as postgres, postgres.database() as database, any_server() as valkey:
        (tmp_path / "var").mkdir()
        addresses = {
            SQLITE: f"sqlite:///{tmp_path}/var/accredit.db",
            KEYS: f"{tmp_path}/var/keys.json",
            POSTGRESQL: database.url(),
            VALKEY: valkey.url,
        }
        it = Operator(tmp_path, variables, addresses)
        it.set("storage", f'url = "{SQLITE}"')
        it.set("keys", f'path = "{KEYS}"')
        yield it


def test_from_one_process_to_three_nodes_and_back_nobody_logs_in_again(operator: Operator) -> None:
    with operator.serving() as one:
        visitor = Visitor.log_in(one, "EAAsim-good-ada")
        keys = one.get("/.well-known/jwks.json").json()

    operator.run(*commands("accredit db copy"))
    operator.set("storage", table("storage"))
    operator.run(*commands("accredit doctor"))
    with operator.serving() as one:
        visitor.comes_back(one)
        assert one.get("/.well-known/jwks.json").json() == keys

    operator.variables["ACCREDIT_KEYS__ENCRYPTION_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode()
    operator.run(*commands("accredit keys copy"))
    operator.set("keys", table("keys"))
    key_file = operator.folder / "var/keys.json"
    key_file.unlink()
    operator.set("cache", table("cache"))
    with ExitStack() as stack:
        nodes = [stack.enter_context(operator.serving()) for _ in range(3)]
        for node in nodes:
            assert node.get("/readyz").status_code == 200
            assert node.get("/.well-known/jwks.json").json() == keys
            visitor.comes_back(node)
        other = Visitor.log_in(nodes[0], "EAAsim-good-ada")
        for node in reversed(nodes):
            other.comes_back(node)

    operator.run("accredit keys copy --to file --config accredit.toml")
    assert key_file.exists()
    operator.set("keys", table("keys").replace('"storage"', '"file"'))
    operator.run(f"accredit db copy {POSTGRESQL} sqlite:///{operator.folder}/back.db")
    operator.set("storage", f'url = "sqlite:///{operator.folder}/back.db"')
    operator.set("cache", "")
    with operator.serving() as one:
        visitor.comes_back(one)
        assert one.get("/.well-known/jwks.json").json() == keys
