"""From the provider's profile to claims: nothing invented, nothing lost, nothing done on the side."""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import pytest

from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy
from accredit.testing.conformance.attacks.jwts import payload_of
from accredit.testing.conformance.attacks.text import HOSTILE, PEOPLE_WRITE, require_harmless
from accredit.testing.conformance.bench.bench import bench_for, make_simulator, start
from accredit.testing.conformance.bench.payloads import Payload, read_payloads
from accredit.testing.conformance.bench.samples import accepted_samples, samples_of
from accredit.testing.conformance.bench.watch import IO, watch
from accredit.testing.conformance.suite import Suite, Violation, check, require
from accredit.testing.exchange import BASE_URL

_NAMES = ("name", "given_name", "family_name", "middle_name", "nickname")
_PROBE = "kit.probe@example.com"
_MANGLED = (
    "kit.\u200bprobe@example.com",
    "kit.\x00probe@example.com",
    "\u202ekit.probe@example.com",
    "kit.probe@exam\ufeffple.com",
    "kit.probe@example.com\x00.evil.example",
    "kit.probe@\u00adexample.com",
)
"""Addresses of somebody else: each becomes the probe, or one more, where a character that nobody sees is taken out."""
_ODD: tuple[Any, ...] = ("", "  ", "\t", None, 7, 1.5, True, [], {}, ["x"], "\ud83d", "x" * 10_000)


class Normalization(Suite):
    """Golden payloads, purity, and what a claim may look like."""

    @check
    async def test_golden_payloads_become_exactly_their_profiles(self) -> None:
        """Each file in `payloads` is mapped to its claims: none is missing, none is more, each is equal."""
        strategy = self._strategy()
        for payload in self._payloads():
            profile = strategy.normalize(payload.build())
            require(isinstance(profile, Profile), f"{payload.name}: normalize returned {type(profile).__name__}")
            got = profile.claims()
            wrong = sorted(name for name in {*got, *payload.profile} if got.get(name) != payload.profile.get(name))
            shown = {name: got.get(name) for name in wrong}
            require(not wrong, f"{payload.name}: got {shown} where the file says otherwise")
            assurance = None if profile.email is None else profile.email.assurance.value
            require(assurance == payload.assurance, f"{payload.name}: assurance is {assurance}")

    @check
    async def test_normalize_is_pure(self) -> None:
        """The same input gives the same profile, is not changed, and nothing is read, written or called."""
        strategy = self._strategy()
        for payload in self._payloads():
            verification = payload.build()
            before = copy.deepcopy(verification.claims)
            first = strategy.normalize(verification)
            with watch(*IO) as done:
                second = strategy.normalize(verification)
            require(first == second, f"{payload.name}: normalize gives two answers for one input")
            require(verification.claims == before, f"{payload.name}: normalize changes its input")
            require(not done, f"{payload.name}: normalize does I/O: {', '.join(sorted(set(done)))}")
            other = type(strategy)(strategy.settings).normalize(payload.build())
            require(first == other, f"{payload.name}: normalize depends on what it did before")

    @check
    async def test_odd_fields_never_become_claims(self) -> None:
        """A field that is blank, null or of another type leaves its claim out, and fails no login."""
        strategy = self._strategy()
        for payload in self._payloads():
            for place, odd, verification in _with_fields(payload, _ODD):
                where = f"{payload.name}: {place} = {str(odd)[:20]!r}"
                try:
                    profile = strategy.normalize(verification)
                except Exception as exc:
                    raise Violation(f"{where}: normalize raised {type(exc).__name__}") from exc
                _check_shape(profile, where)
                if not isinstance(odd, str):
                    said = [name for name, value in profile.claims().items() if value == str(odd)]
                    require(not said, f"{where}: it became the text of claim {', '.join(said)}")

    @pytest.mark.threat(50)
    @check
    async def test_hostile_text_never_becomes_a_claim(self) -> None:
        """A field with control or bidi characters, markup, a script's address or 10,000 characters fails no login.

        What becomes a claim is one line, of bounded length, and an address leads to the web.
        """
        strategy = self._strategy()
        for payload in self._payloads():
            for place, hostile, verification in _with_fields(payload, HOSTILE):
                where = f"{payload.name}: {place} = {hostile[:20]!r}"
                try:
                    profile = strategy.normalize(verification)
                except Exception as exc:
                    raise Violation(f"{where}: normalize raised {type(exc).__name__}") from exc
                _check_shape(profile, where)
                require_harmless(profile.claims(), where)

    @pytest.mark.threat(50)
    @check
    async def test_what_people_write_stays(self) -> None:
        """A name of emoji, of Persian or Hindi joiners, of isolates or combining marks stays letter for letter."""
        strategy = self._strategy()
        for payload in self._payloads():
            for path in _paths(payload.verification["claims"]):
                probe = strategy.normalize(_with(payload, path, "Kit Probe")).claims()
                names = [one for one in _NAMES if probe.get(one) == "Kit Probe"]
                for written in PEOPLE_WRITE if names else ():
                    claims = strategy.normalize(_with(payload, path, written)).claims()
                    lost = [one for one in names if claims.get(one) != written]
                    require(not lost, f"{payload.name}: {written!a} does not stay as it is in {', '.join(lost)}")

    @pytest.mark.threat(23)
    @check
    async def test_an_address_never_becomes_another_address(self) -> None:
        """An address with an invisible or a control character is no claim: without it, it would be somebody else's."""
        strategy = self._strategy()
        for payload in self._payloads():
            for path in _paths(payload.verification["claims"]):
                if _email_of(strategy, payload, path, _PROBE) != _PROBE:
                    continue
                otherwise = _email_of(strategy, payload, path, "")  # another address may then take its place
                for mangled in _MANGLED:
                    got = _email_of(strategy, payload, path, mangled)
                    where = f"{payload.name}: {'.'.join(map(str, path))}"
                    require(got in (None, otherwise), f"{where}: the address {mangled!a} became {got!a}")

    @check
    async def test_no_claim_is_empty(self) -> None:
        """In what is issued for every accepted sample no claim is blank, null or of a wrong type."""
        simulator, samples = samples_of(self)
        async with bench_for(self, simulator=simulator) as bench:
            for sample in accepted_samples(samples):
                answer = await bench.accepted(sample.parameters, sample.name)
                _check_shape(bench.identity.profile, sample.name)
                for name, value in payload_of(answer.body["id_token"]).items():
                    require(value not in ("", None, [], {}), f"{sample.name}: claim {name} is empty")

    def _strategy(self) -> Strategy[Any]:
        table = make_simulator(self).settings(BASE_URL)
        return start(self, table).engine.connections[self.strategy.name].strategy

    def _payloads(self) -> list[Payload]:
        folder = getattr(self, "payloads", None)
        require(folder is not None, "state the folder of the golden payloads: payloads = Path(__file__).parent / …")
        return read_payloads(self.payloads)


def _check_shape(profile: object, where: str) -> None:
    require(isinstance(profile, Profile), f"{where}: normalize returned {type(profile).__name__}")
    for field in fields(Profile):
        value = getattr(profile, field.name)
        if field.name == "email":
            value = None if value is None else value.address
        if field.name == "updated_at":
            require(value is None or type(value) is int, f"{where}: updated_at is no integer")
            continue
        require(value is None or isinstance(value, str), f"{where}: claim {field.name} is no text")
        require(value is None or (value == value.strip() != ""), f"{where}: claim {field.name} is blank or padded")
        require(value is None or _is_unicode(value), f"{where}: claim {field.name} cannot be encoded")
        if field.name in {"picture", "website", "profile"}:
            web = value is None or value.lower().startswith(("https://", "http://"))
            require(web, f"{where}: claim {field.name} is no web address")


def _is_unicode(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _with_fields(payload: Payload, values: Iterable[Any]) -> Iterator[tuple[str, Any, Verification]]:
    """Yield the payload with one of its fields, however deep, replaced by one of the values."""
    for path in _paths(payload.verification["claims"]):
        for value in values:
            yield ".".join(map(str, path)), value, _with(payload, path, value)


def _with(payload: Payload, path: tuple[Any, ...], value: Any) -> Verification:
    verification = payload.build()
    _at(verification.claims, path[:-1])[path[-1]] = value
    return verification


def _email_of(strategy: Strategy[Any], payload: Payload, path: tuple[Any, ...], address: str) -> str | None:
    email = strategy.normalize(_with(payload, path, address)).email
    return None if email is None else email.address


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _paths(one, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _paths(one, (*path, number))
    elif path:
        yield path
