"""The codes of the simulated Facebook, and what its exchange answers.

A code is good once, for ten minutes, with the redirect URI of its login. One whose login had a challenge, as the flow
of OpenID Connect has, is exchanged by its verifier; any other by the app's secret, and a verifier beside it is refused.
Sources: Facebook, "Manually build a login flow" and "OIDC code flow with PKCE"; refusals as developers have reported
them (better-auth/better-auth#186, expo/expo#15980, laravel/socialite#385, freizl/hoauth2#19, ngrx/store#160). What is
said of a missing parameter, of a wrong verifier by number, and how long a code lives, is invented.
"""

import hmac
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from accredit.testing import CodeBinding, CodeProblem, CodeRefused, Codes, plain
from accredit_facebook.simulator import answers
from accredit_facebook.simulator.answers import Answer, error
from accredit_facebook.simulator.app import APP_ID, SECRETS
from accredit_facebook.simulator.graph import served_version

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect URI of our sample app."""
LOGIN: Final = CodeBinding(client_id=APP_ID, redirect_uri=CALLBACK)
"""What the usual login at our sample app was begun with."""
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


_REFUSALS: Mapping[CodeProblem, Answer] = {
    "unknown": _NO_CODE,
    "client": _NO_CODE,
    "used": _USED,
    "expired": _EXPIRED,
    "redirect_uri": _OTHER_URI,
    "verifier": _BAD_VERIFIER,
}


class CodeExchange:
    """The endpoint of the exchange, and its codes, each of which is for one token. `clock` returns epoch seconds."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self.codes: Codes[str] = Codes("AQDsim-code-{}", lives_s=_LIVES_S, clock=clock)
        self._challenged: set[str] = set()
        """The codes of logins that had a challenge."""

    def issue(
        self, token: str, *, app_id: str = APP_ID, redirect_uri: str = CALLBACK, verifier: str | None = None
    ) -> str:
        """Return a new code; with a `verifier` its login had that one's S256 challenge."""
        bound = CodeBinding(client_id=app_id, redirect_uri=redirect_uri, code_verifier=verifier)
        value = self.codes.new(token, bound)
        if verifier is not None:
            self._challenged.add(value)
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
        bound = CodeBinding(client_id=form["client_id"], redirect_uri=form["redirect_uri"], code_verifier=verifier)
        try:
            token = self.codes.redeem(form["code"], bound)
        except CodeRefused as refusal:
            if refusal.why == "verifier" and plain(form["code"]) not in self._challenged:
                return _NO_CHALLENGE
            return _REFUSALS[refusal.why]
        if verifier is None and shown is None:
            return _NO_SECRET
        return Answer(200, {"access_token": token, "token_type": "bearer", "expires_in": _TOKEN_LIVES_S})
