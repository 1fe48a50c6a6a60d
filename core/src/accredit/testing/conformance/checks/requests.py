"""Requests that are not of the contract's form, and tokens that try to be more than a token."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import pytest

from accredit.testing.conformance.bench.bench import (
    Bench,
    bench_for,
    bench_over_http,
    make_simulator,
)
from accredit.testing.conformance.bench.samples import accepted_samples, one_of_each_kind, samples_of
from accredit.testing.conformance.bench.spy import Seen
from accredit.testing.conformance.bench.witnesses import Clock
from accredit.testing.conformance.slips import Attended
from accredit.testing.conformance.suite import Suite, check, require
from accredit.testing.simulator.serving import serve
from accredit.testing.simulator.simulator import Sample

_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}
_SENT = ("access_token", "access_token_secret", "code", "nonce", "user_id")
_APPENDED = (
    *("&", "&access_token=x", "#", "#x", "%00", "%0d%0aX-Evil: 1", " ", " x", "?", "/", "/../", ";", ",", '"', "'"),
    *("\\", "{}", "[0]", "+", "=", "|", "$", "<", "`", "~", "%", "%25", "*", ".", ":", ":x"),
)
_UNPRINTABLE = (
    *("\x00", "\r\nX-Evil: 1", "\n", "\r", "\t", "\x1b", "\x7f", "\x85"),
    *("\u2028", "\ufeff", "é", "中", "\N{FULLWIDTH AMPERSAND}", "\ud800"),
)

_BESIDE = {"access_token": ("access_token_secret", "nonce"), "code": ("code_verifier", "redirect_uri", "nonce")}
"""What may stand beside a token, and beside a code."""


class Requests(Suite):
    """What a caller can send."""

    @pytest.mark.threat(15)
    @check
    async def test_malformed_requests_never_reach_the_provider(self) -> None:
        """What is absent, doubled, of a wrong type or too large is refused with 400, and costs no provider call."""
        simulator, samples = samples_of(self)
        good = accepted_samples(samples)[0]
        async with bench_for(self, simulator=simulator) as bench:
            request = {"client_id": "app", "connection": bench.strategy, **good.parameters}
            for what, sent in _malformed(request, good.field):
                answer = await bench.send(**sent)
                require(answer.status == 400, f"status {answer.status} ({bench.reason}) for {what}")
            require(not bench.calls, "a malformed request reached the provider")
            await bench.accepted(good.parameters, good.name)
            as_form = await bench.send(content=urlencode(request), headers=_FORM)
            require(as_form.accepted, f"{good.name} is refused as a form ({bench.reason})")
            more = await bench.post({**good.parameters, "unheard_of": {"of": ["it", 1, None]}, "": ""})
            require(more.accepted, "unknown parameters are to be ignored")

    @pytest.mark.threat(12, 13)
    @check
    async def test_a_request_that_is_not_allowed_never_reaches_the_provider(self) -> None:
        """An unknown client or connection, and no token at all, are refused without a provider call."""
        simulator, samples = samples_of(self)
        good = accepted_samples(samples)[0]
        async with bench_for(self, simulator=simulator) as bench:
            request = {"client_id": "app", "connection": bench.strategy, **good.parameters}
            for change, status in (
                ({"client_id": "stranger"}, 403),
                ({"connection": f"{bench.strategy}-x"}, 400),
                ({"connection": bench.strategy.upper()}, 400),
                ({"connection": f"{bench.strategy} "}, 400),
                ({good.field: ""}, 400),
                ({"audience": "https://elsewhere.example"}, 400),
            ):
                answer = await bench.send(json={**request, **change})
                require(answer.status == status, f"status {answer.status} instead of {status} with {sorted(change)}")
            require(not bench.calls, "a request that is not allowed reached the provider")

    @pytest.mark.threat(16)
    @check
    async def test_a_token_is_never_more_than_a_token(self) -> None:
        """Whatever is appended or prefixed to a good token, it is refused, and breaks out of no URL or header.

        Over real HTTP: what a header field may hold is decided there.
        """
        simulator = make_simulator(self)
        with serve(Attended(simulator.app())) as url:
            async with bench_over_http(self, simulator, url) as bench:
                samples = one_of_each_kind(list(simulator.samples()))
                for sample in samples:
                    await bench.post(sample.parameters)
                    await bench.refused({**sample.parameters, sample.field: "x"}, "the token x")
                known = {_skeleton(seen) for seen in bench.calls}
                for sample in samples:
                    for odd in _odd(sample):
                        await _refused_as_a_whole(bench, odd)
                for seen in bench.calls:
                    require(
                        _skeleton(seen) in known, f"a token changed the form of a call: {seen.method} {_path(seen)}"
                    )
                for sample in samples:
                    await bench.accepted(sample.parameters, f"{sample.name}, after all that")

    @pytest.mark.threat(16)
    @check
    async def test_what_no_token_may_hold_never_reaches_the_provider(self) -> None:
        """Control characters, what is not ASCII, and a megabyte are refused with 400 without a provider call."""
        simulator, samples = samples_of(self)
        good = accepted_samples(samples)[0]
        async with bench_for(self, simulator=simulator) as bench:
            for name in (good.field, *_BESIDE[good.field]):
                value = good.parameters.get(name, "x")
                for odd in _UNPRINTABLE:
                    for whole in (value + odd, odd + value, value[:1] + odd + value[1:]):
                        answer = await _post_escaped(bench, {**good.parameters, name: whole})
                        require(answer == 400, f"status {answer} for a {name} with {odd!r}")
                answer = await _post_escaped(bench, {**good.parameters, name: "A" * 1_048_576})
                require(answer == 400, f"status {answer} for a {name} of a megabyte")
            require(not bench.calls, "such a token reached the provider")

    @pytest.mark.threat(9)
    @check
    async def test_our_own_tokens_are_no_provider_tokens(self) -> None:
        """Access token and ID token that were issued here, sent back as provider tokens, are refused."""
        simulator, samples = samples_of(self)
        clock = Clock()
        async with bench_for(self, simulator=simulator, clock=clock) as bench:
            for sample in one_of_each_kind(samples):
                answer = await bench.accepted(sample.parameters, sample.name)
                for name in ("access_token", "id_token", "refresh_token"):
                    ours = {**sample.parameters, sample.field: answer.body[name]}
                    clock.cool_down()  # its key is unknown, and the key set may be asked for again
                    await bench.refused(ours, f"our own {name}")


def _malformed(good: Mapping[str, Any], field: str) -> Iterator[tuple[str, dict[str, Any]]]:
    def as_json(what: str, value: Any) -> tuple[str, dict[str, Any]]:
        return what, {"content": json.dumps(value), "headers": _JSON}

    for name in ("client_id", field, "connection"):
        yield as_json(f"no {name}", {key: value for key, value in good.items() if key != name})
        for value in (None, ""):
            yield as_json(f"{name} {value!r}", {**good, name: value})
    for name in ("client_id", field, "connection", "access_token_secret", "nonce", "user_id", "scope"):
        for odd in (["x"], {"a": "x"}, {"$ne": None}, 7, 1.5, True, [good[field]]):
            yield as_json(f"{name} of a wrong type", {**good, name: odd})
    twice = json.dumps(good)[:-1] + f', "{field}": "x"}}'
    yield f"{field} twice in JSON", {"content": twice, "headers": _JSON}
    yield f"{field} twice in a form", {"content": urlencode(good) + f"&{field}=x", "headers": _FORM}
    for what in ([good], "text", 7, None, True):
        yield as_json(f"a body of type {type(what).__name__}", what)
    yield "deep nesting", {"content": '{"x":' + "[" * 30_000 + "]" * 30_000 + "}", "headers": _JSON}
    yield "10 MB", {"content": json.dumps({**good, "x": "A" * 10_485_760}), "headers": _JSON}
    yield "half a body", {"content": json.dumps(good)[:-5], "headers": _JSON}
    yield "an unknown media type", {"content": json.dumps(good), "headers": {"Content-Type": "text/xml"}}
    yield "no UTF-8", {"content": b"\xff\xfe" + json.dumps(good).encode(), "headers": _JSON}


def _odd(sample: Sample) -> Iterator[dict[str, str]]:
    """Yield the sample's parameters with one of them cut, extended, wrapped, or in other case."""
    for name in _SENT[:3]:
        value = sample.parameters.get(name)
        if value is None:
            continue
        odd = {f"{value}{one}" for one in _APPENDED} | {f"{one}{value}" for one in _APPENDED}
        odd |= {value[:-1], value[1:], value.swapcase(), value[::-1], f"Bearer {value}", f'"{value}"', value + value}
        for one in sorted(odd - {value, ""}):
            yield {**sample.parameters, name: one}


async def _refused_as_a_whole(bench: Bench, parameters: Mapping[str, str]) -> None:
    answer = await bench.post(parameters)
    shown = {name: value for name, value in parameters.items() if name in _SENT}
    require(not answer.accepted, f"accepted: {shown}")
    # 400 where the strategy wants another parameter with such a token.
    require(answer.status in {400, 401}, f"status {answer.status} ({bench.reason}) for {shown}")


async def _post_escaped(bench: Bench, parameters: Mapping[str, str]) -> int:
    """Post JSON in ASCII, so that half a surrogate pair can travel too."""
    body = json.dumps({"client_id": "app", "connection": bench.strategy, **parameters})
    return (await bench.send(content=body, headers=_JSON)).status


def _skeleton(seen: Seen) -> tuple[str, str, str, frozenset[str], frozenset[str]]:
    return (seen.origin, *seen.form)


def _path(seen: Seen) -> str:
    return seen.form[1]
