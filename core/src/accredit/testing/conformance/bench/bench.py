"""Where every check works: the endpoint in front of one strategy, with a spy on each side."""

import asyncio
import functools
import importlib.metadata
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from accredit.asgi import create_app
from accredit.audit.events import ExchangeEvent
from accredit.exchange.exchange import Exchange
from accredit.models import Identity
from accredit.provider.transport import make_transport
from accredit.settings import Settings
from accredit.strategy import Strategy
from accredit.testing.conformance.bench.between import Between
from accredit.testing.conformance.bench.spy import Rewrite, Seen, Spy
from accredit.testing.conformance.bench.witnesses import Brings, Clock, Log, Witness
from accredit.testing.conformance.slips import SLIP, Attended
from accredit.testing.conformance.suite import Suite, require
from accredit.testing.exchange import BASE_URL, exchange_for
from accredit.testing.simulator.simulator import Simulator
from accredit.testing.simulator.transport import InProcess

SCOPE = "openid profile email address phone offline_access"
REFUSED = {"error": "invalid_request", "error_description": "invalid access_token: invalid_token"}
"""The body of every refusal of a provider token: one face outside."""
UNAVAILABLE = {
    "error": "temporarily_unavailable",
    "error_description": "the identity provider is not available, try again later",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request."""

    status: int
    body: dict[str, Any]
    text: str

    @property
    def accepted(self) -> bool:
        """Say whether tokens were issued."""
        return self.status == 200

    @property
    def error(self) -> dict[str, Any]:
        """Return what the contract says of a refusal."""
        return {name: self.body.get(name) for name in ("error", "error_description")}


@dataclass(slots=True)
class Bench:
    """One exchange behind its endpoint, with what a check sends, sees and asks."""

    strategy: str
    exchange: Exchange
    spy: Spy
    witness: Witness
    log: Log
    client: httpx.AsyncClient = field(repr=False)
    fresh: Callable[[Mapping[str, Any]], Mapping[str, Any]] = field(repr=False)
    """Takes parameters; where they are a sample's that is good once, returns some that are as good and unused."""
    sent: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The parameters that were sent last as JSON."""
    _many_at_once: bool = False
    _first_call: int = 0
    """The place in `calls` of the last request's first."""

    @property
    def calls(self) -> list[Seen]:
        """Return the calls to the provider so far."""
        return self.spy.calls

    async def post(self, parameters: Mapping[str, Any]) -> Answer:
        """Send one request as JSON; `parameters` stand beside `client_id`, `connection` and `scope`."""
        return await self.send(json={"client_id": "app", "connection": self.strategy, "scope": SCOPE, **parameters})

    async def send(self, *, is_denied: bool = False, **request: Any) -> Answer:
        """Send one request of any form, and check what is true of every answer.

        `is_denied` says that a hook of ours refuses, which it does once the subject is known.
        """
        if "json" in request:
            request["json"] = self.sent = self.fresh(request["json"])
        self._first_call = len(self.calls)
        before = len(self.witness.events), len(self.witness.identities)
        response = await self.client.post("/oauth/access_token", **request)
        events = self.witness.events[before[0] :]
        body = response.json()
        if response.status_code != 200:
            leaked = sorted(body.keys() & {"access_token", "id_token", "refresh_token"})
            require(not leaked, f"a refusal carries {', '.join(leaked)}")
            require("error" in body and "error_description" in body, "a refusal names no error")
        if not self._many_at_once:
            require(len(events) == 1, f"one request left {len(events)} audit events instead of one")
            if response.status_code == 200:
                require(events[0].outcome == "accepted", "the audit event of an accepted token is no acceptance")
            elif not is_denied:
                require(len(self.witness.identities) == before[1], "a subject was resolved for a refused token")
        return Answer(response.status_code, body, response.text)

    async def post_all(self, requests: Iterable[Mapping[str, Any]]) -> list[Answer]:
        """Send many requests at once."""
        self._many_at_once = True
        try:
            return list(await asyncio.gather(*(self.post(one) for one in requests)))
        finally:
            self._many_at_once = False

    async def refused(self, parameters: Mapping[str, Any], why: str) -> Answer:
        """Send one request with a token that is to be refused as such: 401, one face outside, nothing issued."""
        answer = await self.post(parameters)
        require(not answer.accepted, f"accepted: {why}")
        reason = self.reason
        require(answer.status == 401, f"status {answer.status} ({reason}) instead of 401: {why}")
        require(answer.error == REFUSED, f"the refusal has another face than all others: {why}")
        return answer

    async def accepted(self, parameters: Mapping[str, Any], why: str) -> Answer:
        """Send one request that is to be accepted."""
        answer = await self.post(parameters)
        if not answer.accepted:
            self.require_answered()
        require(answer.accepted, f"refused with {answer.status} ({self.reason}): {why}")
        return answer

    def require_answered(self) -> None:
        """Blame the simulator if that is who failed in the last request, of which it was to know better."""
        for seen in self.calls[self._first_call :]:
            method, path, *_ = seen.form
            require(seen.status < 500, f"{SLIP}it answers {seen.status} to {method} {path}")

    @property
    def reason(self) -> str:
        """Return the reason of the last audit event."""
        event = self.witness.events[-1]
        return f"{event.reason}: {event.detail}" if event.detail else event.reason

    @property
    def event(self) -> ExchangeEvent:
        """Return the last audit event."""
        return self.witness.events[-1]

    @property
    def identity(self) -> Identity:
        """Return the last identity that got as far as a subject."""
        return self.witness.identities[-1]


_PATIENT = {"provider_timeout_s": 60.0, "exchange_timeout_s": 120.0}
"""Only the machine is slow here: its load must not decide a verdict."""


@asynccontextmanager
async def bench_for(
    suite: Suite,
    *,
    simulator: Simulator | None = None,
    connection: Mapping[str, Any] | None = None,
    clock: Clock | None = None,
    rewrite: Rewrite | None = None,
    between: Between | None = None,
    plugins: Iterable[object] = (),
) -> AsyncIterator[Bench]:
    """Open a bench in front of the suite's strategy, the simulator in the same process.

    `between` stands in front of the simulator.
    """
    clock = clock or Clock()
    simulator = simulator or make_simulator(suite, clock)
    provider = InProcess({BASE_URL: Attended(simulator.app())})
    spy = Spy(provider if between is None else between.before(provider), rewrite=rewrite)
    async with _open(suite, simulator, spy, connection or {}, clock, plugins, _PATIENT, BASE_URL) as bench:
        yield bench


@asynccontextmanager
async def bench_over_http(
    suite: Suite, simulator: Simulator, base_url: str, *, limits: Mapping[str, float] | None = None
) -> AsyncIterator[Bench]:
    """Open a bench in front of a simulator that is being served, through the transport of production.

    `limits` are for checks of what happens in bounded time.
    """
    transport = make_transport(max_connections=100)
    spy = Spy(transport, reads=False)
    try:
        async with _open(suite, simulator, spy, {}, simulator.clock, (), limits or _PATIENT, base_url) as bench:
            yield bench
    finally:
        await transport.aclose()


@asynccontextmanager
async def _open(
    suite: Suite,
    simulator: Simulator,
    spy: Spy,
    connection: Mapping[str, Any],
    clock: Any,
    plugins: Iterable[object],
    limits: Mapping[str, float],
    base_url: str,
) -> AsyncIterator[Bench]:
    witness, log = Witness(), Log()
    unbound = {"accept_unbound_tokens": True} if "unbound" in suite.strategy.traits else {}
    fresh = _fresh_from(simulator, is_good_once="single_use" in suite.strategy.traits)
    async with exchange_for(
        simulator,
        connection={**unbound, **connection},
        transport=spy,
        clock=clock,
        monotonic=clock.monotonic if isinstance(clock, Clock) else time.monotonic,
        plugins=[*plugins, witness, *brought(suite.strategy)],
        base_url=base_url,
        limits=limits,
        logger=log,
    ) as exchange:
        check_loaded(exchange, simulator.strategy, suite.strategy)
        transport = httpx.ASGITransport(create_app(exchange))
        async with httpx.AsyncClient(transport=transport, base_url="http://accredit.example") as client:
            yield Bench(simulator.strategy, exchange, spy, witness, log, client, fresh)


def _fresh_from(simulator: Simulator, *, is_good_once: bool) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
    """Return what takes a new credential wherever a sample's own would be used; whatever else differs stays.

    Codes are good once in any case; `is_good_once` says that everything is.
    """
    once = [one for one in simulator.samples() if is_good_once or one.field == "code"]
    by_credential = {one.credential: one for one in once}

    def fresh(parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        sample = by_credential.get(str(parameters.get("access_token", parameters.get("code"))))
        if sample is None:
            return parameters
        new = simulator.fresh(sample).parameters
        unchanged = (name for name in new if parameters.get(name) == sample.parameters.get(name))
        return {**parameters, **{name: new[name] for name in unchanged}}

    return fresh


def start(suite: Suite, table: Mapping[str, Any]) -> Exchange:
    """Start, but do not open, an exchange with this connection table.

    Raises:
        ConfigurationError: the table is refused.
    """
    settings = {
        "issuer": "https://login.example.com/",
        "connections": {suite.strategy.name: dict(table)},
        "storage": {"url": "memory://"},
    }
    exchange = Exchange(Settings.model_validate(settings), plugins=brought(suite.strategy))
    check_loaded(exchange, suite.strategy.name, suite.strategy)
    return exchange


def make_simulator(suite: Suite, clock: Clock | None = None) -> Simulator:
    """Build the suite's simulator; without `clock` it stands at `NOW`."""
    simulator = suite.simulator(clock=clock or Clock())
    if simulator.id_tokens is not None:
        simulator.id_tokens.share_key(simulator.strategy)
    return simulator


def brought(strategy: type[Strategy[Any]]) -> list[object]:
    """Return the plugin that brings a strategy; none where an installed distribution does."""
    return [] if _is_installed(strategy.name) else [Brings(strategy)]


@functools.cache
def _is_installed(name: str) -> bool:
    return bool(importlib.metadata.entry_points(group="accredit.strategies", name=name))


def check_loaded(exchange: Exchange, connection: str, strategy: type[Strategy[Any]]) -> None:
    """Make sure that the class under test is the one that serves the connection."""
    loaded = type(exchange.engine.connections[connection].strategy)
    require(loaded is strategy, f"the installed strategy is {loaded!r}, not {strategy!r}: is another one installed?")
