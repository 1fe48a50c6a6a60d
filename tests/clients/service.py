"""The server that published clients talk to: TLS on loopback, its issuer its own address, every provider simulated.

It runs in a process of its own: clients that leave TLS connections open cannot keep it from ending.
"""

import json
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import trustme
import uvicorn

from accredit import Exchange, Settings, create_app
from accredit.settings.client_secret import SecretHash, new_secret

API = "https://api.example.com/"
APP = "my-app"
BACKEND = "my-backend"
START_S = 60
GRACE_S = 1


@dataclass(frozen=True, slots=True)
class Service:
    """A running server: `APP` is a public client of it, `BACKEND` a confidential one. `url` ends without a slash."""

    url: str
    authority: Path
    """The certificate that clients must trust, as PEM."""
    secret: str
    """That of `BACKEND`."""

    @property
    def domain(self) -> str:
        """Return `host:port`."""
        return urlsplit(self.url).netloc

    @property
    def issuer(self) -> str:
        return f"{self.url}/"


@contextmanager
def served(connections: Mapping[str, Mapping[str, Any]], folder: Path) -> Iterator[Service]:
    """Serve these connections until the block ends; certificates, keys and database live in `folder`."""
    _make_certificates(folder)
    secret = new_secret()
    # The listener is here before its process: whoever connects early waits, or is refused if that process has died.
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        settings = json.dumps(_settings(url, connections, secret, folder))
        command = [sys.executable, "-m", "tests.clients.service", str(listener.fileno()), str(folder)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[listener.fileno()], text=True)
    try:
        assert process.stdin is not None
        process.stdin.write(settings)
        process.stdin.close()
        authority = folder / "ca.pem"
        _wait_until_up(url, authority)
        yield Service(url, authority, secret)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_up(url: str, authority: Path) -> None:
    context = ssl.create_default_context(cafile=str(authority))
    httpx.get(f"{url}/readyz", verify=context, timeout=START_S).raise_for_status()


def _make_certificates(folder: Path) -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))


def _settings(url: str, connections: Mapping[str, Mapping[str, Any]], secret: str, folder: Path) -> dict[str, Any]:
    client = {"connections": list(connections), "audiences": [API], "scopes": ["read:reports"]}
    return {
        "issuer": f"{url}/",
        "connections": connections,
        "clients": {APP: client, BACKEND: {**client, "secret_hash": str(SecretHash.of(secret))}},
        "storage": {"url": f"sqlite:///{folder}/accredit.db"},
        "keys": {"path": f"{folder}/keys.json"},
        "tokens": {"leeway_s": 0},  # so that a spent token is reuse at once
    }


def main(descriptor: int, folder: Path) -> None:
    """Serve on the listener that was inherited, with the settings that stand on standard input."""
    settings = Settings.model_validate_json(sys.stdin.read())
    config = uvicorn.Config(
        create_app(Exchange(settings)),
        loop="asyncio",  # uvloop's close waits for TLS connections that the other side has forgotten
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=str(folder / "server.pem"),
    )
    with socket.socket(fileno=descriptor) as listener:
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
