"""`GET` and `POST /userinfo`. Source: OpenID Connect Core 1.0 section 5.3; RFC 6750 section 2."""

import json

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from accredit.errors import InsufficientScope, InvalidToken, TwoTokens
from accredit.exchange.exchange import Exchange
from accredit.oauth.presented import Presented
from accredit.oauth.wire.answer import json_answer, wrong_method
from accredit.oauth.wire.endpoint import Call, PostEndpoint
from accredit.oauth.wire.fields import bearer_of, known_fields
from accredit.profile import SCOPE_CLAIMS
from accredit.tokens.read import USERINFO_CLAIM, AccessToken

_METHODS = "GET, POST, OPTIONS"


class Userinfo:
    """Say who the bearer of an access token logged in as: `sub`, and the claims its scopes open.

    What is known of the person is what the provider stated at login. The session holds it; where a login left none, it
    travels in the access token itself.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._issuer = exchange.settings.issuer
        self._presented = Presented(exchange)

    async def __call__(self, call: Call) -> Response:
        """Answer one call.

        Raises:
            InvalidToken: the token is missing, no live access token of ours, for another API, or no user's.
            InsufficientScope: it lacks `openid`.
            BlockedToken: its subject has been blocked since.
            EndedToken: its session has ended.
            TwoTokens: it stands in the header and in the body.
        """
        token = self._token(call)
        call.client_id, call.subject, call.scopes = token.client_id, token.subject, token.scopes
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

    def _token(self, call: Call) -> AccessToken:
        header = bearer_of(call.authorization)
        field = known_fields(call.given, {"access_token": 16_384}).get("access_token")
        if header is not None and field is not None:
            raise TwoTokens
        if header is None and field is None:
            # No error code for somebody who did not know that a token is needed. Source: RFC 6750 section 3.1.
            raise InvalidToken("no token", challenge="Bearer")
        token = self._presented.access_token(header.get_secret_value() if header is not None else field or "")
        if token is None:
            raise InvalidToken("not a live access token of ours")
        return token


class UserinfoEndpoint(PostEndpoint):
    """The same as an ASGI app, which answers GET too. A token in the URL is not read: URLs are logged."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange, "userinfo", Userinfo(exchange))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method == "OPTIONS":
            response = self._cors.preflight(request)
            response.headers["Allow"] = _METHODS
            if "Access-Control-Allow-Methods" in response.headers:
                response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        elif request.method in {"GET", "POST"}:
            response = await self._post(request)
        else:
            response = wrong_method()
            response.headers["Allow"] = _METHODS
        await response(scope, receive, send)
