"""The codes of the simulated X, its clients of OAuth 2.0, and what its token endpoint answers.

A code is good once, for 30 seconds, for the client that it was issued to. PKCE is never left out.
Sources: X, "How to connect to endpoints using OAuth 2.0 Authorization Code Flow with PKCE"; refusals as developers have
reported them (plhery/node-twitter-api-v2#496, xdevplatform/twitter-api-typescript-sdk#26, tweepy/tweepy#2021).
"""

import base64
import hmac
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accredit.testing import CodeBinding, CodeProblem, CodeRefused, Codes
from accredit_twitter.simulator.tokens import Token

CALLBACK: Final = "https://app.example.com/callback"
"""The registered callback of our sample app."""
CLIENT_ID: Final = "U2ltQ2xpZW50SWRPZk91cnM6MTpjaQ"
"""Our sample app as a confidential client."""
CLIENT_SECRET: Final = "SimClientSecretNotReal"  # noqa: S105  # published sample secret of an app that does not exist
NATIVE_CLIENT_ID: Final = "U2ltTmF0aXZlQ2xpZW50SWQ6bmE"
"""Another one, a native app: it has no secret."""
VERIFIER: Final = "sim-x-verifier-of-the-app-that-has-begun-the-login"
"""That of the samples."""
OTHER_CLIENT_ID: Final = "U2ltT3RoZXJDbGllbnRJZDoxOmNp"
"""Somebody else's."""
_SECRETS: Mapping[str, str | None] = {
    CLIENT_ID: CLIENT_SECRET,
    NATIVE_CLIENT_ID: None,
    OTHER_CLIENT_ID: "SimOtherClientSecretNotReal",
}
CODE_SETTINGS: Mapping[str, object] = {
    "oauth2_client_id": CLIENT_ID,
    "oauth2_client_secret": CLIENT_SECRET,
    "redirect_uris": [CALLBACK],
}
"""What a connection to the simulated X needs besides to take codes."""
_LIVES_S = 30
_TOKEN_LIVES_S = 7200
_REQUIRED = ("code", "redirect_uri", "code_verifier")


_INVALID = "Value passed for the authorization code was invalid."
_REFUSALS: Mapping[CodeProblem, str] = {
    "unknown": _INVALID,
    "client": _INVALID,
    "used": _INVALID,
    "expired": _INVALID,
    "redirect_uri": "Value passed for the redirect uri did not match the uri of the authorization code.",
    "verifier": "Value passed for the code verifier did not match the code challenge.",
}


class TokenEndpoint:
    """The token endpoint, its codes, each of which is for one bearer token, and the endpoint that revokes tokens.

    `clock` returns epoch seconds.
    """

    def __init__(self, bearers: Mapping[str, Token], *, clock: Callable[[], float]) -> None:
        self._bearers = bearers
        self.revoked: set[str] = set()
        """Bearer tokens that are dead."""
        self._given: dict[str, tuple[str, str]] = {}
        """Each token that was given, with the client and the bearer token that it belongs to."""
        self.codes: Codes[str] = Codes("SimCode{}", lives_s=_LIVES_S, clock=clock)

    async def exchange(self, request: Request) -> Response:
        """Answer `POST /2/oauth2/token`."""
        form = await _form_of_client(request, "grant_type")
        return form if isinstance(form, Response) else self._exchanged(form)

    async def revoke(self, request: Request) -> Response:
        """Answer `POST /2/oauth2/revoke`; with a refresh token its bearer token dies, too (RFC 7009 section 2.1)."""
        form = await _form_of_client(request, "token")
        if isinstance(form, Response):
            return form
        client_id, bearer = self._given.get(form.get("token", ""), ("", ""))
        if client_id != form["client_id"] or bearer in self.revoked:
            return refused(400, "invalid_request", "Value passed for the token was invalid.")
        self.revoked.add(bearer)
        return JSONResponse({"revoked": True})

    def _exchanged(self, form: Mapping[str, str]) -> Response:
        if form.get("grant_type") != "authorization_code":
            return refused(400, "unsupported_grant_type", "Value passed for the grant type was invalid.")
        for name in _REQUIRED:
            if not form.get(name):
                return refused(400, "invalid_request", f"Missing required parameter [{name}].")
        shown = CodeBinding(
            client_id=form["client_id"], redirect_uri=form["redirect_uri"], code_verifier=form["code_verifier"]
        )
        try:
            bearer = self.codes.redeem(form["code"], shown)
        except CodeRefused as refusal:
            return refused(400, "invalid_request", _REFUSALS[refusal.why])
        scopes = self._bearers[bearer].scopes
        tokens = {"access_token": bearer}
        if "offline.access" in scopes:
            tokens["refresh_token"] = f"{bearer}Refresh"
        self._given |= dict.fromkeys(tokens.values(), (form["client_id"], bearer))
        answer = {"token_type": "bearer", "expires_in": _TOKEN_LIVES_S, **tokens}
        return JSONResponse({**answer, "scope": " ".join(sorted(scopes))})


def binding(verifier: str = VERIFIER, client_id: str = CLIENT_ID) -> CodeBinding:
    """Return what a login was begun with."""
    return CodeBinding(client_id=client_id, redirect_uri=CALLBACK, code_verifier=verifier)


def refused(status: int, error: str, description: str) -> Response:
    """Refuse an exchange in the form of RFC 6749 section 5.2."""
    return JSONResponse({"error": error, "error_description": description}, status)


async def _form_of_client(request: Request, needed: str) -> dict[str, str] | Response:
    """Return the form of a call, or why its client may not make it."""
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return refused(400, "invalid_request", f"Missing required parameter [{needed}].")
    form = dict(parse_qsl((await request.body()).decode("latin-1"), keep_blank_values=True))
    return _of_client(form.get("client_id", ""), request.headers.get("authorization")) or form


def _of_client(client_id: str, authorization: str | None) -> Response | None:
    """Refuse who is not the client; None where it is. A confidential one needs the header."""
    if client_id not in _SECRETS:
        return refused(401, "invalid_client", "Value passed for the client id was invalid.")
    if (secret := _SECRETS[client_id]) is None:
        return None
    expected = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    if authorization is not None and hmac.compare_digest(authorization.encode(), f"Basic {expected}".encode()):
        return None
    return refused(401, "unauthorized_client", "Missing valid authorization header")
