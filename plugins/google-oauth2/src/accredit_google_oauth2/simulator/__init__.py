"""A faithful Google: tokeninfo, userinfo, the keys of ID tokens, codes, notices; with fixed access tokens."""

import re
import time
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from accredit.testing import IdTokenIssuer, NoticeSample, Sample, Simulator, plain
from accredit_google_oauth2.simulator import answers
from accredit_google_oauth2.simulator.codes import CODE_SETTINGS, TokenEndpoint, code_samples, refused
from accredit_google_oauth2.simulator.id_tokens import id_token_samples, make_claims
from accredit_google_oauth2.simulator.notices import notice_samples
from accredit_google_oauth2.simulator.tokens import (
    ANDROID,
    EMAIL,
    OUR_CLIENTS,
    PROFILE,
    WEB,
    Token,
    cases,
    email_claims,
    profile_claims,
    subject,
)

_BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/-]+=*)")
_KEYS_MAX_AGE_S = 19_800


class GoogleSimulator(Simulator):
    """Google, as far as our strategy can see."""

    strategy = "google-oauth2"

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self._cases = tuple(cases())
        self._tokens = {case.access_token: case.token for case in self._cases}
        self.id_tokens: IdTokenIssuer = IdTokenIssuer(
            clock, make_claims, max_age_s=_KEYS_MAX_AGE_S, directives=("public", "must-revalidate", "no-transform")
        )
        self.revoked: set[str] = set()
        """Who has granted nothing to our project any more: keys of persons."""
        self.exchange = TokenEndpoint(self.id_tokens, clock=clock)
        """Issues codes: `simulator.exchange.issue(person("ada"))`."""
        self._code_samples = tuple(code_samples(self.exchange.codes, self._cases[0].claims))

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of a project with a web and an Android client."""
        return {
            "client_ids": [WEB, ANDROID],
            "tokeninfo_url": f"{base_url}/tokeninfo",
            "userinfo_url": f"{base_url}/v1/userinfo",
            "jwks_url": f"{base_url}/oauth2/v3/certs",
            "token_url": f"{base_url}/token",
            "revoke_url": f"{base_url}/revoke",
            **CODE_SETTINGS,
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return Google's endpoints."""
        return [
            Route("/tokeninfo", self._tokeninfo, methods=["GET", "POST"]),
            Route("/oauth2/v3/tokeninfo", self._tokeninfo, methods=["GET", "POST"]),  # the older name
            Route("/v1/userinfo", self._userinfo, methods=["GET", "POST"]),
            Route("/oauth2/v3/userinfo", self._userinfo, methods=["GET", "POST"]),  # the older name
            Route("/oauth2/v3/certs", self._certs, methods=["GET"]),
            Route("/token", self.exchange.exchange, methods=["POST"]),
            Route("/revoke", self._revoke, methods=["POST"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return every access token, ID tokens minted now, and codes."""
        fixed = [
            Sample(
                name=case.name,
                about=case.about,
                parameters={"access_token": case.access_token},
                expected=case.expected,
                claims=case.claims,
            )
            for case in self._cases
        ]
        return [*fixed, *id_token_samples(self.id_tokens), *self._code_samples]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self.exchange.codes.fresh(sample)

    def notices(self) -> Sequence[NoticeSample]:
        """Return security event tokens, each in the forms that it has."""
        return list(notice_samples(self.id_tokens))

    async def _tokeninfo(self, request: Request) -> Response:
        value = _bearer(request) or request.query_params.get("access_token")
        if not value:
            return answers.NO_TOKEN.response()
        token = self._live(plain(value))
        if token is None:
            return answers.INVALID_VALUE.response()
        if token.tokeninfo is not None:
            return token.tokeninfo.response()
        return JSONResponse(self._tokeninfo_body(token))

    def _tokeninfo_body(self, token: Token) -> dict[str, Any]:
        # Numbers and booleans are strings here, unlike at userinfo.
        body: dict[str, Any] = {"azp": token.azp, "aud": token.aud}
        if token.identifies:
            body["sub"] = subject(token.person)
        body["scope"] = " ".join(token.scopes)
        body["exp"] = str(int(self.clock()) + token.life_s)
        body["expires_in"] = str(token.life_s)
        if EMAIL in token.scopes and token.person.email is not None:
            body |= {"email": token.person.email, "email_verified": "true"}
        return {**body, "access_type": "online", **token.info}

    async def _userinfo(self, request: Request) -> Response:
        value = _bearer(request)
        if value is None:
            return answers.UNAUTHENTICATED.response()
        token = self._live(plain(value))
        if token is None:
            return answers.INVALID_CREDENTIALS.response()
        if token.userinfo is not None:
            return token.userinfo.response()
        if not token.identifies:
            return answers.UNAUTHENTICATED.response()
        body: dict[str, Any] = {"sub": subject(token.person)}
        if PROFILE in token.scopes:
            body |= profile_claims(token.person)
        if EMAIL in token.scopes:
            body |= email_claims(token.person)
        body |= token.user
        return JSONResponse({name: value for name, value in body.items() if value is not None})

    async def _revoke(self, request: Request) -> Response:
        """Take back what somebody has granted to a project, by any token of it that lives."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        value = plain(form.get("token", request.query_params.get("token", "")))
        if not value:
            return refused(400, "invalid_request", "Missing required parameter: token")
        token = self._live(value)
        someone = self.exchange.refresh_tokens.get(value) if token is None else token.person
        if someone is None or (token is None and someone.key in self.revoked):
            return refused(400, "invalid_token", "Token expired or revoked")
        if token is None or token.aud in OUR_CLIENTS:
            self.revoked.add(someone.key)
        return JSONResponse({})

    def _live(self, value: str) -> Token | None:
        token = self._tokens.get(value)
        is_revoked = token is not None and token.aud in OUR_CLIENTS and token.person.key in self.revoked
        return None if is_revoked else token

    async def _certs(self, request: Request) -> Response:
        return self.id_tokens.jwks_response()


def _bearer(request: Request) -> str | None:
    match = _BEARER.fullmatch(request.headers.get("authorization", ""))
    return match[1] if match else None
