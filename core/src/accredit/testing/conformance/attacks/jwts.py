"""Make tokens that nobody has issued."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any

from accredit.testing.simulator.forgery import decoded, encoded, public_der, public_pem, public_point

_HASHES = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}


def part(value: Mapping[str, Any]) -> str:
    """Return a header or payload as a part of a JWT."""
    return encoded(json.dumps(value, separators=(",", ":")).encode())


def header_of(token: str) -> dict[str, Any]:
    """Return a JWT's header, unverified."""
    return dict(json.loads(decoded(token.split(".")[0])))


def payload_of(token: str) -> dict[str, Any]:
    """Return a JWT's payload, unverified."""
    return dict(json.loads(decoded(token.split(".")[1])))


def unsigned(token: str, **header: Any) -> str:
    """Return the token with its header changed (None removes) and no signature."""
    changed = {name: value for name, value in {**header_of(token), **header}.items() if value is not None}
    return f"{part(changed)}.{token.split('.')[1]}."


def with_payload(token: str, **changes: Any) -> str:
    """Return the token with its payload changed and its signature kept."""
    header, _, signature = token.split(".")
    return f"{header}.{part({**payload_of(token), **changes})}.{signature}"


def with_hmac(token: str, public_jwk: Mapping[str, Any]) -> Iterator[str]:
    """Yield the token signed by HMAC with each form of the provider's *public* key as the secret."""
    for alg, digest in _HASHES.items():
        signed = unsigned(token, alg=alg).removesuffix(".")
        for secret in _forms(public_jwk):
            yield f"{signed}.{encoded(hmac.new(secret, signed.encode(), digest).digest())}"


def _forms(public_jwk: Mapping[str, Any]) -> Iterator[bytes]:
    yield b""
    yield json.dumps(public_jwk).encode()
    yield json.dumps(public_jwk, separators=(",", ":")).encode()
    for name in ("n", "x", "y"):
        if name in public_jwk:
            yield str(public_jwk[name]).encode()
            yield decoded(public_jwk[name])
    if "x" in public_jwk:
        yield public_point(public_jwk)
        yield public_point(public_jwk).removeprefix(b"\4")
    pem = public_pem(public_jwk)
    yield pem
    yield pem.strip()
    yield public_der(public_jwk)
