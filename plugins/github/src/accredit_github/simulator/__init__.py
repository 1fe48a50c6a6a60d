"""A simulated GitHub: the check-token call, the user and their addresses, and the exchange of codes, as strict as real.

Sources: https://docs.github.com/en/rest/apps/oauth-applications, /rest/users/users, /rest/users/emails, and of
octokit/oauth-methods.js `test/check-token.test.ts`.
"""

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import CodeBinding, CodeRefused, Codes, NoticeSample, Sample, Simulator, plain
from accredit_github.simulator import answers
from accredit_github.simulator.answers import Answer, success
from accredit_github.simulator.codes import CALLBACK, LIVES_S, binding, code_samples, new_token
from accredit_github.simulator.notices import WEBHOOK_SECRET, notice_samples
from accredit_github.simulator.tokens import CLIENT_ID, Token, all_tokens

CLIENT_SECRET = "sim-github-client-secret"  # noqa: S105  # published sample secret of an app that does not exist


class GitHubSimulator(Simulator):
    """A simulated GitHub."""

    strategy = "github"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.tokens = {token.value: token for token in all_tokens()}
        self._codes: Codes[Token] = Codes("{:020x}", lives_s=LIVES_S, clock=clock)
        self._code_samples = tuple(code_samples(self._codes, self.tokens["gho_sim_good_ada"]))
        self.revoked: set[str] = set()
        """Tokens whose grant was deleted."""

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "webhook_secret": WEBHOOK_SECRET,
            "api_url": base_url,
            "token_url": f"{base_url}/login/oauth/access_token",
            "redirect_uris": [CALLBACK],
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return GitHub's endpoints."""
        return [
            Route("/applications/{client_id}/token", self._served(self._check), methods=["POST"]),
            Route("/applications/{client_id}/grant", self._served(self._revoke), methods=["DELETE"]),
            Route("/login/oauth/access_token", self._exchange, methods=["POST"]),
            Route("/user", self._served(self._user), methods=["GET"]),
            Route("/user/emails", self._served(self._emails), methods=["GET"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return everybody's good token, then ada's in every other situation, and her codes."""
        shown = (one for one in self.tokens.values() if one.knob == "good" or one.owner.key == "ada")
        return [*(one.sample() for one in shown), *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self._codes.fresh(sample)

    def notices(self) -> Sequence[NoticeSample]:
        """Return deliveries of the app's webhook."""
        return list(notice_samples())

    def other_tokens(self) -> Mapping[str, str]:
        """Return the refused tokens of everybody else."""
        sampled = {sample.credential for sample in self.samples()}
        return {token.value: token.about for token in self.tokens.values() if token.value not in sampled}

    def new_code(self, token: str, *, verifier: str | None = None) -> str:
        """Return a code that is exchanged once for `token` within ten minutes; by default of a login without PKCE."""
        return self._codes.new(self.tokens[token], binding(verifier))

    async def _exchange(self, request: Request) -> Response:
        """Exchange a code: status 200 whatever comes of it, and a form unless JSON is asked for."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        answer = self._exchanged(form)
        if "application/json" in request.headers.get("accept", ""):
            return success(answer).response()
        return Response(urlencode(answer), media_type="application/x-www-form-urlencoded")

    def _exchanged(self, form: Mapping[str, str]) -> dict[str, Any]:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return answers.oauth_error("incorrect_client_credentials")
        if form.get("redirect_uri", CALLBACK) != CALLBACK:
            return answers.oauth_error("redirect_uri_mismatch")
        shown = CodeBinding(client_id=CLIENT_ID, redirect_uri=CALLBACK, code_verifier=form.get("code_verifier"))
        try:
            return new_token(self._codes.redeem(form.get("code", ""), shown))
        except CodeRefused:
            return answers.oauth_error("bad_verification_code")

    def _served(self, answer: Callable[[Request, bytes], Answer]) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            if not request.headers.get("user-agent"):
                return answers.NO_USER_AGENT.response()
            return answer(request, await request.body()).response()

        return serve

    def _check(self, request: Request, body: bytes) -> Answer:
        token = self._named(request, body)
        return token if isinstance(token, Answer) else token.on_check or success(token.checked())

    def _revoke(self, request: Request, body: bytes) -> Answer:
        token = self._named(request, body)
        if isinstance(token, Answer):
            return token
        self.revoked.add(token.value)
        return Answer(status=204, body="")

    def _named(self, request: Request, body: bytes) -> Token | Answer:
        """Return the token of ours that a call names which is authenticated as our app."""
        if not (authorization := request.headers.get("authorization")):
            return answers.REQUIRES_AUTHENTICATION
        if _basic(authorization) != (CLIENT_ID, CLIENT_SECRET):
            return answers.BAD_CREDENTIALS
        if request.path_params["client_id"] != CLIENT_ID:
            return answers.NOT_FOUND
        try:
            fields = json.loads(body)
        except ValueError:
            return answers.NO_JSON
        if not isinstance(fields, dict):
            return answers.NO_JSON
        if not isinstance(value := fields.get("access_token"), str) or not value:
            return answers.INVALID
        token = self.tokens.get(plain(value))
        if token is None or token.dead or token.app != CLIENT_ID or token.value in self.revoked:
            return answers.NOT_FOUND
        return token

    def _user(self, request: Request, _: bytes) -> Answer:
        token = self._authorized(request)
        if isinstance(token, Answer):
            return token
        return token.on_user or success(token.user_object(), X_OAuth_Scopes=", ".join(token.scopes))

    def _emails(self, request: Request, _: bytes) -> Answer:
        token = self._authorized(request)
        if isinstance(token, Answer):
            return token
        if token.on_emails is not None:
            return token.on_emails
        if token.prefix != "ghu_" and not {"user", "user:email"} & set(token.scopes):
            return answers.NOT_FOUND
        return success(token.address_list())

    def _authorized(self, request: Request) -> Token | Answer:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        if not value:
            return answers.REQUIRES_AUTHENTICATION
        token = self.tokens.get(plain(value))
        if scheme.lower() not in {"bearer", "token"} or token is None or token.dead or token.value in self.revoked:
            return answers.BAD_CREDENTIALS
        return token


def _basic(header: str) -> tuple[str, str] | None:
    scheme, _, encoded = header.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (user, password) if scheme.lower() == "basic" else None
