"""A faithful Microsoft Entra ID: keys that say for whom they sign, ID tokens of several tenants, codes of an app."""

import itertools
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import IdTokenIssuer, Person, Sample, Simulator, plain
from accredit_microsoft.simulator.answers import exchanged, refused
from accredit_microsoft.simulator.codes import CALLBACK, Code
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
        self._codes: dict[str, Code] = {}
        self._used: set[str] = set()
        self._numbers = itertools.count(1)

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
        """Return ID tokens minted now, and access tokens, which are all refused."""
        return list(samples(self.id_tokens))

    def new_code(
        self, someone: Person, *, verifier: str | None = None, error: tuple[str, int] | None = None, openid: bool = True
    ) -> str:
        """Return a code that is exchanged once for the person's tokens within ten minutes.

        With a `verifier` the login was begun by PKCE, with its S256 challenge. `error` is the word and the number of
        AADSTS by which the code is refused. Without `openid` there comes no ID token of it.
        """
        value = f"1.sim-code-{next(self._numbers)}"
        ends_at = self.clock() + 600
        self._codes[value] = Code.issued(someone, ends_at=ends_at, verifier=verifier, error=error, openid=openid)
        return value

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
        return self._exchanged(plain(form["code"]), form["redirect_uri"], form.get("code_verifier"))

    def _exchanged(self, value: str, redirect_uri: str, verifier: str | None) -> Response:
        if value in self._used:
            return refused("invalid_grant", 54005)
        code = self._codes.get(value)
        if code is None:
            return refused("invalid_grant", 9002313)
        if code.error is not None:
            return refused(*code.error)
        if self.clock() >= code.ends_at:
            return refused("invalid_grant", 70008)
        if redirect_uri != CALLBACK:
            return refused("invalid_grant", 500112)
        if not code.is_begun_with(verifier):
            return refused("invalid_grant", 501481)
        self._used.add(value)
        return exchanged(self.id_tokens.mint(code.owner) if code.openid else None)

    async def _keys(self, _: Request) -> Response:
        return self.id_tokens.jwks_response()
