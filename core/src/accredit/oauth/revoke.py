"""`POST /oauth/revoke`. Source: RFC 7009."""

from starlette.responses import Response

from accredit.errors import UnsupportedTokenType
from accredit.exchange.exchange import Exchange
from accredit.oauth.client.authentication import ClientAuthentication
from accredit.oauth.presented import Presented
from accredit.oauth.wire.answer import NO_STORE
from accredit.oauth.wire.endpoint import Call
from accredit.oauth.wire.fields import known_fields, required
from accredit.storage import Session
from accredit.tokens.refresh_token import hash_token, session_id_of

_LONGEST = {"token": 16_384, "token_type_hint": 256}


class Revocation:
    """End a session: no refresh token of it works any more, and no access token where we are asked."""

    def __init__(self, exchange: Exchange, authentication: ClientAuthentication) -> None:
        self._exchange = exchange
        self._authentication = authentication
        self._presented = Presented(exchange)

    async def __call__(self, call: Call) -> Response:
        """Answer one call: 200 with an empty body, whether there was something to revoke or not.

        `token_type_hint` is read and not needed: a refresh token is found by its hash, an access token names its
        session. One without a session verifies without asking anybody until it expires; saying 200 to its client
        would be a lie, so it is told (section 2.2.1).

        Raises:
            UnsupportedTokenType: it is a live access token of this client, and of no session.
        """
        fields = known_fields(call.given, _LONGEST)
        client = await self._authentication(call)
        session = await self._session_of(required(fields, "token"), client.id)
        if session is not None and session.client_id == client.id:
            await self._exchange.engine.storage.end(session.id)
            call.session_id, call.subject, call.connection = session.id, session.subject, session.connection
        # No content type: Auth0.swift reads a body that says what it is, and fails on anything in it.
        return Response(headers=NO_STORE)

    async def _session_of(self, token: str, client_id: str) -> Session | None:
        storage = self._exchange.engine.storage
        found = await storage.find(hash_token(token))
        if found is not None:
            return found.session.session
        session_id = session_id_of(token)  # of a refresh token that is long spent
        access_token = None if session_id is not None else self._presented.access_token(token)
        if access_token is not None and access_token.client_id == client_id:
            session_id = access_token.session_id
            if session_id is None:
                raise UnsupportedTokenType
        stored = None if session_id is None else await storage.session(session_id)
        return None if stored is None else stored.session
