"""`POST /oauth/token`. Source: RFC 6749 section 3.2."""

from collections.abc import Iterable

from accredit.errors import GrantNotAllowed, UnsupportedGrantType
from accredit.oauth.client.authentication import ClientAuthentication, read_credentials
from accredit.oauth.grant_types import GrantType, TokenRequest
from accredit.oauth.wire.answer import Answer, json_answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.fields import bearer_of, known_fields, required
from accredit.oauth.wire.parameters import read_parameters
from accredit.oauth.wire.record import Record

_GRANT_TYPE = {"grant_type": 256}


class TokenEndpoint:
    """Find the grant type, authenticate the client, and let the grant type answer."""

    def __init__(self, *, grant_types: Iterable[GrantType], authentication: ClientAuthentication) -> None:
        self._grant_types = {one.name: one for one in grant_types}
        self._authentication = authentication

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call; the order of these lines is the order of the checks."""
        parameters = await read_parameters(call, record)
        name = required(known_fields(parameters.given, _GRANT_TYPE), "grant_type")
        grant_type = self._grant_types.get(name)
        if grant_type is None:
            raise UnsupportedGrantType
        record.grant_type = name
        fields = known_fields(parameters.given, grant_type.parameters)
        credentials = read_credentials(parameters)
        for parameter in grant_type.required:
            required(fields, parameter)
        client = await self._authentication.check(credentials, record)
        if name not in client.settings.grant_types:
            raise GrantNotAllowed(name)
        record.event = grant_type.event
        bearer = bearer_of(parameters.authorization)
        request = TokenRequest(
            client=client, fields=fields, given=parameters.given, bearer=bearer, address=call.address
        )
        return json_answer(200, await grant_type(request, record))
