"""A simulated X: `GET /2/users/me` and v1.1 `verify_credentials`, with real OAuth 1.0a signature checks, and codes.

`tokens` says which tokens there are, `oauth1` checks what was signed, `codes` exchanges codes, `users` and `answers`
are what X answers, `samples` what must come of each token.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import Sample, Simulator, plain
from accredit_twitter.simulator import answers
from accredit_twitter.simulator.answers import ApiVersion
from accredit_twitter.simulator.codes import CLIENT_ID, CODE_SETTINGS, TokenEndpoint, binding
from accredit_twitter.simulator.limits import LIMIT, Limits
from accredit_twitter.simulator.oauth1 import WINDOW_S, Malformed, SignedRequest
from accredit_twitter.simulator.samples import all_samples, code_samples, other_tokens
from accredit_twitter.simulator.tokens import APPS, OUR_APP, App, Token, bearer_tokens, signed_tokens
from accredit_twitter.simulator.users import USER_FIELDS, v1_1_user, v2_user

_V2_PARAMETERS = frozenset({"user.fields", "expansions", "tweet.fields"})


class TwitterSimulator(Simulator):
    """X, as strict as X: signatures over the host that was called, fresh timestamps, no nonce twice."""

    strategy = "twitter"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._signed = signed_tokens()
        self._bearers = bearer_tokens()
        self._exchange = TokenEndpoint(self._bearers, clock=self.clock)
        self._code_samples = tuple(code_samples(self._exchange.codes))
        self._limits = Limits()
        self._nonces: dict[int, set[tuple[str, str, str]]] = {}  # by timestamp

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of the sample app."""
        return {
            "consumer_key": OUR_APP.consumer_key,
            "consumer_secret": OUR_APP.consumer_secret,
            "client_id": OUR_APP.client_id,
            "api_url": base_url,
            **CODE_SETTINGS,
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return both profile endpoints, and the one that asks for an app's keys alone.

        What else is asked under `/1.1/` is code 34, under `/2/` an empty 404.
        """
        return (
            Route("/2/users/me", self._users_me, methods=["GET"]),
            Route("/1.1/account/verify_credentials.json", self._verify_credentials, methods=["GET"]),
            Route("/oauth/request_token", self._request_token, methods=["POST"]),
            Route("/2/oauth2/token", self._exchange.exchange, methods=["POST"]),
            Route("/2/oauth2/revoke", self._exchange.revoke, methods=["POST"]),
            Route("/1.1/{path:path}", lambda _: answers.coded(404, 34, "Sorry, that page does not exist.")),
            Route("/{path:path}", lambda _: answers.lost("v2")),
        )

    def samples(self) -> Sequence[Sample]:
        """Return tokens to try; every refusal is switched by the token alone."""
        return (*all_samples(), *self._code_samples)

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self._exchange.codes.fresh(sample)

    def other_tokens(self) -> Mapping[str, str]:
        """Return the bearer tokens, which are refused by default, and the one whose calls are counted."""
        return other_tokens()

    def new_code(self, bearer: str, *, verifier: str, client_id: str = CLIENT_ID) -> str:
        """Return a code that is exchanged once for `bearer`, within 30 seconds, by whoever has the `verifier`."""
        return self._exchange.codes.new(bearer, binding(verifier, client_id))

    async def _users_me(self, request: Request) -> Response:
        return self._answer(request, "v2")

    async def _verify_credentials(self, request: Request) -> Response:
        return self._answer(request, "v1.1")

    async def _request_token(self, request: Request) -> Response:
        """Answer who asks with an app's keys alone: a temporary token, which is good for nothing here."""
        try:
            signed = SignedRequest.of(request, also="callback")
        except Malformed:
            return answers.malformed("v1.1")
        app = self._signing_app(signed, self.clock())
        if isinstance(app, Response):
            return app
        if not signed.is_signed_with(app.consumer_secret, ""):
            return answers.bad_credentials("v1.1")
        return (
            answers.temporary_token() if self._is_first_use(signed, self.clock()) else answers.bad_credentials("v1.1")
        )

    def _answer(self, request: Request, version: ApiVersion) -> Response:
        is_bearer = request.headers.get("authorization", "").lower().startswith("bearer ")
        found = self._bearer_token(request, version) if is_bearer else self._signed_token(request, version)
        if isinstance(found, Response):
            return found
        call = self._limits.count(found, self.clock())
        if call.is_one_too_many:
            answer = answers.rate_limited(version)
        else:
            answer = found.answer(version) if found.answer else _profile(request, version, found)
        answer.headers["x-rate-limit-limit"] = str(LIMIT)
        answer.headers["x-rate-limit-remaining"] = str(call.remaining)
        answer.headers["x-rate-limit-reset"] = str(call.reset_at)
        answer.headers.update(found.more_limits(self.clock()))
        answer.headers["x-transaction-id"] = "0123456789abcdef"
        if not is_bearer:
            answer.headers["x-access-level"] = "read"
        return answer

    def _bearer_token(self, request: Request, version: ApiVersion) -> Token | Response:
        if version == "v1.1":
            return answers.forbidden(version)
        value = plain(request.headers["authorization"][len("bearer ") :])
        token = self._bearers.get(value)
        if token is None or value in self._exchange.revoked:
            return answers.bad_token(version)
        return token if {"tweet.read", "users.read"} <= token.scopes else answers.forbidden(version)

    def _signed_token(self, request: Request, version: ApiVersion) -> Token | Response:
        try:
            signed = SignedRequest.of(request)
        except Malformed:
            return answers.malformed(version)
        # The signature is over the token as it came, whatever stands behind it.
        token = self._signed.get(plain(signed.token))
        now = self.clock() + (token.clock_runs_ahead_s if token else 0)
        app = self._signing_app(signed, now, version)
        if isinstance(app, Response):
            return app
        if token is None or token.app is not app:
            return answers.bad_token(version)
        if not signed.is_signed_with(app.consumer_secret, token.token_secret):
            return answers.bad_credentials(version)
        return token if self._is_first_use(signed, now) else answers.bad_credentials(version)

    def _signing_app(self, signed: SignedRequest, now: float, version: ApiVersion = "v1.1") -> App | Response:
        """Return the app whose key signs, unless the timestamp is off, the key unknown, or the app suspended."""
        if abs(int(now) - signed.timestamp) > WINDOW_S:  # both whole seconds
            return answers.out_of_bounds(now)
        app = APPS.get(signed.consumer_key)
        if app is None:
            return answers.bad_credentials(version)
        return answers.app_suspended(version) if app.is_suspended else app

    def _is_first_use(self, signed: SignedRequest, now: float) -> bool:
        """Remember nonces for as long as their timestamps are good. Source: RFC 5849 section 3.3."""
        if signed.timestamp not in self._nonces:
            self._nonces = {at: uses for at, uses in self._nonces.items() if int(now) - at <= WINDOW_S}
        uses = self._nonces.setdefault(signed.timestamp, set())
        use = (signed.consumer_key, signed.token, signed.nonce)
        is_first = use not in uses
        uses.add(use)
        return is_first


def _profile(request: Request, version: ApiVersion, token: Token) -> Response:
    query = request.query_params
    if version == "v1.1":
        user = v1_1_user(
            token.person,
            include_email=query.get("include_email") == "true",
            include_entities=query.get("include_entities") != "false",
            skip_status=query.get("skip_status") == "true",
        )
        if token.has_number_only:
            del user["id_str"]
        return JSONResponse(user)
    if unknown := sorted(query.keys() - _V2_PARAMETERS):
        return answers.invalid_request({unknown[0]: [query[unknown[0]]]}, "The query parameter is not known.")
    fields = [one for one in query.get("user.fields", "").split(",") if one]
    if unknown := sorted(set(fields) - USER_FIELDS):
        return answers.invalid_request({"user.fields": fields}, f"The value [{unknown[0]}] is not allowed.")
    may_see_email = "users.email" in token.scopes and not token.withholds_email
    user = v2_user(token.person, [one for one in fields if one != "confirmed_email" or may_see_email])
    if not token.withholds_email:
        return JSONResponse({"data": user})
    error = {
        "title": "Field Authorization Error",
        "detail": "Sorry, you are not authorized to access 'confirmed_email' on the user.",
        "section": "data",
        "parameter": "confirmed_email",
        "resource_type": "user",
        "type": "https://api.twitter.com/2/problems/not-authorized-for-field",
    }
    return JSONResponse({"data": user, "errors": [error]})
