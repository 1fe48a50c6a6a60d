"""`POST /oauth/token`. Source: RFC 6749 section 3.2."""

from starlette.responses import Response

from accredit.errors import GrantNotAllowed, UnsupportedGrantType
from accredit.exchange.exchange import Exchange
from accredit.oauth.client.authentication import ClientAuthentication, read_credentials
from accredit.oauth.grant_types import GRANTS
from accredit.oauth.wire.answer import json_answer
from accredit.oauth.wire.endpoint import KINDS_OF_GRANTS, Call
from accredit.oauth.wire.fields import known_fields, required


class Token:
    """Find the grant, authenticate the client, and let the grant answer."""

    def __init__(self, exchange: Exchange, authentication: ClientAuthentication) -> None:
        self._authentication = authentication
        self._grants = {grant.name: grant(exchange) for grant in GRANTS}

    async def __call__(self, call: Call) -> Response:
        """Answer one call; the order of these lines is the order of the checks."""
        name = required(known_fields(call.given, {"grant_type": 256}), "grant_type")
        grant = self._grants.get(name)
        if grant is None:
            raise UnsupportedGrantType
        call.grant_type = name
        fields = known_fields(call.given, grant.parameters)
        credentials = read_credentials(call)
        for parameter in grant.required:
            required(fields, parameter)
        client = await self._authentication.check(credentials, call)
        if name not in client.settings.grant_types:
            raise GrantNotAllowed(name)
        call.kind = KINDS_OF_GRANTS.get(name)
        return json_answer(200, await grant(fields, client, call))
