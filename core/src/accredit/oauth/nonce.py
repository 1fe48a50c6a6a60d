"""`POST /oauth/nonce`: a nonce for one login, good once."""

from accredit.exchange.exchange import Exchange
from accredit.exchange.nonces import NONCE_TTL_S
from accredit.oauth.wire.answer import Answer, json_answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.fields import known_fields, required
from accredit.oauth.wire.parameters import read_parameters
from accredit.oauth.wire.record import Record
from accredit.parameters import LONGEST

_LONGEST = {name: LONGEST[name] for name in ("client_id", "connection")}


class NonceEndpoint:
    """Make a nonce for a client and a connection. Clients need not prove themselves: whoever asks gains nothing."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call.

        Raises:
            UnknownClient: nobody configured it here.
            ConnectionNotFound: no connection has that name.
            ConnectionDisabled: it is off, or not for this client.
            SignsElsewhere: no login can be made here.
        """
        fields = known_fields((await read_parameters(call, record)).given, _LONGEST)
        client_id, connection = required(fields, "client_id"), required(fields, "connection")
        record.client_id = self._exchange.vouch_for(client_id).id
        await record.attempt.count(client_id)
        nonce = await self._exchange.issue_nonce(client_id=client_id, connection=connection)
        record.connection = connection
        return json_answer(200, {"nonce": nonce, "expires_in": NONCE_TTL_S})
