"""A simulated Discord: the authorization of a token, and its user, as strict as the real ones.

Sources: https://discord.com/developers/docs/topics/oauth2, /resources/user and /topics/rate-limits.
"""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import CodeBinding, CodeRefused, Codes, Sample, Simulator, plain
from accredit_discord.simulator import answers
from accredit_discord.simulator.answers import Answer, success
from accredit_discord.simulator.codes import CALLBACK, LIVES_S, binding, code_samples, new_token
from accredit_discord.simulator.tokens import CLIENT_ID, Token, all_tokens

CLIENT_SECRET = "sim-discord-client-secret"  # noqa: S105  # published sample secret of an app that does not exist
_OURS = f"Basic {base64.b64encode(f'{CLIENT_ID}:{CLIENT_SECRET}'.encode()).decode()}"
_METHODS = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]
_API = "/api/v10"


class DiscordSimulator(Simulator):
    """A simulated Discord."""

    strategy = "discord"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.tokens = {token.value: token for token in all_tokens()}
        self.revoked: set[str] = set()
        """Whose authorization of our application was taken back: keys of persons."""
        self._codes: Codes[Token] = Codes("sim-code-{}", lives_s=LIVES_S, clock=clock)
        self._code_samples = tuple(code_samples(self._codes, self.tokens["sim-good-ada"]))

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample application."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "api_url": f"{base_url}{_API}",
            "redirect_uris": [CALLBACK],
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return Discord's endpoints; all methods arrive, because Discord refuses in its own words."""
        return [
            Route(f"{_API}/oauth2/@me", self._served(self._me), methods=_METHODS),
            Route(f"{_API}/oauth2/token", self._exchange, methods=["POST"]),
            Route(f"{_API}/oauth2/token/revoke", self._revoke, methods=["POST"]),
            Route(f"{_API}/users/@me", self._served(self._user), methods=_METHODS),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return everybody's good token, then ada's in every other situation, and her codes."""
        shown = (one for one in self.tokens.values() if one.knob == "good" or one.owner.key == "ada")
        return [*(one.sample() for one in shown), *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self._codes.fresh(sample)

    def other_tokens(self) -> Mapping[str, str]:
        """Return the refused tokens of everybody else."""
        sampled = {sample.credential for sample in self.samples()}
        return {token.value: token.about for token in self.tokens.values() if token.value not in sampled}

    def new_code(self, token: str, *, verifier: str | None = None) -> str:
        """Return a code that is exchanged once for `token` within a minute; by default of a login without PKCE."""
        return self._codes.new(self.tokens[token], binding(verifier))

    async def _exchange(self, request: Request) -> Response:
        form = await _form_of_ours(request)
        return (form if isinstance(form, Answer) else self._exchanged(form)).response()

    def _exchanged(self, form: Mapping[str, str]) -> Answer:
        if form.get("grant_type") != "authorization_code":
            return answers.oauth_error(400, "unsupported_grant_type")
        if not {"code", "redirect_uri"} <= form.keys():
            return answers.oauth_error(400, "invalid_request")
        verifier = form.get("code_verifier")
        shown = CodeBinding(client_id=CLIENT_ID, redirect_uri=form["redirect_uri"], code_verifier=verifier)
        try:
            return success(new_token(self._codes.redeem(form["code"], shown)))
        except CodeRefused:
            return answers.oauth_error(400, "invalid_grant")

    async def _revoke(self, request: Request) -> Response:
        """Revoke all that an access token, or the refresh token beside it, was given with; unknown ones are fine."""
        form = await _form_of_ours(request)
        if isinstance(form, Answer):
            return form.response()
        if "token" not in form:
            return answers.oauth_error(400, "invalid_request").response()
        token = self.tokens.get(form["token"].removesuffix("-refresh"))
        if token is not None and token.is_ours:
            self.revoked.add(token.owner.key)
        return success({}).response()

    def _is_dead(self, token: Token) -> bool:
        return token.dead or (token.is_ours and token.owner.key in self.revoked)

    def _served(self, answer: Callable[[Token], Answer]) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            token = self._authorized(request)
            return (token if isinstance(token, Answer) else answer(token)).response()

        return serve

    def _me(self, token: Token) -> Answer:
        return token.on_me or success(token.authorization())

    def _user(self, token: Token) -> Answer:
        if token.on_user is not None:
            return token.on_user
        return success(token.user_object()) if "identify" in token.scopes else answers.UNAUTHORIZED

    def _authorized(self, request: Request) -> Token | Answer:
        if not request.headers.get("user-agent"):
            return answers.BLOCKED
        if request.method != "GET":
            return answers.NO_METHOD
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self.tokens.get(plain(value))
        return answers.UNAUTHORIZED if scheme != "Bearer" or token is None or self._is_dead(token) else token


async def _form_of_ours(request: Request) -> dict[str, str] | Answer:
    """Return the form of a call that is authenticated as our application."""
    if not request.headers.get("user-agent"):
        return answers.BLOCKED
    if request.headers.get("authorization") != _OURS:
        return answers.oauth_error(401, "invalid_client")
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return answers.oauth_error(400, "invalid_request")
    return dict(parse_qsl((await request.body()).decode("latin-1")))
