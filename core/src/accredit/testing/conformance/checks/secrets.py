"""Secrets: the tokens that were sent, and what the operator keeps, are found nowhere afterwards."""

import base64
import contextlib
import dataclasses
import hashlib
import io
import logging
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
from pydantic import SecretStr

from accredit.errors import ExchangeError
from accredit.testing.conformance.bench.bench import Bench, bench_for, make_simulator, start
from accredit.testing.conformance.bench.samples import asking_samples, samples_of
from accredit.testing.conformance.bench.watch import descriptors
from accredit.testing.conformance.suite import Suite, check, require
from accredit.testing.exchange import BASE_URL
from accredit.testing.simulator.simulator import Sample

_SHORTEST = 6
"""A shorter value is found by chance; samples use longer ones."""
_HASHED = 12
"""So many letters of a hash say which token it was."""
_NAMES = re.compile(r"secret|password|private|credential|api_?key$")


class Secrets(Suite):
    """What must not be in logs, events, answers, errors, prints and representations."""

    @pytest.mark.threat(33)
    @check
    async def test_no_secret_is_left_behind(self) -> None:
        """Accepted or refused, no sample's token nor a secret of the connection is in a log, event or answer."""
        simulator, samples = samples_of(self)
        kept = secrets_of(self)
        sent: dict[str, str] = {}
        async with bench_for(self, simulator=simulator) as bench:
            with listening() as heard:
                for sample in samples:
                    before = len(bench.log.lines), len(bench.witness.events)
                    answer = await bench.post(sample.parameters)
                    told = [line for _, line in bench.log.lines[before[0] :]]
                    told += [f"{event!r} {dataclasses.asdict(event)!r}" for event in bench.witness.events[before[1] :]]
                    told.append(answer.text)
                    hunt(told, {**kept, **_tokens(sample.name, bench.sent)}, f"{sample.name}: in log, event or answer")
                    sent |= _tokens(sample.name, bench.sent)
            hunt(heard(), {**kept, **sent}, "in what the strategy logs or prints")

    @pytest.mark.threat(33, 37)
    @check
    async def test_no_secret_is_left_behind_by_a_failure(self) -> None:
        """The same while the provider fails in ways nobody foresaw, and in what `Exchange.verify` raises."""
        simulator, samples = samples_of(self)
        good = asking_samples(self, samples)[0]
        secrets = {**secrets_of(self), **_tokens(good.name, good.parameters)}
        for failure in (httpx.ConnectError, httpx.ReadTimeout, RuntimeError, OSError, ValueError):
            async with bench_for(self, simulator=simulator, rewrite=_fail(failure, good)) as bench:
                with listening() as heard:
                    answer = await bench.post(good.parameters)
                    require(not answer.accepted, f"accepted although the provider fails with {failure.__name__}")
                    raised = await _raised(bench, good)
                told = [line for _, line in bench.log.lines] + [repr(event) for event in bench.witness.events]
                hunt([*told, answer.text, *raised, *heard()], secrets, f"after {failure.__name__}")

    @pytest.mark.threat(33)
    @check
    async def test_settings_and_strategy_show_no_secret(self) -> None:
        """A setting that sounds like a secret is a `SecretStr`, and no representation shows one."""
        table = make_simulator(self).settings(BASE_URL)
        strategy = start(self, table).engine.connections[self.strategy.name].strategy
        for name in type(strategy.settings).model_fields:
            value = getattr(strategy.settings, name)
            secret = not _NAMES.search(name) or value in (None, "") or isinstance(value, SecretStr)
            require(secret, f"setting {name} sounds like a secret and is no SecretStr")
        shown = [repr(strategy), str(strategy), repr(strategy.settings), str(strategy.settings)]
        hunt(shown, secrets_of(self), "in the representation of strategy or settings")


def secrets_of(suite: Suite) -> dict[str, str]:
    """Return the connection's secrets, by setting."""
    table = make_simulator(suite).settings(BASE_URL)
    settings = start(suite, table).engine.connections[suite.strategy.name].settings
    values = {name: getattr(settings, name) for name in type(settings).model_fields}
    return {
        name: value.get_secret_value()
        for name, value in values.items()
        if isinstance(value, SecretStr) and len(value.get_secret_value()) >= _SHORTEST
    }


def _tokens(sample: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    # Not the nonce: the ID token repeats it, and has to.
    names = ("access_token", "access_token_secret", "code", "code_verifier")
    sent = {f"{name} of {sample}": str(parameters.get(name, "")) for name in names}
    return {name: value for name, value in sent.items() if len(value) >= _SHORTEST}


def hunt(told: list[str], secrets: Mapping[str, str], where: str) -> None:
    """Require that no secret is in what was told, be it encoded or hashed."""
    text = "\n".join(told)
    for name, value in secrets.items():
        for form in {value, quote(value, safe=""), quote_plus(value), repr(value)[1:-1], *_disguised(value.encode())}:
            require(form not in text, f"{name} is found {where}")


def _disguised(value: bytes) -> Iterator[str]:
    """Yield what gives a secret away without showing it; a hash without a salt of ours finds it in every other log."""
    yield base64.b64encode(value).decode().rstrip("=")
    yield value.hex()
    yield value[::-1].decode(errors="replace")
    for algorithm in ("md5", "sha1", "sha256", "sha512"):
        hashed = hashlib.new(algorithm, value, usedforsecurity=False)
        yield hashed.hexdigest()[:_HASHED]
        yield base64.urlsafe_b64encode(hashed.digest()).decode()[:_HASHED]


@contextlib.contextmanager
def listening() -> Iterator[Callable[[], list[str]]]:
    """Collect everything that is logged at any level, printed, warned of, or written to the descriptors 1 and 2.

    Yields a function that returns it, to be called once the block has ended.
    """
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        with (
            descriptors() as written,
            contextlib.redirect_stdout(stream),
            contextlib.redirect_stderr(stream),
            warnings.catch_warnings(record=True) as warned,
        ):
            warnings.simplefilter("always")
            yield lambda: [stream.getvalue(), *written, *(str(one.message) for one in warned)]
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def _fail(failure: type[Exception], sample: Sample) -> Any:
    """Return a rewrite that fails, with the token in the exception's own words."""

    def fail(_: Any) -> Any:
        raise failure(f"failed with {sample.credential}")

    return fail


async def _raised(bench: Bench, sample: Sample) -> list[str]:
    try:
        identity = await bench.exchange.verify(bench.strategy, sample.handed(bench.fresh(sample.parameters)))
    except ExchangeError as exc:
        chain: list[str] = []
        one: BaseException | None = exc
        while one is not None:
            chain += [repr(one), str(one)] if isinstance(one, ExchangeError) else [type(one).__name__]
            one = one.__cause__
        return chain
    return [repr(identity)]
