"""What a Limited Login token says, and where limited.facebook.com publishes its keys."""

from typing import Any

from accredit.testing import Person
from accredit_facebook.simulator.app import APP_ID
from accredit_facebook.simulator.graph import picture_url
from accredit_facebook.simulator.tokens.token import HOUR_S

JWKS_PATH = "/.well-known/oauth/openid/jwks/"
ISSUER = "https://www.facebook.com"
NONCE = "sim-nonce-1"
"""What the app gave to Facebook's SDK when it asked for the login."""


def make_claims(one: Person, now: int) -> dict[str, Any]:
    """Return the payload of a token of `one`, good for an hour."""
    return {
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
