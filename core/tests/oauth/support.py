"""A bench whose clients authenticate, and what drives `POST /oauth/token`."""

import base64
import functools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote_plus, urlencode

import httpx
from core.tests.bench import Bench, bench, merged

from accredit.keys.jose import SigningKey
from accredit.settings.client_secret import SecretHash

URL = "/oauth/token"
SECRET = "acs_svc-secret_0123456789abcdefghijklmnopqrstuv"
ODD_SECRET = "acs_odd-secret_-_-_-_-_--abcdefghijklmnopqrstuv"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
GRANT_ERROR = (403, "invalid_grant", "Unknown or invalid refresh token.")
CLIENT_ERROR = (401, "invalid_client", "client authentication failed")


def hash_of(secret: str) -> str:
    """Hash as the command line does."""
    return str(SecretHash.of(secret))


@functools.cache
def assertion_key(alg: str = "ES256") -> SigningKey:
    """Make a client's own key, once a session."""
    return SigningKey.generate(alg)


@functools.cache
def clients() -> Mapping[str, Any]:
    """A confidential client by secret, one by key, and one that may do little."""
    return {
        "app": {"connections": ["acme", "globex"]},
        "svc": {
            "secret_hash": hash_of(SECRET),
            "connections": ["acme"],
            "scopes": ["read:orders", "write:orders", "openid"],
            "audiences": ["https://api.example.com"],
        },
        "signer": {
            "jwks": {"keys": [assertion_key().public_jwk()]},
            "connections": ["acme"],
            "scopes": ["read:orders"],
        },
        "a b:c%d+é": {"secret_hash": hash_of(ODD_SECRET), "scopes": ["read:orders"]},
    }


@asynccontextmanager
async def token_bench(settings: Mapping[str, Any] | None = None, **more: Any) -> AsyncIterator[Bench]:
    """Run the bench with these clients beside its own."""
    async with bench(merged({"clients": clients()}, settings or {}), **more) as one:
        yield one


async def ask(wire: Bench, headers: Mapping[str, str] | None = None, /, **parameters: Any) -> httpx.Response:
    """Post JSON to the token endpoint; a parameter that is None is left out."""
    body = {name: value for name, value in parameters.items() if value is not None}
    # ASCII, so that a test can send what JSON can spell and UTF-8 cannot.
    return await wire.client.post(
        URL, content=json.dumps(body).encode("ascii"), headers={"Content-Type": "application/json", **(headers or {})}
    )


async def ask_by_form(wire: Bench, headers: Mapping[str, str] | None = None, /, **parameters: str) -> httpx.Response:
    """Post a form to the token endpoint."""
    form = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
    return await wire.client.post(URL, content=urlencode(parameters), headers=form)


def basic(name: str, secret: str) -> dict[str, str]:
    """Return the header of RFC 6749 section 2.3.1."""
    pair = f"{quote_plus(name)}:{quote_plus(secret)}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


async def log_in(wire: Bench, scope: str = "openid profile offline_access", **parameters: Any) -> dict[str, Any]:
    """Exchange the good token; return the answer, and forget the events."""
    response = await wire.post(scope=scope, **parameters)
    assert response.status_code == 200, response.text
    wire.forget()
    body: dict[str, Any] = response.json()
    return body


async def refresh(wire: Bench, token: str, **parameters: Any) -> httpx.Response:
    """Refresh as the public client."""
    return await ask(wire, **{"grant_type": "refresh_token", "client_id": "app", "refresh_token": token, **parameters})


def the_line(wire: Bench) -> dict[str, Any]:
    """Return the one line of the log there must be."""
    [(level, line)] = wire.log.events()
    return {**line, "level": level}
