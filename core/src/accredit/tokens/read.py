"""Read tokens of our own. Source: RFC 9068 section 4; OpenID Connect Core 1.0 section 3.1.3.7."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Never

from accredit.keys import SigningKeys
from accredit.keys.jose import InvalidJwt

USERINFO_CLAIM = "userinfo"
"""Holds what `/userinfo` answers, in access tokens that are meant for us and belong to no session."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A live access token that was issued here."""

    subject: str
    client_id: str
    audience: str
    scopes: tuple[str, ...]
    issued_at: int = 0
    """Epoch seconds."""
    session_id: str | None = None
    """`sid`; None where the login left no session behind, and for a client's own token."""
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """All its claims."""

    @property
    def is_of_a_user(self) -> bool:
        """Not the client's own, by `client_credentials`."""
        return self.subject != f"{self.client_id}@clients"

    @classmethod
    def __get_pydantic_core_schema__(cls, *_: object) -> Never:
        """Refuse to be read from a request, or sent.

        A framework that takes dataclasses for bodies would let callers write their own token, without a signature,
        where a route asks for one and has forgotten to say by what dependency.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            "an AccessToken is made of a checked token alone, never read from a request nor sent: in FastAPI write "
            "Annotated[AccessToken, Depends(accredit.require())]"
        )


@dataclass(frozen=True, slots=True)
class IdToken:
    """A live ID token that was issued here."""

    subject: str
    client_id: str
    issued_at: int = 0
    """Epoch seconds."""
    session_id: str | None = None
    """`sid`; None where the login left no session behind."""
    claims: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """All its claims."""


def read_access_token(token: str, *, keys: SigningKeys, issuer: str, clock: Callable[[], float]) -> AccessToken | None:
    """Return what our own, live access token says, or None for anything else. `clock` returns epoch seconds."""
    claims = _read(token, "at+jwt", keys=keys, issuer=issuer, clock=clock)
    subject, client_id, audience, scope = (claims.get(name) for name in ("sub", "client_id", "aud", "scope"))
    if not (
        isinstance(subject, str) and isinstance(client_id, str) and isinstance(audience, str) and isinstance(scope, str)
    ):
        return None
    issued_at, session_id = claims.get("iat"), claims.get("sid")
    if type(issued_at) is not int or not isinstance(session_id, str | None):
        return None
    return AccessToken(subject, client_id, audience, tuple(scope.split()), issued_at, session_id, claims)


def read_id_token(token: str, *, keys: SigningKeys, issuer: str, clock: Callable[[], float]) -> IdToken | None:
    """Return what our own, live ID token says, or None for anything else. `clock` returns epoch seconds."""
    claims = _read(token, "JWT", keys=keys, issuer=issuer, clock=clock)
    subject, client_id = claims.get("sub"), claims.get("aud")
    issued_at, session_id = claims.get("iat"), claims.get("sid")
    if not (isinstance(subject, str) and isinstance(client_id, str)):
        return None
    if type(issued_at) is not int or not isinstance(session_id, str | None):
        return None
    return IdToken(subject, client_id, issued_at, session_id, claims)


def _read(token: str, typ: str, *, keys: SigningKeys, issuer: str, clock: Callable[[], float]) -> Mapping[str, Any]:
    try:
        header, claims, _ = keys.public.read(token, algorithms=keys.algorithms)
    except InvalidJwt:
        return {}
    expires_at = claims.get("exp")
    if header.get("typ") != typ or claims.get("iss") != issuer:
        return {}
    if type(expires_at) is not int or clock() >= expires_at:
        return {}
    return claims
