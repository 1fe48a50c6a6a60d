"""What a strategy declares to be different about it, and whether that is true."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr

from accredit.testing.conformance.bench.bench import bench_for, make_simulator, start
from accredit.testing.conformance.bench.forge import forge_for
from accredit.testing.conformance.bench.samples import accepted_samples, is_jwt, samples_of
from accredit.testing.conformance.suite import Suite, check, require
from accredit.testing.exchange import BASE_URL
from accredit.testing.simulator.id_tokens import HS256

_ANOTHER = "another-secret-of-more-than-32-bytes"
"""Long enough for HS256: it is refused because it is another one."""


class Traits(Suite):
    """The traits of a strategy: each leaves checks out, so each has to be true."""

    @check
    async def test_declared_traits_are_true(self) -> None:
        """A strategy is in every login what its traits say, and what leaves checks out is declared."""
        traits = self.strategy.traits
        await (self._makes_no_call() if "makes_no_call" in traits else self._makes_calls())
        await (self._is_unbound() if "unbound" in traits else self._is_bound())
        await self._are_good_once()
        if "hs256" in traits:
            await self._signs_with_a_secret()
        elif (issuer := make_simulator(self).id_tokens) is not None:
            require(issuer.algorithm != HS256, "a secret signs the ID tokens: declare the trait hs256")
        # `composite_ids` is looked at where ids are spelled.

    async def _makes_no_call(self) -> None:
        simulator, samples = samples_of(self)
        async with bench_for(self, simulator=simulator) as bench:
            for sample in samples:
                await bench.post(sample.parameters)
                called = ", ".join(sorted({seen.origin for seen in bench.calls}))
                require(not bench.calls, f"{sample.name}: makes_no_call is not true, {called} was called")
        kept = [name for name in self._secrets() if not await self._accepts({name: _ANOTHER})]
        require(kept, "makes_no_call: payloads are accepted whatever the secrets of the settings are")

    async def _makes_calls(self) -> None:
        simulator, samples = samples_of(self)
        async with bench_for(self, simulator=simulator) as bench:
            for sample in accepted_samples(samples):
                await bench.post(sample.parameters)
            silent = "no sample makes the strategy ask its provider: declare the trait makes_no_call"
            require(bench.calls, silent)

    async def _is_unbound(self) -> None:
        simulator, samples = samples_of(self)
        async with bench_for(self, simulator=simulator) as bench:
            for sample in accepted_samples(samples):
                await bench.accepted(sample.parameters, sample.name)
                proof = bench.event.audience_proof
                require(proof == "Unbound", f"{sample.name}: unbound is not true, the proof is {proof}")

    async def _is_bound(self) -> None:
        simulator, samples = samples_of(self)
        async with bench_for(self, simulator=simulator, connection={"accept_unbound_tokens": True}) as bench:
            for sample in accepted_samples(samples):
                await bench.post(sample.parameters)
                proven = bench.event.audience_proof != "Unbound"
                require(proven, f"{sample.name}: the proof is Unbound; is there none at all? Declare the trait unbound")

    async def _are_good_once(self) -> None:
        """Look at all codes, and at everything but ID tokens where the strategy says that all is good once."""
        simulator, samples = samples_of(self)
        codes = [one for one in accepted_samples(samples) if one.field == "code"]
        if "single_use" in self.strategy.traits:
            codes = [one for one in accepted_samples(samples) if not is_jwt(one)]
            require(codes, "single_use is not true: every sample that is to be accepted is an ID token")
        for sample in codes:
            fresh = [simulator.fresh(sample).credential for _ in range(2)]
            new = len({*fresh, sample.credential}) == 3
            require(new, f"{sample.name}: Simulator.fresh returns what there was before")
            async with bench_for(self, simulator=simulator) as bench:
                request = {"client_id": "app", "connection": bench.strategy, **sample.parameters}
                body: dict[str, Any] = {"content": json.dumps(request), "headers": {"Content-Type": "application/json"}}
                first, second = await bench.send(**body), await bench.send(**body)
                require(first.accepted, f"{sample.name}: refused with {first.status} at its first use")
                require(second.status == 401, f"{sample.name}: single_use is not true, {second.status} at a second use")
                redeeming = [seen for seen in bench.calls if seen.holds(sample.credential)]
                repeated = "single_use: the call that redeems it is made again after an outage; post it, not reads_only"
                require(not any(seen.reads_only for seen in redeeming), f"{sample.name}: {repeated}")

    async def _signs_with_a_secret(self) -> None:
        async with forge_for(self) as forge:
            signed = forge.issuer.algorithm == HS256
            require(signed, "hs256 is not true: the simulator's ID tokens are signed with a key")
            await forge.bench.accepted(forge.mint(), "an ID token signed with the secret")
            require(not forge.bench.calls, "hs256 is not true: a call was made for an ID token")
        table = make_simulator(self).settings(BASE_URL)
        named = [name for name, value in self._secrets().items() if forge.issuer.is_signed_with(value)]
        require(named, f"no secret among {', '.join(sorted(table))} is the one that signs the simulator's ID tokens")
        for name in named:
            accepted = await self._accepts({name: _ANOTHER}, id_tokens=True)
            require(not accepted, f"an ID token is accepted although the setting {name} is another secret")

    async def _accepts(self, changes: Mapping[str, Any], *, id_tokens: bool = False) -> bool:
        """Say whether any sample that is to be accepted is so although settings are others."""
        simulator, samples = samples_of(self)
        async with bench_for(self, simulator=simulator, connection=changes) as bench:
            chosen = [one for one in accepted_samples(samples) if is_jwt(one) or not id_tokens]
            return any([(await bench.post(one.parameters)).accepted for one in chosen])

    def _secrets(self) -> dict[str, str]:
        """Return the connection's secrets, by setting."""
        settings = start(self, make_simulator(self).settings(BASE_URL)).engine.connections[self.strategy.name].settings
        values = {name: getattr(settings, name) for name in type(settings).model_fields}
        return {name: one.get_secret_value() for name, one in values.items() if isinstance(one, SecretStr)}
