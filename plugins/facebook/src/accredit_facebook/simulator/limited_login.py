"""Sign and publish as limited.facebook.com does."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from accredit.jose import SigningKey
from accredit.testing import Person
from accredit_facebook.simulator.app import APP_ID
from accredit_facebook.simulator.graph import picture_url
from accredit_facebook.simulator.tokens import HOUR_S

JWKS_PATH = "/.well-known/oauth/openid/jwks/"
ISSUER = "https://www.facebook.com"
NONCE = "sim-nonce-1"
"""What the app gave to Facebook's SDK when it asked for the login."""


class LimitedLogin:
    """Mint Limited Login tokens. `clock` returns epoch seconds."""

    def __init__(self, key: SigningKey, *, clock: Callable[[], float]) -> None:
        self.key = key
        self.clock = clock

    def mint(self, one: Person, *, claims: Mapping[str, Any] | None = None) -> str:
        """Return a token of `one`, good for an hour; `claims` replace its own, and None takes one away."""
        now = int(self.clock())
        own = {
            "iss": ISSUER,
            "aud": APP_ID,
            "sub": str(one.number),
            "iat": now,
            "exp": now + HOUR_S,
            "jti": f"sim.{now}.{one.number}",
            "nonce": NONCE,
            "name": one.name,
            "given_name": one.given_name,
            "family_name": one.family_name,
            "email": one.email,
            # A plain string here, unlike in the Graph API.
            "picture": picture_url(one) if one.has_picture else None,
        }
        stated = {name: value for name, value in {**own, **(claims or {})}.items() if value is not None}
        return self.key.sign(stated, typ="JWT")

    @staticmethod
    def route(get: Callable[[], "LimitedLogin"]) -> Route:
        """Return the endpoint of the key set; `get` is called once somebody asks for it."""

        async def jwks(_: Request) -> Response:
            keys = {"keys": [get().key.public_jwk()]}
            return JSONResponse(keys, headers={"cache-control": "public, max-age=3600"})

        return Route(JWKS_PATH, jwks, methods=["GET"])
