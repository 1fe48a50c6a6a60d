"""The codes of the simulated Google, and what its token endpoint answers.

A code is good once, for ten minutes, with the redirect URI of its login: none at all for a native SDK, whose parameter
must be there and empty; `postmessage` for the popup of a web page; else the URI.
Sources: developers.google.com, "OpenID Connect" (exchange of a code); refusals as developers have reported them
(googlesamples/google-signin-unity#64, google/google-api-javascript-client#662, zquestz/omniauth-google-oauth2#391,
openid/AppAuth-Android#293). How long a code lives, and the answer to another client's, is invented.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accredit.testing import CodeBinding, CodeProblem, CodeRefused, Codes, IdTokenIssuer, Person, Sample, person
from accredit_google_oauth2.simulator.tokens import EMAIL, FOREIGN, OPENID, PROFILE, WEB

WEB_SECRET: Final = "GOCSPX-sim-web-secret"  # noqa: S105  # published sample secret of a client that does not exist
CALLBACK: Final = "https://app.example.com/callback"
"""The redirect URI of our sample web client."""
POPUP: Final = "postmessage"
"""What stands for a redirect URI where a popup hands the code to a web page."""
VERIFIER: Final = "sim-google-verifier-of-the-app-that-has-begun-it"
"""That of the samples."""
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


_REFUSALS: Mapping[CodeProblem, tuple[int, str, str]] = {
    "unknown": (400, "invalid_grant", "Malformed auth code."),
    "client": (401, "unauthorized_client", "Unauthorized"),
    "used": (400, "invalid_grant", "Bad Request"),
    "expired": (400, "invalid_grant", "Bad Request"),
    "redirect_uri": (400, "redirect_uri_mismatch", "Bad Request"),
    "verifier": (400, "invalid_grant", "Invalid code verifier."),
}


@dataclass(frozen=True, slots=True)
class Login:
    """What a code is exchanged for: whose tokens, with which scopes and claims, and whether one is for refreshing."""

    person: Person
    scopes: tuple[str, ...] = (OPENID, PROFILE, EMAIL)
    claims: Mapping[str, object] = field(default_factory=lambda: {"aud": WEB, "azp": WEB})
    is_offline: bool = False


class TokenEndpoint:
    """The token endpoint, and its codes. `clock` returns epoch seconds."""

    def __init__(self, id_tokens: IdTokenIssuer, *, clock: Callable[[], float]) -> None:
        self._id_tokens = id_tokens
        self.codes: Codes[Login] = Codes("4/0Asim-code-{}", lives_s=_LIVES_S, clock=clock)
        self.refresh_tokens: dict[str, Person] = {}

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
        bound = CodeBinding(client_id=client_id, redirect_uri=redirect_uri, code_verifier=verifier)
        about = {"aud": client_id, "azp": client_id, **(claims or {})}
        return self.codes.new(Login(someone, scopes, about, is_offline), bound)

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
        verifier = form.get("code_verifier")
        shown = CodeBinding(client_id=form["client_id"], redirect_uri=form["redirect_uri"], code_verifier=verifier)
        try:
            return JSONResponse(self._answer(self.codes.redeem(form["code"], shown)))
        except CodeRefused as refusal:
            if refusal.why == "verifier" and verifier is None:
                return refused(400, "invalid_grant", "Missing code verifier.")
            return refused(*_REFUSALS[refusal.why])

    def _answer(self, login: Login) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "access_token": f"ya29.sim-good-{login.person.key}",
            "expires_in": _TOKEN_LIVES_S,
            "scope": " ".join(login.scopes),
            "token_type": "Bearer",
        }
        if login.is_offline:
            answer["refresh_token"] = f"1//sim-refresh-{login.person.key}"
            self.refresh_tokens[answer["refresh_token"]] = login.person
        if OPENID in login.scopes:
            answer["id_token"] = self._id_tokens.mint(login.person, changes=login.claims)
        return answer


def refused(status: int, error: str, description: str) -> Response:
    """Refuse an exchange in the form of RFC 6749 section 5.2."""
    return JSONResponse({"error": error, "error_description": description}, status)


def code_samples(codes: Codes[Login], claims: Mapping[str, Any]) -> Iterator[Sample]:
    """Yield a code of ada's, and one for each refusal: whose fault another client's is, nobody says."""
    bound = CodeBinding(client_id=WEB, redirect_uri=CALLBACK, code_verifier=VERIFIER)
    dead = dict.fromkeys(_REFUSALS, "invalid_token")
    refusals = {**dead, "client": "unlisted_refusal"}
    return codes.fix_samples("4/0Asim-code-{}-ada", Login(person("ada")), bound, claims=claims, refused=refusals)
