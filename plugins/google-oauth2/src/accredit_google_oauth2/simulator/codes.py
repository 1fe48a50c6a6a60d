"""The codes of the simulated Google, and what its token endpoint answers.

A code is good once, for ten minutes, with the redirect URI of its login: none at all for a native SDK, whose parameter
must be there and empty; `postmessage` for the popup of a web page; else the URI.
Sources: developers.google.com, "OpenID Connect" (exchange of a code); refusals as developers have reported them
(googlesamples/google-signin-unity#64, google/google-api-javascript-client#662, zquestz/omniauth-google-oauth2#391,
openid/AppAuth-Android#293). How long a code lives, and the answer to another client's, is invented.
"""

import base64
import hashlib
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accredit.testing import IdTokenIssuer, Person, plain
from accredit_google_oauth2.simulator.tokens import EMAIL, FOREIGN, OPENID, PROFILE, WEB

WEB_SECRET: Final = "GOCSPX-sim-web-secret"  # noqa: S105  # published sample secret of a client that does not exist
CALLBACK: Final = "https://app.example.com/callback"
"""The redirect URI of our sample web client."""
POPUP: Final = "postmessage"
"""What stands for a redirect URI where a popup hands the code to a web page."""
CODE_SETTINGS: Mapping[str, object] = {
    "web_client_id": WEB,
    "web_client_secret": WEB_SECRET,
    "redirect_uris": [POPUP, CALLBACK],
}
"""What a connection to the simulated Google needs besides to take codes."""
_SECRETS: Mapping[str, str] = {WEB: WEB_SECRET, FOREIGN: "GOCSPX-sim-foreign-secret"}
_LIVES_S = 600
_TOKEN_LIVES_S = 3599
_REQUIRED = ("code", "client_id", "redirect_uri")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A code: whose login, for which client and redirect URI, with which challenge of PKCE, and until when."""

    person: Person
    client_id: str
    redirect_uri: str
    challenge: str | None
    scopes: tuple[str, ...]
    claims: Mapping[str, object]
    is_offline: bool
    ends_at: float


class Codes:
    """The token endpoint. `clock` returns epoch seconds."""

    def __init__(self, id_tokens: IdTokenIssuer, *, clock: Callable[[], float]) -> None:
        self._id_tokens = id_tokens
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._used: set[str] = set()
        self.refresh_tokens: dict[str, Person] = {}
        self._numbers = itertools.count(1)

    def issue(
        self,
        someone: Person,
        *,
        client_id: str = WEB,
        redirect_uri: str = "",
        verifier: str | None = None,
        scopes: tuple[str, ...] = (OPENID, PROFILE, EMAIL),
        claims: Mapping[str, object] | None = None,
        is_offline: bool = False,
    ) -> str:
        """Return a new code. `claims` are those of its ID token that differ, as a `nonce`.

        With `is_offline` a refresh token comes of it, as of a login with `access_type=offline`.
        """
        value = f"4/0Asim-code-{next(self._numbers)}"
        self._codes[value] = Code(
            person=someone,
            client_id=client_id,
            redirect_uri=redirect_uri,
            challenge=None if verifier is None else s256(verifier),
            scopes=scopes,
            claims={"aud": client_id, "azp": client_id, **(claims or {})},
            is_offline=is_offline,
            ends_at=self._clock() + _LIVES_S,
        )
        return value

    async def exchange(self, request: Request) -> Response:
        """Answer `POST /token`."""
        if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
            return refused(400, "invalid_request", "Missing required parameter: grant_type")
        form = dict(parse_qsl((await request.body()).decode("latin-1"), keep_blank_values=True))
        return self._exchanged(form)

    def _exchanged(self, form: Mapping[str, str]) -> Response:
        if form.get("grant_type") != "authorization_code":
            return refused(400, "unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type', '')}")
        for name in _REQUIRED:
            if name not in form:
                return refused(400, "invalid_request", f"Missing required parameter: {name}")
        if form["client_id"] not in _SECRETS:
            return refused(401, "invalid_client", "The OAuth client was not found.")
        if form.get("client_secret") != _SECRETS[form["client_id"]]:
            return refused(401, "invalid_client", "Unauthorized")
        return self._redeemed(plain(form["code"]), form)

    def _redeemed(self, value: str, form: Mapping[str, str]) -> Response:
        if value in self._used:
            return refused(400, "invalid_grant", "Bad Request")
        if (code := self._codes.get(value)) is None:
            return refused(400, "invalid_grant", "Malformed auth code.")
        if code.client_id != form["client_id"]:
            return refused(401, "unauthorized_client", "Unauthorized")
        if code.redirect_uri != form["redirect_uri"]:
            return refused(400, "redirect_uri_mismatch", "Bad Request")
        if self._clock() >= code.ends_at:
            return refused(400, "invalid_grant", "Bad Request")
        verifier = form.get("code_verifier")
        if code.challenge is not None and verifier is None:
            return refused(400, "invalid_grant", "Missing code verifier.")
        if (None if verifier is None else s256(verifier)) != code.challenge:
            return refused(400, "invalid_grant", "Invalid code verifier.")
        self._used.add(value)
        return JSONResponse(self._answer(code))

    def _answer(self, code: Code) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "access_token": f"ya29.sim-good-{code.person.key}",
            "expires_in": _TOKEN_LIVES_S,
            "scope": " ".join(code.scopes),
            "token_type": "Bearer",
        }
        if code.is_offline:
            answer["refresh_token"] = f"1//sim-refresh-{code.person.key}"
            self.refresh_tokens[answer["refresh_token"]] = code.person
        if OPENID in code.scopes:
            answer["id_token"] = self._id_tokens.mint(code.person, changes=code.claims)
        return answer


def refused(status: int, error: str, description: str) -> Response:
    """Refuse an exchange in the form of RFC 6749 section 5.2."""
    return JSONResponse({"error": error, "error_description": description}, status)


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
