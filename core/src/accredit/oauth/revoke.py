"""`POST /oauth/revoke`. Source: RFC 7009."""

from starlette.responses import Response

from accredit.errors import UnsupportedTokenType
from accredit.exchange import Exchange
from accredit.oauth.answer import NO_STORE
from accredit.oauth.client_authentication import ClientAuthentication
from accredit.oauth.endpoint import Call
from accredit.oauth.presented import Presented
from accredit.parameters import known_fields, required
from accredit.storage import hash_token

_LONGEST = {"token": 16_384, "token_type_hint": 256}


class Revocation:
    """End a login: no refresh token of its family works any more."""

    def __init__(self, exchange: Exchange, authentication: ClientAuthentication) -> None:
        self._exchange = exchange
        self._authentication = authentication
        self._presented = Presented(exchange)

    async def __call__(self, call: Call) -> Response:
        """Answer one call: 200 with an empty body, whether there was something to revoke or not.

        `token_type_hint` is read and not needed: a refresh token is found by its hash. An access token verifies
        without asking anybody until it expires; saying 200 to its client would be a lie, so it is told (section 2.2.1).

        Raises:
            UnsupportedTokenType: it is a live access token of this client.
        """
        fields = known_fields(call.given, _LONGEST)
        client = await self._authentication(call)
        token = required(fields, "token")
        call.done = "token.revocation_ignored"
        storage = self._exchange.storage
        stored = await storage.find(hash_token(token))
        if stored is None:
            access_token = self._presented.access_token(token)
            if access_token is not None and access_token.client_id == client.id:
                raise UnsupportedTokenType
        elif stored.grant.client_id == client.id:
            await storage.revoke_family(stored.grant.family)
            call.done, call.subject, call.connection = "token.revoked", stored.grant.subject, stored.grant.connection
        # No content type: Auth0.swift reads a body that says what it is, and fails on anything in it.
        return Response(headers=NO_STORE)
