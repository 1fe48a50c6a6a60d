"""From the provider's profile to claims: nothing invented, nothing lost, nothing done on the side."""

import copy
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy
from accredit.testing.conformance.desk import desk_for, make_simulator, start
from accredit.testing.conformance.jwts import payload_of
from accredit.testing.conformance.payloads import Payload, read_payloads
from accredit.testing.conformance.samples import accepted_samples, samples_of
from accredit.testing.conformance.suite import Suite, Violation, check, require
from accredit.testing.conformance.watch import IO, watch
from accredit.testing.workbench import BASE_URL

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
            for place, odd, verification in _with_odd_fields(payload):
                where = f"{payload.name}: {place} = {str(odd)[:20]!r}"
                try:
                    profile = strategy.normalize(verification)
                except Exception as exc:
                    raise Violation(f"{where}: normalize raised {type(exc).__name__}") from exc
                _check_shape(profile, where)

    @check
    async def test_no_claim_is_empty(self) -> None:
        """In what is issued for every accepted sample no claim is blank, null or of a wrong type."""
        simulator, samples = samples_of(self)
        async with desk_for(self, simulator=simulator) as desk:
            for sample in accepted_samples(samples):
                answer = await desk.accepted(sample.parameters, sample.name)
                _check_shape(desk.identity.profile, sample.name)
                for name, value in payload_of(answer.body["id_token"]).items():
                    require(value not in ("", None, [], {}), f"{sample.name}: claim {name} is empty")

    def _strategy(self) -> Strategy[Any]:
        table = make_simulator(self).settings(BASE_URL)
        return start(self, table).connections[self.strategy.name].strategy

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


def _with_odd_fields(payload: Payload) -> Iterator[tuple[str, Any, Verification]]:
    """Yield the payload with one of its fields, however deep, replaced by something odd."""
    for path in _paths(payload.verification["claims"]):
        for odd in _ODD:
            verification = payload.build()
            holder: Any = verification.claims
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = odd
            yield ".".join(map(str, path)), odd, verification


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _paths(one, (*path, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _paths(one, (*path, number))
    elif path:
        yield path
