"""A simulated Discord: the authorization of a token, and its user, as strict as the real ones.

Sources: https://discord.com/developers/docs/topics/oauth2, /resources/user and /topics/rate-limits.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import Sample, Simulator, plain
from accredit_discord.simulator import answers
from accredit_discord.simulator.answers import Answer, success
from accredit_discord.simulator.tokens import CLIENT_ID, Token, all_tokens

_METHODS = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]
_API = "/api/v10"


class DiscordSimulator(Simulator):
    """A simulated Discord."""

    strategy = "discord"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.tokens = {token.value: token for token in all_tokens()}

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample application."""
        return {"client_id": CLIENT_ID, "api_url": f"{base_url}{_API}"}

    def routes(self) -> Sequence[BaseRoute]:
        """Return Discord's endpoints; all methods arrive, because Discord refuses in its own words."""
        return [
            Route(f"{_API}/oauth2/@me", self._served(self._me), methods=_METHODS),
            Route(f"{_API}/users/@me", self._served(self._user), methods=_METHODS),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return everybody's good token, then ada's in every other situation."""
        return [one.sample() for one in self.tokens.values() if one.knob == "good" or one.owner.key == "ada"]

    def other_tokens(self) -> Mapping[str, str]:
        """Return the refused tokens of everybody else."""
        sampled = {sample.parameters["access_token"] for sample in self.samples()}
        return {token.value: token.about for token in self.tokens.values() if token.value not in sampled}

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
        return answers.UNAUTHORIZED if scheme != "Bearer" or token is None or token.dead else token
