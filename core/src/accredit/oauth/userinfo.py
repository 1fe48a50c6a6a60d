"""`GET` and `POST /userinfo`. Source: OpenID Connect Core 1.0 section 5.3; RFC 6750 section 2."""

import json

from accredit.errors import InsufficientScope, InvalidToken, TwoTokens
from accredit.exchange.presented import Presented
from accredit.oauth.wire.answer import Answer, json_answer
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.fields import bearer_of, known_fields
from accredit.oauth.wire.parameters import Parameters, read_parameters
from accredit.oauth.wire.record import Record
from accredit.profile import SCOPE_CLAIMS
from accredit.tokens.read import USERINFO_CLAIM, AccessToken


class Userinfo:
    """Say who the bearer of an access token logged in as: `sub`, and the claims its scopes open.

    What is known of the person is what the provider stated at login. The session holds it; where a login left none, it
    travels in the access token itself. A token in the URL is not read: URLs are logged.
    """

    def __init__(self, *, issuer: str, presented: Presented) -> None:
        self._issuer = issuer
        self._presented = presented

    async def __call__(self, call: Call, record: Record) -> Answer:
        """Answer one call.

        Raises:
            InvalidToken: the token is missing, no live access token of ours, for another API, or no user's.
            InsufficientScope: it lacks `openid`.
            BlockedToken: its subject has been blocked since.
            EndedToken: its session has ended.
            TwoTokens: it stands in the header and in the body.
        """
        parameters = await read_parameters(call, record)
        token = self._token(parameters)
        record.client_id, record.subject, record.scopes = token.client_id, token.subject, token.scopes
        if token.audience != self._issuer:
            raise InvalidToken("the token is for another API")
        if not token.is_of_a_user:
            raise InvalidToken("the token is a client's own")
        if "openid" not in token.scopes:
            raise InsufficientScope("openid")
        session = await self._presented.session_of(token)
        opened = {claim for scope in token.scopes for claim in SCOPE_CLAIMS.get(scope, ())}
        profile = token.claims.get(USERINFO_CLAIM, {}) if session is None else json.loads(session.claims)
        return json_answer(
            200, {"sub": token.subject, **{name: value for name, value in profile.items() if name in opened}}
        )

    def _token(self, parameters: Parameters) -> AccessToken:
        header = bearer_of(parameters.authorization)
        field = known_fields(parameters.given, {"access_token": 16_384}).get("access_token")
        if header is not None and field is not None:
            raise TwoTokens
        if header is None and field is None:
            # No error code for somebody who did not know that a token is needed. Source: RFC 6750 section 3.1.
            raise InvalidToken("no token", challenge="Bearer")
        token = self._presented.access_token(header.get_secret_value() if header is not None else field or "")
        if token is None:
            raise InvalidToken("not a live access token of ours")
        return token
