"""The codes of the simulated GitHub: good once, for ten minutes."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from accredit.testing import CodeBinding, CodeProblem, Codes, Sample
from accredit_github.simulator.tokens import CLIENT_ID, Token

CALLBACK: Final = "https://app.example.com/callback"
"""The registered callback URL of our sample app."""
VERIFIER: Final = "sim-github-verifier-of-the-app-that-has-begun-it"
"""That of the samples."""
LIVES_S: Final = 600
_BAD: tuple[CodeProblem, ...] = ("unknown", "client", "used", "expired", "verifier")
_REFUSED: Mapping[CodeProblem, str] = dict.fromkeys(_BAD, "invalid_token")
"""GitHub says of a redirect URI that it is not registered, and nothing of one that the login did not have."""


def binding(verifier: str | None = VERIFIER) -> CodeBinding:
    """Return what a login at our app was begun with; None is without PKCE."""
    return CodeBinding(client_id=CLIENT_ID, redirect_uri=CALLBACK, code_verifier=verifier)


def code_samples(codes: Codes[Token], good: Token) -> Iterator[Sample]:
    """Yield a code that is exchanged for a good token, and one for each refusal."""
    return codes.fix_samples("sim_code_{}_ada", good, binding(), claims=good.claims, refused=_REFUSED)


def new_token(token: Token) -> dict[str, Any]:
    """Return what comes of a code. The tokens of GitHub Apps end, and come with one to refresh them by."""
    answer: dict[str, Any] = {"access_token": token.value, "scope": ",".join(token.scopes), "token_type": "bearer"}
    if token.prefix == "ghu_":
        refresh = {"refresh_token": "ghr_sim_refresh", "refresh_token_expires_in": 15_897_600}
        answer = {**answer, "expires_in": 28_800, **refresh}
    return answer
