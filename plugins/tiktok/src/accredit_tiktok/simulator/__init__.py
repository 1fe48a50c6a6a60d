"""A simulated TikTok: the exchange of a code, and its user, as strict as the real ones.

Sources: https://developers.tiktok.com/doc/oauth-get-a-user-access-token and /doc/tiktok-api-v2-get-user-info.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import CodeBinding, CodeRefused, Codes, Sample, Simulator, plain
from accredit_tiktok.simulator import answers
from accredit_tiktok.simulator.answers import Answer, ok, success
from accredit_tiktok.simulator.tokens import CALLBACK, CLIENT_KEY, FIELDS, Code, all_codes

CLIENT_SECRET = "sim-tiktok-client-secret"  # noqa: S105  # published sample secret of an app that does not exist
_NEEDED = frozenset({"client_key", "client_secret", "code", "grant_type", "redirect_uri"})


class TikTokSimulator(Simulator):
    """A simulated TikTok. A code is good once: `sim-good-ada`, `sim-good-ada.1`, `sim-good-ada.2` and so on."""

    strategy = "tiktok"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.codes = {code.value: code for code in all_codes()}
        self._tokens: dict[str, Code] = {}
        self._codes: Codes[Code] = Codes(clock=clock)
        for value, code in self.codes.items():
            self._codes.fix(value, code, code.binding)

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {
            "client_key": CLIENT_KEY,
            "client_secret": CLIENT_SECRET,
            "api_url": f"{base_url}/v2",
            "redirect_uris": [CALLBACK],
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return TikTok's endpoints, each with the slash at its end."""
        return [
            Route("/v2/oauth/token/", self._exchange, methods=["POST"]),
            Route("/v2/oauth/revoke/", self._revoke, methods=["POST"]),
            Route("/v2/user/info/", self._user, methods=["GET"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return everybody's good code, then ada's in every other situation."""
        return [one.sample() for one in self.codes.values() if one.knob == "good" or one.owner.key == "ada"]

    def fresh(self, sample: Sample) -> Sample:
        """Return a code of the same name, with the next number."""
        return self._codes.fresh(sample)

    def other_tokens(self) -> Mapping[str, str]:
        """Return the refused codes of everybody else."""
        sampled = {sample.parameters["access_token"] for sample in self.samples()}
        return {code.value: code.about for code in self.codes.values() if code.value not in sampled}

    async def _exchange(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return answers.MALFORMED.response()
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        return self._exchanged(form).response()

    def _exchanged(self, form: Mapping[str, str]) -> Answer:
        if not form.keys() >= _NEEDED:
            return answers.MALFORMED
        if (form["client_key"], form["client_secret"]) != (CLIENT_KEY, CLIENT_SECRET):
            return answers.OUR_SECRET
        if form["grant_type"] != "authorization_code":
            return answers.oauth_error("unsupported_grant_type")
        verifier = form.get("code_verifier")
        shown = CodeBinding(client_id=form["client_key"], redirect_uri=form["redirect_uri"], code_verifier=verifier)
        try:
            code = self._codes.redeem(form["code"], shown)
        except CodeRefused as refused:
            return answers.VERIFIER if refused.why == "verifier" else answers.EXPIRED
        if code.on_token is not None:
            return code.on_token
        token = f"act.{plain(form['code'])}"
        self._tokens[token] = code
        return success(code.new_token(token))

    async def _revoke(self, request: Request) -> Response:
        """Disconnect the app from the account of a live token; what is said of another one is invented."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        if not form.keys() >= {"client_key", "client_secret", "token"}:
            return answers.MALFORMED.response()
        if (form["client_key"], form["client_secret"]) != (CLIENT_KEY, CLIENT_SECRET):
            return answers.OUR_SECRET.response()
        revoked = self._tokens.get(plain(form["token"]))
        if revoked is None:
            return answers.NOT_LIVE.response()
        self._tokens = {value: one for value, one in self._tokens.items() if one.owner.key != revoked.owner.key}
        return success({}).response()

    async def _user(self, request: Request) -> Response:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        code = self._tokens.get(plain(value)) if scheme == "Bearer" else None
        return (answers.NO_TOKEN if code is None else _answer(code, request.query_params.get("fields", ""))).response()


def _answer(code: Code, asked: str) -> Answer:
    """Tell what was asked for and nothing else, and nothing at all where one field is not allowed."""
    fields = asked.split(",")
    if not FIELDS.keys() >= set(fields):
        return answers.BAD_FIELDS
    if not {FIELDS[name] for name in fields} <= set(code.scopes):
        return answers.NO_SCOPE
    if code.on_user is not None:
        return code.on_user
    return ok({name: value for name, value in code.user_object().items() if name in fields})
