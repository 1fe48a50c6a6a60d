"""A client's view of our tokens: PyJWT and the served key set, nothing of Accredit."""

from typing import Any

import jwt
from core.tests.bench import Bench


async def verified(
    wire: Bench, token: str, *, audience: str, issuer: str = "https://login.example.com/"
) -> dict[str, Any]:
    """Return the claims of a token whose signature, issuer and audience are right.

    Times are for the tests to compare: PyJWT knows the wall clock only.
    """
    keys = (await wire.client.get("/.well-known/jwks.json")).json()
    header = jwt.get_unverified_header(token)
    key = jwt.PyJWKSet.from_dict(keys)[header["kid"]]
    claims: dict[str, Any] = jwt.decode(
        token,
        key,
        algorithms=[wire.exchange.engine.keys.current.alg],
        audience=audience,
        issuer=issuer,
        options={"verify_exp": False, "verify_iat": False, "require": ["iss", "sub", "aud", "exp", "iat"]},
    )
    return claims
