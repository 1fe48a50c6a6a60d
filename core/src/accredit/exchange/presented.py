"""Tokens of ours that are shown to us: the questions that everybody asks of one."""

from collections.abc import Callable

from accredit.exchange.standing import Standing
from accredit.keys import SigningKeys
from accredit.settings import Settings
from accredit.storage import Session
from accredit.tokens.read import AccessToken, IdToken, read_access_token, read_id_token


class Presented:
    """Read what was presented, with the keys, the clients and the clock of this moment.

    `keys` returns ours; `clock` returns epoch seconds.
    """

    def __init__(
        self, settings: Settings, *, keys: Callable[[], SigningKeys], clock: Callable[[], float], standing: Standing
    ) -> None:
        self._issuer = settings.issuer
        self._clients = settings.clients
        self._keys = keys
        self._clock = clock
        self._standing = standing

    def access_token(self, token: str) -> AccessToken | None:
        """Return what a live access token of ours says, if its client still exists."""
        read = read_access_token(token, keys=self._keys(), issuer=self._issuer, clock=self._clock)
        return read if read is not None and read.client_id in self._clients else None

    def id_token(self, token: str) -> IdToken | None:
        """Return what a live ID token of ours says, if its client still exists."""
        read = read_id_token(token, keys=self._keys(), issuer=self._issuer, clock=self._clock)
        return read if read is not None and read.client_id in self._clients else None

    async def session_of(self, token: AccessToken | IdToken) -> Session | None:
        """Return the session of a live token of ours; see `Standing`."""
        return await self._standing.session_of(token)
