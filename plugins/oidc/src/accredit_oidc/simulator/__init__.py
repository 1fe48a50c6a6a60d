"""An OpenID provider: its document, keys, token endpoint, introspection and userinfo, with fixed access tokens."""

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import (
    ACCEPTED,
    PEOPLE,
    CodeBinding,
    CodeRefused,
    Codes,
    IdTokenIssuer,
    Person,
    Sample,
    Simulator,
    person,
    plain,
)
from accredit_oidc.simulator.answers import document, refusal, unauthorized
from accredit_oidc.simulator.codes import LIVES_S, REDIRECT_URI, Login, at_hash, binding, code_samples
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
        self._codes: Codes[Login] = Codes("oidc-sim-code-{}", lives_s=LIVES_S, clock=clock)
        self._code_samples = tuple(code_samples(self._codes))
        self._other_codes = {f"oidc-sim-code-{one.key}": one for one in PEOPLE[1:]}
        for value, someone in self._other_codes.items():
            self._codes.fix(value, Login(someone), binding())

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
        return [*(token.sample() for token in self.tokens.values()), *self._id_token_samples(), *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self._codes.fresh(sample)

    def other_tokens(self) -> Mapping[str, str]:
        """Return everybody else's codes, which are good once."""
        return {value: f"{one.name} signs in, by a code" for value, one in self._other_codes.items()}

    def new_code(
        self, owner: Person, *, verifier: str | None = None, nonce: str | None = None, client_id: str = CLIENT_ID
    ) -> str:
        """Return a code that is exchanged once within a minute; with a `verifier` the login was begun by PKCE."""
        return self._codes.new(Login(owner, nonce), binding(verifier, client_id))

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
        verifier = form.get("code_verifier")
        if verifier is None and client_id == PUBLIC_CLIENT_ID:  # RFC 9700 section 2.1.1
            return refusal(400, "invalid_grant")
        shown = CodeBinding(client_id=client_id, redirect_uri=form["redirect_uri"], code_verifier=verifier)
        try:
            login = self._codes.redeem(form["code"], shown)
        except CodeRefused:
            return refusal(400, "invalid_grant")
        access_token = f"oidc-sim-good-{login.owner.key}"
        said = {"aud": client_id, "nonce": login.nonce, "at_hash": at_hash(access_token)}
        return JSONResponse(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": "openid profile email",
                # The profile is at userinfo, as section 5.4 has it.
                "id_token": self.id_tokens.mint(login.owner, changes={**_NO_PROFILE, **said}),
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
