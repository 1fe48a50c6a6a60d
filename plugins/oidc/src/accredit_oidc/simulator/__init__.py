"""An OpenID provider: its document, keys, token endpoint, introspection and userinfo, with fixed access tokens."""

import base64
import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import ACCEPTED, PEOPLE, IdTokenIssuer, Person, Sample, Simulator, person, plain
from accredit_oidc.simulator.answers import document, refusal, unauthorized
from accredit_oidc.simulator.codes import REDIRECT_URI, VERIFIER, Code, at_hash, code_samples
from accredit_oidc.simulator.tokens import (
    CLIENT_ID,
    CLIENT_SECRET,
    FOREIGN_CLIENT_ID,
    ISSUER,
    PUBLIC_CLIENT_ID,
    Token,
    tokens,
    user_of,
)

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "FOREIGN_CLIENT_ID",
    "ISSUER",
    "PUBLIC_CLIENT_ID",
    "REDIRECT_URI",
    "OidcSimulator",
]

_NO_PROFILE = dict.fromkeys(
    ("preferred_username", "name", "given_name", "family_name", "picture", "email", "email_verified")
)


class OidcSimulator(Simulator):
    """An OpenID provider, as far as our strategy can see."""

    strategy = "oidc"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.tokens: Mapping[str, Token] = {token.value: token for token in tokens()}
        self.id_tokens: IdTokenIssuer = IdTokenIssuer(clock, _claims)
        self._numbers = itertools.count(1)
        self._codes: dict[str, Code] = {
            f"oidc-sim-code-{one.key}": Code.issued(one, now=float("inf"), verifier=VERIFIER, nonce=None)
            for one in PEOPLE
        }
        """What was exchanged is not there any more."""

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of the sample app. The issuer is not asked: its document is below `base_url`."""
        return {
            "issuer": ISSUER,
            "client_ids": [CLIENT_ID],
            "client_secret": CLIENT_SECRET,
            "redirect_uris": [REDIRECT_URI],
            "discovery_url": f"{base_url}/.well-known/openid-configuration",
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return the provider's endpoints."""
        return [
            Route("/.well-known/openid-configuration", self._document, methods=["GET"]),
            Route("/jwks", self._jwks, methods=["GET"]),
            Route("/token", self._token, methods=["POST"]),
            Route("/introspect", self._introspect, methods=["POST"]),
            Route("/userinfo", self._userinfo, methods=["GET", "POST"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return a sample of every access token, ID tokens minted now, and codes."""
        return [*(token.sample() for token in self.tokens.values()), *self._id_token_samples(), *code_samples()]

    def fresh(self, sample: Sample) -> Sample:
        """Return a sample whose code was never used: a new one, or another one that never was any."""
        if sample.field != "code":
            return sample
        is_good = sample.expected == ACCEPTED
        code = self.new_code(person("ada"), verifier=VERIFIER) if is_good else f"oidc-sim-none-{next(self._numbers)}"
        return replace(sample, parameters={**sample.parameters, "code": code})

    def other_tokens(self) -> Mapping[str, str]:
        """Return everybody else's codes, which are good once."""
        about = {value: f"{code.owner.name} signs in, by a code" for value, code in self._codes.items()}
        return {value: said for value, said in about.items() if value != "oidc-sim-code-ada"}

    def new_code(
        self, owner: Person, *, verifier: str | None = None, nonce: str | None = None, client_id: str = CLIENT_ID
    ) -> str:
        """Return a code that is exchanged once within a minute; with a `verifier` the login was begun by PKCE."""
        value = f"oidc-sim-code-{next(self._numbers)}"
        self._codes[value] = Code.issued(owner, now=self.clock(), verifier=verifier, nonce=nonce, client_id=client_id)
        return value

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

    async def _token(self, request: Request) -> Response:
        """Source: RFC 6749 section 4.1.3; OpenID Connect Core 1.0 section 3.1.3."""
        form = dict(parse_qsl((await request.body()).decode()))
        client_id = CLIENT_ID if _is_ours(request, form) else _public(request, form)
        if client_id is None:
            return refusal(401, "invalid_client")
        if not {"grant_type", "code", "redirect_uri"} <= form.keys():
            return refusal(400, "invalid_request")
        if form["grant_type"] != "authorization_code":
            return refusal(400, "unsupported_grant_type")
        code = self._codes.pop(plain(form["code"]), None)
        if code is None or not code.is_good(self.clock(), form, client_id):
            return refusal(400, "invalid_grant")
        access_token = f"oidc-sim-good-{code.owner.key}"
        said = {"aud": client_id, "nonce": code.nonce, "at_hash": at_hash(access_token)}
        return JSONResponse(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": "openid profile email",
                # The profile is at userinfo, as section 5.4 has it.
                "id_token": self.id_tokens.mint(code.owner, changes={**_NO_PROFILE, **said}),
            },
            headers={"Cache-Control": "no-store"},
        )

    async def _introspect(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if not _is_ours(request, form):
            return refusal(401, "invalid_client")
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


def _is_ours(request: Request, form: Mapping[str, str]) -> bool:
    """Take our secret by Basic or in the form, and not by both. Source: RFC 6749 section 2.3.1."""
    basic, in_form = request.headers.get("authorization"), "client_secret" in form
    ours = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    if in_form:
        return basic is None and (form.get("client_id"), form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
    return basic == f"Basic {ours}"


def _public(request: Request, form: Mapping[str, str]) -> str | None:
    """Take a public client by its id alone. Source: RFC 6749 section 4.1.3."""
    proves_itself = "authorization" in request.headers or "client_secret" in form or "client_assertion" in form
    return PUBLIC_CLIENT_ID if form.get("client_id") == PUBLIC_CLIENT_ID and not proves_itself else None


def _claims(someone: Person, now: int) -> dict[str, Any]:
    return {"iss": ISSUER, "aud": CLIENT_ID, "exp": now + 300, "iat": now, **user_of(someone)}
