"""`POST /tokeninfo`: the profile in an ID token of ours, for clients of the original service (Lock 1, auth0.js 6)."""

from accredit.errors import InvalidToken
from accredit.exchange.presented import Presented
from accredit.oauth.wire.answer import Answer, json_answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.fields import known_fields, required
from accredit.oauth.wire.parameters import read_parameters
from accredit.oauth.wire.record import Record

_PROTOCOL = frozenset({"iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid"})


class Tokeninfo:
    """Verify an ID token and return what it says of the user, `sub` also as `user_id`."""

    def __init__(self, *, presented: Presented) -> None:
        self._presented = presented

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call.

        Raises:
            InvalidToken: not a live ID token of ours.
            BlockedToken: its subject has been blocked since.
            EndedToken: its session has ended.
        """
        parameters = await read_parameters(call, record)
        token = self._presented.id_token(required(known_fields(parameters.given, {"id_token": 16_384}), "id_token"))
        if token is None:
            raise InvalidToken("not a live ID token of ours")
        record.client_id, record.subject = token.client_id, token.subject
        await self._presented.session_of(token)
        profile = {name: value for name, value in token.claims.items() if name not in _PROTOCOL}
        return json_answer(200, {**profile, "user_id": token.subject})
