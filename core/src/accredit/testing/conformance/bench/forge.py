"""A bench for ID tokens, and the issuer's own press to make them with."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from accredit.keys.jose import SigningKey
from accredit.provider.http import origin
from accredit.testing.conformance.bench.bench import Bench, bench_for, make_simulator
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.suite import Suite, not_applicable
from accredit.testing.simulator.id_tokens import IdTokenIssuer
from accredit.testing.simulator.people import person
from accredit.testing.simulator.simulator import Simulator


class Forge:
    """A bench, and tokens of the issuer with whatever changed."""

    def __init__(self, bench: Bench, issuer: IdTokenIssuer) -> None:
        self.bench = bench
        self.issuer = issuer

    def mint(
        self, *, key: SigningKey | str | None = None, header: Mapping[str, Any] | None = None, **changes: Any
    ) -> dict[str, str]:
        """Return what a client posts with a token of ada's; in `changes` None removes a claim."""
        ada = person("ada")
        token = self.issuer.mint(ada, changes=changes, header=header, key=key)
        nonce = changes.get("nonce", self.issuer.claims(ada).get("nonce"))
        return {"access_token": token, **({"nonce": nonce} if nonce and isinstance(nonce, str) else {})}

    def strangers(self) -> set[str]:
        """Return the origins that were called and are not the provider's."""
        urls = self.bench.exchange.engine.connections[self.bench.strategy].provider_urls
        return {seen.origin for seen in self.bench.calls} - set(map(origin, urls))


@asynccontextmanager
async def forge_for(
    suite: Suite,
    *,
    simulator: Simulator | None = None,
    clock: Clock | None = None,
    connection: Mapping[str, Any] | None = None,
) -> AsyncIterator[Forge]:
    """Open a forge, where the simulator has ID tokens; `connection` are settings beside the simulator's."""
    clock = clock or Clock()
    simulator = simulator or make_simulator(suite, clock)
    issuer = simulator.id_tokens
    if issuer is None:
        not_applicable("the simulator has no ID tokens")
    async with bench_for(suite, simulator=simulator, clock=clock, connection=connection) as bench:
        yield Forge(bench, issuer)
