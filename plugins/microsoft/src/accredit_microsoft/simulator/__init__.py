"""A faithful Microsoft Entra ID: keys that say for whom they sign, ID tokens of several tenants, codes of an app."""

import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import CodeBinding, CodeRefused, Codes, IdTokenIssuer, Person, Sample, Simulator
from accredit_microsoft.simulator.answers import exchanged, refused
from accredit_microsoft.simulator.codes import CALLBACK, LIVES_S, REFUSALS, VERIFIER, Login, binding, code_samples
from accredit_microsoft.simulator.keys import MicrosoftIssuer
from accredit_microsoft.simulator.samples import samples
from accredit_microsoft.simulator.tokens import CLIENT_ID, CLIENT_SECRET, TENANT, make_claims


class MicrosoftSimulator(Simulator):
    """Microsoft, as far as our strategy can see. The sample app is for one tenant, and for personal accounts."""

    strategy = "microsoft"
    id_tokens: IdTokenIssuer

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.id_tokens = MicrosoftIssuer(clock, make_claims)
        self.secret_has_expired = False
        """Set it to refuse our secret as one that was good once."""
        self._codes: Codes[Login] = Codes("1.sim-code-{}", lives_s=LIVES_S, clock=clock)
        self._code_samples = tuple(code_samples(self._codes))

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app. The issuer is a name, and is not called."""
        return {
            "client_ids": [CLIENT_ID],
            "tenants": [TENANT, "consumers"],
            "jwks_url": f"{base_url}/common/discovery/v2.0/keys",
            "client_secret": CLIENT_SECRET,
            "token_url": f"{base_url}/common/oauth2/v2.0/token",
            "redirect_uris": [CALLBACK],
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return Microsoft's endpoints."""
        return [
            Route("/common/discovery/v2.0/keys", self._keys, methods=["GET"]),
            Route("/common/oauth2/v2.0/token", self._token, methods=["POST"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return ID tokens minted now, access tokens, which are all refused, and codes."""
        return [*samples(self.id_tokens), *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self._codes.fresh(sample)

    def new_code(self, someone: Person, *, verifier: str | None = VERIFIER, openid: bool = True) -> str:
        """Return a code that is exchanged once for the person's tokens within ten minutes.

        Without a `verifier` the login was begun without PKCE, without `openid` there comes no ID token of it.
        """
        return self._codes.new(Login(someone, openid), binding(verifier))

    async def _token(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return refused("invalid_request", 900144)
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        for name in ("grant_type", "client_id", "code", "redirect_uri"):
            if name not in form:
                return refused("invalid_request", 900144)
        if form["grant_type"] != "authorization_code":
            return refused("unsupported_grant_type", 70003)
        if form["client_id"] != CLIENT_ID:
            return refused("unauthorized_client", 700016)
        if "client_secret" not in form:
            return refused("invalid_client", 7000218, status=401)
        if form["client_secret"] != CLIENT_SECRET or self.secret_has_expired:
            return refused("invalid_client", 7000222 if self.secret_has_expired else 7000215, status=401)
        shown = CodeBinding(
            client_id=CLIENT_ID, redirect_uri=form["redirect_uri"], code_verifier=form.get("code_verifier")
        )
        try:
            login = self._codes.redeem(form["code"], shown)
        except CodeRefused as refusal:
            return refused("invalid_grant", REFUSALS[refusal.why])
        return exchanged(self.id_tokens.mint(login.owner) if login.openid else None)

    async def _keys(self, _: Request) -> Response:
        return self.id_tokens.jwks_response()
