"""`POST /oauth/revoke`. Source: RFC 7009."""

from accredit.errors import UnsupportedTokenType
from accredit.exchange.presented import Presented
from accredit.oauth.client.authentication import ClientAuthentication
from accredit.oauth.wire.answer import NO_STORE, Answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.fields import known_fields, required
from accredit.oauth.wire.parameters import read_parameters
from accredit.oauth.wire.record import Record
from accredit.storage import Session, SessionStore
from accredit.tokens.refresh_token import hash_token, session_id_of

_LONGEST = {"token": 16_384, "token_type_hint": 256}


class Revocation:
    """End a session: no refresh token of it works any more, and no access token where we are asked."""

    def __init__(self, *, storage: SessionStore, presented: Presented, authentication: ClientAuthentication) -> None:
        self._storage = storage
        self._presented = presented
        self._authentication = authentication

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call: 200 with an empty body, whether there was something to revoke or not.

        `token_type_hint` is read and not needed: a refresh token is found by its hash, an access token names its
        session. One without a session verifies without asking anybody until it expires; saying 200 to its client
        would be a lie, so it is told (section 2.2.1).

        Raises:
            UnsupportedTokenType: it is a live access token of this client, and of no session.
        """
        parameters = await read_parameters(call, record)
        fields = known_fields(parameters.given, _LONGEST)
        client = await self._authentication(parameters, record)
        await record.attempt.count(client.id)
        session = await self._session_of(required(fields, "token"), client.id)
        if session is not None and session.client_id == client.id:
            await self._storage.end(session.id)
            record.session_id, record.subject, record.connection = session.id, session.subject, session.connection
        # No content type: Auth0.swift reads a body that says what it is, and fails on anything in it.
        return Answer(200, NO_STORE)

    async def _session_of(self, token: str, client_id: str) -> Session | None:
        found = await self._storage.find(hash_token(token))
        if found is not None:
            return found.session.session
        session_id = session_id_of(token)  # of a refresh token that is long spent
        access_token = None if session_id is not None else self._presented.access_token(token)
        if access_token is not None and access_token.client_id == client_id:
            session_id = access_token.session_id
            if session_id is None:
                raise UnsupportedTokenType
        stored = None if session_id is None else await self._storage.session(session_id)
        return None if stored is None else stored.session
