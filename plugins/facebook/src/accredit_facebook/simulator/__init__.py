"""A strict Facebook for tests, `accredit dev` and `accredit demo`.

`tokens` says which tokens there are, `graph` answers about them as the Graph API does, `codes` exchanges codes for
them, `id_tokens` says what is in a JWT, `samples` what must come of each. `notices` are what it posts.
"""

from collections.abc import Callable, Sequence
from time import time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import IdTokenIssuer, NoticeSample, Sample, Simulator
from accredit_facebook.simulator.app import APP_ID, APP_SECRET
from accredit_facebook.simulator.codes import CALLBACK, CodeExchange
from accredit_facebook.simulator.graph import METHODS, GraphAPI
from accredit_facebook.simulator.id_tokens import JWKS_PATH, make_claims
from accredit_facebook.simulator.notices import notice_samples
from accredit_facebook.simulator.samples import access_token_samples, code_samples, limited_login_samples
from accredit_facebook.simulator.tokens import make_tokens

__all__ = ["FacebookSimulator"]


class FacebookSimulator(Simulator):
    """The Graph API and the key set of Limited Login, with one app of ours and one of somebody else."""

    strategy = "facebook"

    def __init__(self, *, clock: Callable[[], float] = time) -> None:
        super().__init__(clock=clock)
        self.tokens = make_tokens()
        self.id_tokens: IdTokenIssuer = IdTokenIssuer(clock, make_claims)
        self.graph = GraphAPI(self.tokens, clock=clock)
        self.exchange = CodeExchange(clock=clock)
        """Issues codes: `simulator.exchange.issue("EAAsim-good-ada")`."""
        self._code_samples = tuple(code_samples(self.exchange.codes, self.tokens.values()))

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app."""
        return {
            "app_id": APP_ID,
            "app_secret": APP_SECRET,
            "graph_url": base_url,
            "limited_login_jwks_url": f"{base_url}{JWKS_PATH}",
            "redirect_uris": [CALLBACK],
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return the endpoints of graph.facebook.com and limited.facebook.com."""
        return [
            *self.graph.routes(),
            Route("/{version}/oauth/access_token", self.exchange.exchange, methods=METHODS),
            Route(JWKS_PATH, self._keys, methods=["GET"]),
        ]

    def samples(self) -> Sequence[Sample]:
        """Return every fixed access token, then Limited Login tokens minted now, and codes."""
        return [
            *access_token_samples(self.tokens.values()),
            *limited_login_samples(self.id_tokens),
            *self._code_samples,
        ]

    def fresh(self, sample: Sample) -> Sample:
        """Return the sample of a code with another one like it."""
        return self.exchange.codes.fresh(sample)

    def notices(self) -> Sequence[NoticeSample]:
        """Return what is posted when somebody removes the app, or wants data deleted."""
        return list(notice_samples(int(self.clock())))

    async def _keys(self, request: Request) -> Response:
        return self.id_tokens.jwks_response()
