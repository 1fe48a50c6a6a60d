"""Tokens of ours that are shown to us: the questions that every endpoint asks of one."""

from accredit.exchange.exchange import Exchange
from accredit.storage import Session
from accredit.tokens.read import AccessToken, IdToken, read_access_token, read_id_token


class Presented:
    """Read what was presented, with the keys, the clients and the clock of this moment."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def access_token(self, token: str) -> AccessToken | None:
        """Return what a live access token of ours says, if its client still exists."""
        exchange = self._exchange
        issuer, clock = exchange.settings.issuer, exchange.engine.clock
        read = read_access_token(token, keys=exchange.engine.keys, issuer=issuer, clock=clock)
        return read if read is not None and read.client_id in exchange.settings.clients else None

    def id_token(self, token: str) -> IdToken | None:
        """Return what a live ID token of ours says, if its client still exists."""
        exchange = self._exchange
        issuer, clock = exchange.settings.issuer, exchange.engine.clock
        read = read_id_token(token, keys=exchange.engine.keys, issuer=issuer, clock=clock)
        return read if read is not None and read.client_id in exchange.settings.clients else None

    async def session_of(self, token: AccessToken | IdToken) -> Session | None:
        """Return the session of a live token of ours; see `Standing`."""
        return await self._exchange.engine.standing.session_of(token)
