"""Providers that misbehave, keys that rotate, and hosts that were not declared."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from accredit.errors import ConfigurationError
from accredit.provider.http import origin
from accredit.settings.connections import url_settings
from accredit.testing.conformance.bench.bench import (
    UNAVAILABLE,
    Bench,
    bench_for,
    bench_over_http,
    make_simulator,
    start,
)
from accredit.testing.conformance.bench.forge import forge_for
from accredit.testing.conformance.bench.samples import (
    accepted_samples,
    asking_samples,
    is_jwt,
    one_of_each_kind,
    samples_of,
)
from accredit.testing.conformance.bench.watch import watch
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.slips import Attended
from accredit.testing.conformance.suite import Suite, Violation, check, not_applicable, require, unless_declared
from accredit.testing.exchange import BASE_URL
from accredit.testing.simulator.faults import FAULTS, HARMLESS_FAULTS
from accredit.testing.simulator.serving import serve
from accredit.testing.simulator.simulator import Simulator

LIMITS = {"provider_timeout_s": 0.5, "exchange_timeout_s": 1.0, "max_response_bytes": 65_536}
"""Small, so that bounded is also quick."""
_DELAYS = {"latency", "jitter"}
"""Faults that only delay: by a millisecond they are harmless, by a minute they are not."""
_A_DAY_S = 86_400
"""No key set is fresh for longer, and none serves for longer once it is stale."""


class Providers(Suite):
    """Everything that a provider can do wrong, over real HTTP."""

    @pytest.mark.threat(18)
    @check
    async def test_a_provider_that_misbehaves_is_unavailable(self) -> None:
        """Each fault on a good token is a 503 in bounded time; nobody is blamed and nothing issued."""
        unless_declared(self, "makes_no_call")
        simulator, samples = samples_of(self)
        opaque = [one for one in accepted_samples(samples) if not is_jwt(one)]
        if not opaque:
            not_applicable("no access token is sent to the provider; see the faults of the key set")
        good = opaque[0]
        with serve(Attended(simulator.app())) as url:
            async with bench_over_http(self, simulator, url, limits=LIMITS) as bench:
                marked = {name: _marked(simulator, bench.fresh(good.parameters), name) for name in _faults()}
                answers = await bench.post_all(marked.values())
                for name, answer in zip(marked, answers, strict=True):
                    require(answer.status == 503, f"{name}: status {answer.status} instead of 503")
                    require(answer.error == UNAVAILABLE, f"{name}: another body than any outage")
                _none_got_through(bench, len(marked))
            async with bench_over_http(self, simulator, url) as bench:
                for name in sorted(_DELAYS):
                    slow = _marked(simulator, bench.fresh(good.parameters), f"{name}-1")
                    await bench.accepted(slow, f"{name} of a millisecond")
                for name in sorted(HARMLESS_FAULTS):
                    await bench.accepted(
                        _marked(simulator, bench.fresh(good.parameters), name), f"{name}, which core reads"
                    )
                await bench.accepted(good.parameters, f"{good.name}, after all that")

    @pytest.mark.threat(18, 22)
    @check
    async def test_a_key_set_that_misbehaves_is_unavailable(self) -> None:
        """Each fault of the key set's endpoint, with no key in hand, is a 503 in bounded time."""
        unless_declared(self, "hs256")
        simulator = make_simulator(self)
        if simulator.id_tokens is None:
            not_applicable("the simulator has no ID tokens")
        sample = next(one for one in accepted_samples(simulator.samples()) if is_jwt(one))
        always = Always(simulator)
        with serve(always) as url:
            for always.fault in _faults():
                async with bench_over_http(self, simulator, url, limits=LIMITS) as bench:
                    answer = await bench.post(sample.parameters)
                    what = f"{always.fault}: status {answer.status} ({bench.reason})"
                    require(answer.status == 503, f"{what} instead of 503")
                    require(answer.error == UNAVAILABLE, f"{what} with another body than any outage")

    @pytest.mark.threat(18)
    @check
    async def test_a_provider_that_cannot_be_reached_is_unavailable(self) -> None:
        """A host that refuses connections, and a name that does not resolve, are a 503."""
        simulator, samples = samples_of(self)
        for url in ("http://127.0.0.1:1", "https://provider.invalid"):
            async with bench_over_http(self, simulator, url, limits=LIMITS) as bench:
                for sample in asking_samples(self, samples)[:1]:
                    answer = await bench.post(sample.parameters)
                    require(answer.status == 503, f"{url}: status {answer.status} ({bench.reason}) instead of 503")

    @pytest.mark.threat(22)
    @check
    async def test_rotated_keys_are_found(self) -> None:
        """After a rotation new ID tokens are accepted at the price of one fetch, and what is still published stays."""
        unless_declared(self, "hs256")
        clock = Clock()
        async with forge_for(self, clock=clock) as forge:
            await forge.bench.accepted(forge.mint(), "before the rotation")
            fetched = len(forge.bench.calls)
            before = forge.mint()
            clock.advance(60)
            forge.issuer.rotate()
            await forge.bench.accepted(forge.mint(), "signed by the new key")
            again = len(forge.bench.calls) - fetched
            require(again == 1, f"a rotation caused {again} fetches of the key set")
            await forge.bench.accepted(forge.mint(), "signed by the new key, again")
            await forge.bench.accepted(before, "signed by the key before, which is still published")
            require(len(forge.bench.calls) - fetched == 1, "a known key was fetched again")

    @pytest.mark.threat(22, 56)
    @check
    async def test_rotated_keys_are_found_whatever_the_clock_did(self) -> None:
        """A clock that was set a day ahead, or back, between two logins keeps no new key out."""
        unless_declared(self, "hs256")
        for step_s in (86_400, -86_400):
            clock = Clock()
            async with forge_for(self, clock=clock) as forge:
                clock.now += step_s
                await forge.bench.accepted(forge.mint(), "before the rotation, while the clock is wrong")
                clock.now -= step_s
                clock.advance(60)
                forge.issuer.rotate()
                await forge.bench.accepted(forge.mint(), f"signed by the new key, after a step of {-step_s} s")

    @pytest.mark.threat(44)
    @check
    async def test_every_call_is_in_the_audit_event(self) -> None:
        """The calls of the audit event are those that were made, the key set's included."""
        simulator, samples = samples_of(self)
        for sample in one_of_each_kind(samples):
            async with bench_for(self, simulator=simulator) as bench:
                await bench.accepted(sample.parameters, sample.name)
                told = sorted((call.method, call.url) for call in bench.event.calls)
                made = sorted((seen.method, seen.url.partition("?")[0]) for seen in bench.calls)
                require(told == made, f"{sample.name}: {len(made)} calls, of which the event tells {len(told)}")

    @pytest.mark.threat(22)
    @check
    async def test_a_key_set_that_is_down_is_served_stale(self) -> None:
        """With keys in hand a key set that is down raises an alert, and known keys go on working."""
        unless_declared(self, "hs256")
        clock = Clock()
        async with forge_for(self, clock=clock) as forge:
            await forge.bench.accepted(forge.mint(), "while the key set is up")
            forge.issuer.keys_down = True
            clock.advance(_A_DAY_S)
            await forge.bench.accepted(forge.mint(), "a known key, while the key set is down")
            unknown = forge.mint(key=forge.issuer.stranger(), header={"kid": "unknown"})
            answer = await forge.bench.post(unknown)
            require(answer.status == 503, f"status {answer.status}: nobody can say whether an unknown kid is good")
            # Not before: a known key does not wait for the fetch that it has begun, an unknown one does.
            alerts = [line for level, line in forge.bench.log.lines if level == "critical"]
            require(any("jwks.fetch_failed" in line for line in alerts), "no alert says that the key set is down")
            forge.issuer.keys_down = False
            clock.advance(3600)
            await forge.bench.accepted(forge.mint(), "once the key set is up again")

    @pytest.mark.threat(22)
    @check
    async def test_a_key_set_that_was_never_up_is_unavailable(self) -> None:
        """With no keys in hand ID tokens are a 503, at the price of one fetch, until the key set is back."""
        unless_declared(self, "hs256")
        clock = Clock()
        async with forge_for(self, clock=clock) as forge:
            forge.issuer.keys_down = True
            for answer in await forge.bench.post_all([forge.mint()] * 20):
                require(answer.status == 503, f"status {answer.status} without any key")
                require(answer.error == UNAVAILABLE, "another body than any outage")
            # A document that names the key set may have been fetched before it, and once as well.
            most = max(Counter(seen.url for seen in forge.bench.calls).values(), default=0)
            require(most <= 1, f"20 logins caused {most} fetches of one address")
            forge.issuer.keys_down = False
            clock.advance(3600)
            await forge.bench.accepted(forge.mint(), "once the key set is up")

    @pytest.mark.threat(44)
    @check
    async def test_only_declared_hosts_are_called(self) -> None:
        """Every call goes to the origin of a `*_url` setting, through the context and past nobody."""
        simulator, samples = samples_of(self)
        async with bench_for(self, simulator=simulator) as bench:
            with watch("socket.connect", "socket.getaddrinfo", "socket.sendto") as attempts:
                for sample in samples:
                    await bench.post(sample.parameters)
            require(not attempts, f"the strategy opens connections of its own: {', '.join(sorted(set(attempts)))}")
            declared = {origin(url) for url in bench.exchange.engine.connections[bench.strategy].provider_urls}
            strangers = {seen.origin for seen in bench.calls} - declared
            require(not strangers, f"calls to what provider_urls does not declare: {', '.join(sorted(strangers))}")
            undeclared = [event for event in bench.witness.events if "did not declare" in event.detail]
            require(not undeclared, "the strategy calls a host that its settings do not declare")

    @pytest.mark.threat(36)
    @check
    async def test_provider_urls_must_be_https(self) -> None:
        """Every URL setting refuses http off loopback, credentials, a query and what is no URL at all."""
        table = make_simulator(self).settings(BASE_URL)
        settings = start(self, table).engine.connections[self.strategy.name].settings
        names = url_settings(type(settings))
        if not names:
            unless_declared(self, "makes_no_call")
        require(names, "the strategy has no setting that ends in _url, so it can call nobody")
        for name in names:
            default = type(settings).model_fields[name].default
            safe = not isinstance(default, str) or default.startswith("https://")
            require(safe, f"the default of {name} is not https")
            is_list, good = name.endswith("_urls"), "https://provider.example/path"
            start(self, {**table, name: [good] if is_list else good})
            for bad in ("http://provider.example", "https://u:p@provider.example", "https://p.example/?a=b", "x", ""):
                self._refused_url({**table, name: [bad] if is_list else bad}, f"{name} = {bad}")

    def _refused_url(self, table: dict[str, Any], why: str) -> None:
        try:
            start(self, table)
        except ConfigurationError:
            return
        raise Violation(f"start-up accepts {why}")


class Always:
    """A simulator of which every answer is faulty."""

    def __init__(self, simulator: Simulator) -> None:
        self.fault = ""
        self._app = Attended(simulator.app())

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Mark the request as one that is to fail."""
        if scope["type"] == "http":
            headers = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
            scope = {**scope, "headers": [*headers, (b"authorization", f"Bearer x~{self.fault}".encode())]}
        await self._app(scope, receive, send)


def _faults() -> list[str]:
    """Return the fault markers that must each end in a 503."""
    return [f"{name}-60000" if name in _DELAYS else name for name in sorted(FAULTS.keys() - HARMLESS_FAULTS)]


def _marked(simulator: Simulator, parameters: Mapping[str, Any], fault: str) -> dict[str, Any]:
    field = "access_token" if "access_token" in parameters else "code"
    return {**parameters, field: simulator.marked(parameters[field], fault)}


def _none_got_through(bench: Bench, count: int) -> None:
    events = bench.witness.events
    require(len(events) == count, f"{count} requests left {len(events)} audit events")
    blamed = [event for event in events if event.reason != "provider_unavailable"]
    require(not blamed, f"an outage is reported as {blamed[0].reason if blamed else ''}")
    require(not bench.witness.identities, "a subject was resolved although the provider was down")
