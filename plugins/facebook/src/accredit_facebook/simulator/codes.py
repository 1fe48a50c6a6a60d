"""The codes of the simulated Facebook, and what its exchange answers.

A code is good once, for ten minutes, with the redirect URI of its login. One whose login had a challenge, as the flow
of OpenID Connect has, is exchanged by its verifier; any other by the app's secret, and a verifier beside it is refused.
Sources: Facebook, "Manually build a login flow" and "OIDC code flow with PKCE"; refusals as developers have reported
them (better-auth/better-auth#186, expo/expo#15980, laravel/socialite#385, freizl/hoauth2#19, ngrx/store#160). What is
said of a missing parameter, of a wrong verifier by number, and how long a code lives, is invented.
"""

import base64
import hashlib
import hmac
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from accredit.testing import plain
from accredit_facebook.simulator import answers
from accredit_facebook.simulator.answers import Answer, error
from accredit_facebook.simulator.app import APP_ID, SECRETS
from accredit_facebook.simulator.graph import served_version

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect URI of our sample app."""
_LIVES_S = 600
_TOKEN_LIVES_S = 5_183_944
_MISSING = {
    "client_id": error(101, "Missing client_id parameter."),
    "redirect_uri": error(191, "Missing redirect_uri parameter."),
    "code": error(1, "Missing authorization code"),
}
_NO_CODE = error(100, "Invalid verification code format.")
_OTHER_URI = error(
    100,
    "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the "
    "OAuth dialog request",
    subcode=36008,
)
_USED = error(100, "This authorization code has been used.", subcode=36009)
_EXPIRED = error(100, "This authorization code has expired.")
_BAD_SECRET = error(1, "Error validating client secret.")
_NO_SECRET = error(1, "Missing client_secret parameter.")
_NO_CHALLENGE = error(1, "code_verifier param is provided without a code_challenge in authorization request.")
_BAD_VERIFIER = error(
    1,
    "Invalid code verifier. Code verifier should be a cryptographically random string using the characters A-Z, a-z, "
    "0-9, and the punctuation characters -._~ (hyphen, period, underscore, and tilde), between 43 and 128 characters "
    "long.",
)


@dataclass(frozen=True, slots=True)
class Code:
    """A code: for which token and app it is, the redirect URI and challenge of its login, and until when."""

    token: str
    app_id: str
    redirect_uri: str
    challenge: str | None
    ends_at: float


class Codes:
    """The endpoint of the exchange. `clock` returns epoch seconds."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._codes: dict[str, Code] = {}
        self._used: set[str] = set()
        self._numbers = itertools.count(1)

    def issue(
        self, token: str, *, app_id: str = APP_ID, redirect_uri: str = CALLBACK, verifier: str | None = None
    ) -> str:
        """Return a new code; with a `verifier` its login had that one's S256 challenge."""
        value = f"AQDsim-code-{next(self._numbers)}"
        challenge = None if verifier is None else s256(verifier)
        self._codes[value] = Code(token, app_id, redirect_uri, challenge, self._clock() + _LIVES_S)
        return value

    async def exchange(self, request: Request) -> Response:
        """Answer `/{version}/oauth/access_token`."""
        version = served_version(request.path_params["version"])
        if version is None:
            return answers.unknown_path(request.url.path).response()
        if request.method not in {"GET", "POST"}:
            return answers.unsupported(request.method).response()
        query = request.url.query if request.method == "GET" else (await request.body()).decode("latin-1")
        response = self._exchanged(dict(parse_qsl(query))).response()
        response.headers["facebook-api-version"] = version
        return response

    def _exchanged(self, form: Mapping[str, str]) -> Answer:
        missing = next((refusal for name, refusal in _MISSING.items() if not form.get(name)), None)
        if missing is not None:
            return missing
        if (secret := SECRETS.get(form["client_id"])) is None:
            return answers.BAD_APP_ID
        shown, verifier = form.get("client_secret"), form.get("code_verifier")
        if shown is not None and not hmac.compare_digest(shown.encode(), secret.encode()):
            return _BAD_SECRET
        value = plain(form["code"])
        code = self._codes.get(value)
        if code is None or code.app_id != form["client_id"]:
            return _NO_CODE
        refusal = self._refusal_of(value, code, form["redirect_uri"]) or _refusal_of_login(code, shown, verifier)
        if refusal is not None:
            return refusal
        self._used.add(value)
        return Answer(200, {"access_token": code.token, "token_type": "bearer", "expires_in": _TOKEN_LIVES_S})

    def _refusal_of(self, value: str, code: Code, redirect_uri: str) -> Answer | None:
        if value in self._used:
            return _USED
        if self._clock() >= code.ends_at:
            return _EXPIRED
        return _OTHER_URI if redirect_uri != code.redirect_uri else None


def _refusal_of_login(code: Code, secret: str | None, verifier: str | None) -> Answer | None:
    if code.challenge is None:
        if verifier is not None:
            return _NO_CHALLENGE
        return _NO_SECRET if secret is None else None
    return None if verifier is not None and s256(verifier) == code.challenge else _BAD_VERIFIER


def s256(verifier: str) -> str:
    """Return the challenge of a verifier. Source: RFC 7636 section 4.2."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
