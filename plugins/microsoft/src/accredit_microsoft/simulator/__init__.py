"""A faithful Microsoft Entra ID: keys that say for whom they sign, and ID tokens of several tenants."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from accredit.testing import IdTokenIssuer, Sample, Simulator
from accredit_microsoft.simulator.keys import MicrosoftIssuer
from accredit_microsoft.simulator.samples import samples
from accredit_microsoft.simulator.tokens import CLIENT_ID, TENANT, make_claims


class MicrosoftSimulator(Simulator):
    """Microsoft, as far as our strategy can see. The sample app is for one tenant, and for personal accounts."""

    strategy = "microsoft"
    id_tokens: IdTokenIssuer

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.id_tokens = MicrosoftIssuer(clock, make_claims)

    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table of our sample app. The issuer is a name, and is not called."""
        return {
            "client_ids": [CLIENT_ID],
            "tenants": [TENANT, "consumers"],
            "jwks_url": f"{base_url}/common/discovery/v2.0/keys",
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Return Microsoft's endpoints."""
        return [Route("/common/discovery/v2.0/keys", self._keys, methods=["GET"])]

    def samples(self) -> Sequence[Sample]:
        """Return ID tokens minted now, and access tokens, which are all refused."""
        return list(samples(self.id_tokens))

    async def _keys(self, _: Request) -> Response:
        return self.id_tokens.jwks_response()
