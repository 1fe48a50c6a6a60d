"""A strict Facebook for tests, `accredit dev` and `accredit demo`.

`tokens` says which tokens there are, `graph` answers about them as the Graph API does, `limited_login` signs JWTs,
`samples` says what must come of each.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from time import time
from typing import Any

from starlette.routing import BaseRoute

from accredit.jose import SigningKey
from accredit.testing import Sample, Simulator
from accredit_facebook.simulator.app import APP_ID, APP_SECRET
from accredit_facebook.simulator.graph import GraphAPI
from accredit_facebook.simulator.limited_login import JWKS_PATH, LimitedLogin
from accredit_facebook.simulator.samples import access_token_samples, limited_login_samples
from accredit_facebook.simulator.tokens import make_tokens

__all__ = ["FacebookSimulator"]


class FacebookSimulator(Simulator):
    """The Graph API and the key set of Limited Login, with one app of ours and one of somebody else."""

    strategy = "facebook"

    def __init__(self, *, clock: Callable[[], float] = time) -> None:
        super().__init__(clock=clock)
        self.tokens = make_tokens()

    @cached_property
    def limited_login(self) -> LimitedLogin:
        """Facebook's signing key, made when it is first needed."""
        return LimitedLogin(SigningKey.generate("RS256"), clock=self.clock)

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {
            "app_id": APP_ID,
            "app_secret": APP_SECRET,
            "graph_url": base_url,
            "limited_login_jwks_url": f"{base_url}{JWKS_PATH}",
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints of graph.facebook.com and limited.facebook.com."""
        return [
            *GraphAPI(self.tokens, clock=self.clock).routes(),
            # Not `self.limited_login.route()`: the key costs time, and most tests need none.
            LimitedLogin.route(lambda: self.limited_login),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return every fixed access token, then Limited Login tokens minted now."""
        return [*access_token_samples(self.tokens.values()), *limited_login_samples(self.limited_login)]
