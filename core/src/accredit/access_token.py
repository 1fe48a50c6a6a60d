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
    audience: str
    scopes: tuple[str, ...]


def read_access_token(token: str, *, keys: SigningKeys, issuer: str, clock: Callable[[], float]) -> AccessToken | None:
    """Return what our own, live access token says, or None for anything else. `clock` returns epoch seconds."""
    try:
        claims = keys.public.verify(token, algorithms=keys.algorithms)
        header = read_header(token)
    except InvalidJwt:
        return None
    expires_at = claims.get("exp")
    subject, client_id, audience, scope = (claims.get(name) for name in ("sub", "client_id", "aud", "scope"))
    if header.get("typ") != "at+jwt" or claims.get("iss") != issuer:
        return None
    if type(expires_at) is not int or clock() >= expires_at:
        return None
    if not (
        isinstance(subject, str) and isinstance(client_id, str) and isinstance(audience, str) and isinstance(scope, str)
    ):
        return None
    return AccessToken(subject, client_id, audience, tuple(scope.split()))
