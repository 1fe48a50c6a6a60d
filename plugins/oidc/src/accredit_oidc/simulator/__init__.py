"""An OpenID provider: its document, keys, introspection and userinfo, with fixed access tokens."""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import ACCEPTED, IdTokenIssuer, Person, Sample, Simulator, person, plain
from accredit_oidc.simulator.answers import document, refusal, unauthorized
from accredit_oidc.simulator.tokens import CLIENT_ID, CLIENT_SECRET, FOREIGN_CLIENT_ID, ISSUER, Token, tokens, user_of

__all__ = ["CLIENT_ID", "CLIENT_SECRET", "FOREIGN_CLIENT_ID", "ISSUER", "OidcSimulator"]


class OidcSimulator(Simulator):
    """An OpenID provider, as far as our strategy can see."""

    strategy = "oidc"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.tokens: Mapping[str, Token] = {token.value: token for token in tokens()}
        self.id_tokens: IdTokenIssuer = IdTokenIssuer(clock, _claims)

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of the sample app. The issuer is not asked: its document is below `base_url`."""
        return {
            "issuer": ISSUER,
            "client_ids": [CLIENT_ID],
            "client_secret": CLIENT_SECRET,
            "discovery_url": f"{base_url}/.well-known/openid-configuration",
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return the provider's endpoints."""
        return [
            Route("/.well-known/openid-configuration", self._document, methods=["GET"]),
            Route("/jwks", self._jwks, methods=["GET"]),
            Route("/introspect", self._introspect, methods=["POST"]),
            Route("/userinfo", self._userinfo, methods=["GET", "POST"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return a sample of every access token, and ID tokens minted now."""
        return [*(token.sample() for token in self.tokens.values()), *self._id_token_samples()]

    def _id_token_samples(self) -> Sequence[Sample]:
        ada, now = person("ada"), int(self.clock())
        user = user_of(ada)
        claims = {"sub": f"oidc|{ada.number}", "name": user["name"], "email": user["email"], "email_verified": True}
        variants: Sequence[tuple[str, str, str, Mapping[str, object]]] = (
            ("good", "an ID token of ours", ACCEPTED, {}),
            ("two_names", "its audience is a list with one entry", ACCEPTED, {"aud": [CLIENT_ID]}),
            ("foreign_app", "for another app", "wrong_audience", {"aud": FOREIGN_CLIENT_ID}),
            ("expired", "its time is over", "invalid_token", {"exp": now - 1, "iat": now - 301}),
            ("other_issuer", "of an issuer whose name only begins with ours", "invalid_token", {"iss": f"{ISSUER}/"}),
        )
        return [
            Sample(
                name=f"id_token-{name}-ada",
                about=about,
                parameters={"access_token": self.id_tokens.mint(ada, changes=changes)},
                expected=expected,
                claims=claims if expected == ACCEPTED else {},
            )
            for name, about, expected, changes in variants
        ]

    async def _document(self, request: Request) -> Response:
        return document(ISSUER, str(request.base_url).rstrip("/"))

    async def _jwks(self, request: Request) -> Response:
        return self.id_tokens.jwks_response()

    async def _introspect(self, request: Request) -> Response:
        ours = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {ours}":
            return refusal(401, "invalid_client")
        form = dict(parse_qsl((await request.body()).decode()))
        if "token" not in form:
            return refusal(400, "invalid_request")
        token = self.tokens.get(plain(form["token"]))
        if token is None or not token.is_active:
            return JSONResponse({"active": False})
        return token.introspection or JSONResponse(token.introspected(int(self.clock())))

    async def _userinfo(self, request: Request) -> Response:
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self.tokens.get(plain(value)) if scheme == "Bearer" else None
        if token is None or not token.is_active:
            return unauthorized("invalid_token")
        return token.userinfo or JSONResponse(token.user_object())


def _claims(someone: Person, now: int) -> dict[str, Any]:
    return {"iss": ISSUER, "aud": CLIENT_ID, "exp": now + 300, "iat": now, **user_of(someone)}
