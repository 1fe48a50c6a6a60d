"""Read an access token of our own. Source: RFC 9068 section 4."""

from collections.abc import Callable
from dataclasses import dataclass

from accredit.jose import InvalidJwt, read_header
from accredit.keys import SigningKeys


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A live access token that was issued here."""

    subject: str
    client_id: str
    scopes: tuple[str, ...]


def read_access_token(token: str, *, keys: SigningKeys, issuer: str, clock: Callable[[], float]) -> AccessToken | None:
    """Return what our own, live access token says, or None for anything else. `clock` returns epoch seconds."""
    try:
        claims = keys.public.verify(token, algorithms=keys.algorithms)
        if read_header(token).get("typ") != "at+jwt" or claims["iss"] != issuer or clock() >= claims["exp"]:
            return None
        return AccessToken(claims["sub"], claims["client_id"], tuple(claims["scope"].split()))
    except (InvalidJwt, KeyError):
        return None
