"""Run the two servers, each in a process of its own, with the same clients."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey
from tests.oidc.toolkit import PASSWORD

REDIRECT_URI = "http://127.0.0.1/callback"
SECRET = "secret-of-ours-0123456789-0123456789"
KEY = ECKey.generate_key("P-256")
BASIC, POST, BY_KEY, PUBLIC, FOREIGN = "ours", "ours-by-post", "ours-by-key", "ours-public", "ours-not"
"""Client ids. The last one is another app's."""

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs. `knows` are the clients that it has of ours."""

    name: str
    issuer: str
    subject: str
    knows: tuple[str, ...]
    introspects: bool
    states_at_hash: bool
    """In ID tokens of the code flow, where it is optional."""

    @property
    def login(self) -> dict[str, str]:
        """What Ada writes into the fields of its login page."""
        return {"login": "ada", "username": "ada", "password": PASSWORD}

    def settings(self, client_id: str = BASIC, **more: Any) -> dict[str, Any]:
        """Return the connection table of one of our clients."""
        methods: dict[str, dict[str, Any]] = {
            POST: {"auth_method": "client_secret_post"},
            BY_KEY: {"auth_method": "private_key_jwt", "private_key": KEY.as_pem(private=True).decode()},
            PUBLIC: {"auth_method": "none"},
        }
        proof = {} if client_id in (BY_KEY, PUBLIC) else {"client_secret": SECRET}
        table = {"strategy": "oidc", "issuer": self.issuer, "client_ids": [client_id]}
        return {**table, "redirect_uris": [REDIRECT_URI], **proof, **methods.get(client_id, {}), **more}


@contextmanager
def node_server(folder: Path) -> Iterator[Server]:
    """Run oidc-provider, which stands in the `node_modules` of a folder that the environment names."""
    program = Path(os.environ["ACCREDIT_TEST_OIDC"]) / "provider.mjs"
    with _running("node", str(program), _clients(), folder=folder) as issuer:
        yield Server(
            "oidc-provider", issuer, "ada", (BASIC, POST, BY_KEY, PUBLIC), introspects=True, states_at_hash=False
        )


@contextmanager
def toolkit_server(folder: Path) -> Iterator[Server]:
    """Run Django OAuth Toolkit, which takes one client's secret by Basic and in the form."""
    with _running(sys.executable, "-m", "tests.oidc.toolkit", str(folder), _clients(), folder=Path.cwd()) as issuer:
        yield Server("django-oauth-toolkit", issuer, "1", (BASIC, POST, PUBLIC), introspects=False, states_at_hash=True)


SERVERS = {"oidc-provider": node_server, "django-oauth-toolkit": toolkit_server}


def _clients() -> str:
    usual = {"client_secret": SECRET, "redirect_uris": [REDIRECT_URI]}
    by_key = {"token_endpoint_auth_method": "private_key_jwt", "token_endpoint_auth_signing_alg": "ES256"}
    return json.dumps(
        [
            {"client_id": BASIC, **usual},
            {"client_id": POST, "token_endpoint_auth_method": "client_secret_post", **usual},
            {"client_id": BY_KEY, "jwks": {"keys": [KEY.as_dict(private=False)]}, **by_key, **usual},
            {"client_id": PUBLIC, "token_endpoint_auth_method": "none", "redirect_uris": [REDIRECT_URI]},
            {"client_id": FOREIGN, **usual},
        ]
    )


@contextmanager
def _running(*command: str, folder: Path) -> Iterator[str]:
    """Run a server until the block ends, and return its issuer, which is the first line that it prints."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        try:
            assert process.stdout is not None
            issuer = process.stdout.readline().strip()
            assert issuer, f"{command[0]} has ended: see what it says above"
            yield issuer
        finally:
            process.terminate()
