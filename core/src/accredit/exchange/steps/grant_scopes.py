"""What will be granted: known scopes, and an audience the client may ask for."""

from functools import lru_cache

from accredit.errors import InvalidTarget
from accredit.profile import SCOPE_CLAIMS
from accredit.settings import ClientSettings

_STANDARD = frozenset({"openid", *SCOPE_CLAIMS})


def grant_scopes(requested: tuple[str, ...], client: ClientSettings) -> tuple[str, ...]:
    """Return the scopes to grant, each once, in the order asked; the others are dropped, not refused.

    `offline_access` is granted where the client may use refresh tokens.
    """
    known = _known(client.scopes, "refresh_token" in client.grant_types)
    return tuple(filter(known.__contains__, dict.fromkeys(requested)))


@lru_cache(maxsize=256)  # of clients: what they ask for is theirs to make up, and not kept
def _known(own: tuple[str, ...], may_refresh: bool) -> frozenset[str]:  # noqa: FBT001 - positions are cheaper keys
    return _STANDARD.union(own, ("offline_access",) if may_refresh else ())


def grant_audience(requested: str | None, client: ClientSettings, issuer: str) -> str:
    """Return the access token's audience: the API asked for, or the issuer itself, which every client may name.

    Raises:
        InvalidTarget: the client may not ask for it. Source: RFC 8707 section 2.
    """
    if requested in (None, issuer):
        return issuer
    if requested not in client.audiences:
        raise InvalidTarget
    return requested
