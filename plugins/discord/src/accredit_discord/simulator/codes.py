"""The codes of the simulated Discord: good once, for a minute."""

from collections.abc import Iterator
from typing import Any, Final

from accredit.testing import CodeBinding, Codes, Sample
from accredit_discord.simulator.tokens import CLIENT_ID, Token

CALLBACK: Final = "https://app.example.com/callback"
"""The registered redirect of our sample application."""
VERIFIER: Final = "sim-discord-verifier-of-the-app-that-has-begun-it"
"""That of the samples."""
LIVES_S: Final = 60


def binding(verifier: str | None = VERIFIER) -> CodeBinding:
    """Return what a login at our application was begun with; None is without PKCE."""
    return CodeBinding(client_id=CLIENT_ID, redirect_uri=CALLBACK, code_verifier=verifier)


def code_samples(codes: Codes[Token], good: Token) -> Iterator[Sample]:
    """Yield a code that is exchanged for a good token, and one for each refusal."""
    return codes.fix_samples("sim-code-{}-ada", good, binding(), claims=good.claims)


def new_token(token: Token) -> dict[str, Any]:
    """Return what comes of a code."""
    return {
        "access_token": token.value,
        "token_type": "Bearer",
        "expires_in": 604_800,
        "refresh_token": f"{token.value}-refresh",
        "scope": " ".join(token.scopes),
    }
