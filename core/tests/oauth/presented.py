"""What drives the endpoints, and tokens of ours that are none any more."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
from core.tests.bench import Bench
from core.tests.oauth.support import SECRET, basic

from accredit.keys.jose import SigningKey

ORIGIN = {"Origin": "https://app.example.com"}
SVC = basic("svc", SECRET)
INVALID_TOKEN = (
    401,
    "invalid_token",
    "the token is missing, malformed, expired, or not meant for this endpoint",
)
CHALLENGE = 'Bearer error="invalid_token"'


async def call(
    wire: Bench, path: str, headers: Mapping[str, str] | None = None, /, **parameters: Any
) -> httpx.Response:
    """Post JSON; a parameter that is None is left out."""
    body = {name: value for name, value in parameters.items() if value is not None}
    return await wire.client.post(
        path, content=json.dumps(body).encode("ascii"), headers={"Content-Type": "application/json", **(headers or {})}
    )


async def userinfo(wire: Bench, token: str) -> httpx.Response:
    """Ask who the bearer is."""
    return await wire.client.get("/userinfo", headers={"Authorization": f"Bearer {token}"})


async def introspect(wire: Bench, token: str, headers: Mapping[str, str] = SVC) -> httpx.Response:
    """Ask, as a confidential client, whether a token is good."""
    return await call(wire, "/oauth/introspect", headers, token=token)


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of a JWT, unverified."""
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def spoilt(token: str, *, kid: str) -> Iterator[str]:
    """Yield what becomes of a token when somebody cuts, extends, alters or signs it anew."""
    header, payload, signature = token.split(".")
    claims = claims_of(token)
    yield from (token[:-1], token[:-4], token[1:], token[: len(token) // 2])
    yield from (f"{header}.{payload}.", f"{header}.{payload}", f"{header}..{signature}", payload)
    yield from (f"{token}A", f"{token}AAAA", f"{token}.", f"{token}.{signature}", f"{token}=", f"{token}~")
    yield from (
        f"{header}.{payload}A.{signature}",
        f"{header}A.{payload}.{signature}",
        f"{signature}.{payload}.{header}",
    )
    yield token.swapcase()
    yield f"{header}.{_encoded({**claims, 'sub': 'acme|1'})}.{signature}"
    yield f"{_encoded({'alg': 'none', 'typ': 'at+jwt', 'kid': kid})}.{payload}."
    typ = json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["typ"]
    foreign = SigningKey.generate("ES256")
    yield foreign.sign(claims, typ=typ)
    yield SigningKey({**foreign.private_jwk(), "kid": kid}).sign(claims, typ=typ)


def _encoded(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
