"""What every provider simulator is: a strict stand-in for one provider, as an ASGI app.

A simulator checks what the provider checks (secrets, signatures, proofs, methods, scopes) and answers in the
provider's real shapes. Its tokens are fixed strings, so that a command line printed today works tomorrow. Any of them
may carry a fault (`accredit.testing.simulator.faults`): look up `plain(token)`, and verify signatures over the token as
it came.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from accredit.credentials import AuthorizationCode, Credential, ProviderToken
from accredit.testing.simulator.faults import Faults
from accredit.testing.simulator.id_tokens import IdTokenIssuer
from accredit.testing.simulator.notices import NoticeSample
from accredit.testing.simulator.page import root_route

ACCEPTED = "accepted"
"""What a sample expects that logs somebody in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One token of a simulated provider, and what must come of it.

    `parameters` is what a client posts beside `client_id`, `connection` and `scope`: `access_token` and, where
    needed, `access_token_secret` or `nonce`; or `code`, with `code_verifier` and `redirect_uri`. `expected` is
    `ACCEPTED` or the `reason` of the refusal, such as `wrong_audience`. `claims` are claims that the ID token must then
    hold, exactly.

    `is_foreign` says that the token is another app's, where the provider does not name that app: one that itself
    refuses such tokens may answer as for any dead one.
    """

    name: str
    about: str
    parameters: Mapping[str, str]
    expected: str
    claims: Mapping[str, Any] = field(default_factory=dict)
    is_foreign: bool = False

    @property
    def field(self) -> str:
        """Name the parameter that holds the credential."""
        return "access_token" if "access_token" in self.parameters else "code"

    @property
    def credential(self) -> str:
        """Return the credential: a token, or a code."""
        return self.parameters[self.field]

    def handed(self, parameters: Mapping[str, Any] | None = None) -> ProviderToken | Credential:
        """Return what a host hands in that calls from Python, of other `parameters` too."""
        given = dict(self.parameters if parameters is None else parameters)
        value, nonce, secret = given.pop(self.field), given.pop("nonce", None), given.pop("access_token_secret", None)
        if self.field == "access_token":
            return ProviderToken.of(value, secret=secret, nonce=nonce, extras=given or None)
        verifier, uri = given.pop("code_verifier", None), given.pop("redirect_uri", None)
        return AuthorizationCode.of(value, code_verifier=verifier, redirect_uri=uri, nonce=nonce, extras=given or None)


class Simulator(ABC):
    """A simulated provider. `clock` returns epoch seconds."""

    strategy: ClassVar[str]
    """The name of the strategy whose provider this stands in for."""
    id_tokens: IdTokenIssuer | None = None
    """The provider's ID tokens, where it has any."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock

    @abstractmethod
    def settings(self, base_url: str) -> dict[str, Any]:
        """Return the connection table for our sample app, with every provider URL below `base_url`."""

    @abstractmethod
    def routes(self) -> Sequence[BaseRoute]:
        """Return the provider's endpoints. All its hosts share one address here: paths tell them apart."""

    @abstractmethod
    def samples(self) -> Sequence[Sample]:
        """Return tokens to try: first the good one of the complete person, then others, and every refusal."""

    def fresh(self, sample: Sample) -> Sample:
        """Return a sample that is as good as `sample` and was never used: for credentials that are good once.

        The conformance suite asks for one before each use of a code, also of one that is refused (core itself refuses
        what it has seen before), and of anything that is no ID token where the
        strategy has the trait `single_use`.
        """
        return sample

    def notices(self) -> Sequence[NoticeSample]:
        """Return what the provider sends of its own accord, made now: a genuine one of each kind, and others.

        Only where the strategy has `read_notice`; one of them is then another app's (`is_foreign`).
        """
        return []

    def marked(self, token: str, fault: str) -> str:
        """Return a token that carries a fault, such as `latency-200`: the marker is put at its end.

        Override it where a strategy takes a credential apart, or compares its end with an answer: put the marker behind
        the part that is only passed on.
        """
        return f"{token}~{fault}"

    def other_tokens(self) -> Mapping[str, str]:
        """Return tokens whose verdict depends on settings or on time, with what they are."""
        return {}

    def app(self) -> ASGIApp:
        """Return the simulator as an ASGI app: its endpoints, the page at `/`, and faults for tokens that ask."""
        return Faults(Starlette(routes=[root_route(self), *self.routes()]))
