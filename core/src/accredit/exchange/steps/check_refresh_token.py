"""May a refresh token still be used? One that was replaced before is in two hands.

Source: RFC 9700 section 4.14.2.
"""

from collections.abc import Container

from accredit.errors import InvalidGrant, RefreshTokenReused
from accredit.exchange.client import Client
from accredit.settings import TokenSettings
from accredit.storage import Session, StoredRefreshToken
from accredit.storage.rules import RefreshTokenState, state_of

_REFUSED = {
    RefreshTokenState.ENDED: "revoked",
    RefreshTokenState.EXPIRED: "expired",
    RefreshTokenState.OVERTAKEN: "replaced later than it is asked for",
    RefreshTokenState.PUSHED_OUT: "pushed out by others of its session",
}


def check_refresh_token(
    session: Session,
    stored: StoredRefreshToken | None,
    client: Client,
    *,
    connections: Container[str],
    ttl: TokenSettings,
    now: int,
) -> None:
    """Pass where a refresh token of `session` is live, or was replaced within the leeway. `now` is epoch seconds.

    Without `stored` its row is gone: it was replaced long ago, and whoever shows it has held it.

    Raises:
        InvalidGrant: it is another client's, has ended, or its connection is not for the client any more.
        RefreshTokenReused: it was replaced before; its session must end.
    """
    if session.client_id != client.id:
        raise InvalidGrant("another client's")
    state = RefreshTokenState.SPENT if stored is None else _state(stored, client, ttl, now)
    if state is RefreshTokenState.SPENT:
        raise RefreshTokenReused
    if state is not RefreshTokenState.LIVE:
        raise InvalidGrant(_REFUSED[state])
    if session.connection not in connections:
        raise InvalidGrant("the connection is off")
    if session.connection not in client.settings.connections:
        raise InvalidGrant("the connection is not for this client any more")


def _state(stored: StoredRefreshToken, client: Client, ttl: TokenSettings, now: int) -> RefreshTokenState:
    ends_at = ttl.refresh_token_ends_at(stored.session.session.expires_at, stored.token.issued_at)
    return state_of(stored, now=now, leeway_s=leeway_of(client, ttl), ends_at=ends_at)


def leeway_of(client: Client, ttl: TokenSettings) -> int:
    """Return for how many seconds a replaced refresh token works once more."""
    return ttl.leeway_s if client.settings.leeway_s is None else client.settings.leeway_s
