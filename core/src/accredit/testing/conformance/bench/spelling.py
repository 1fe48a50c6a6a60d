"""How a user id is spelled: as one value of the provider's, or, where that is declared, as several."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from accredit.testing.conformance.attacks.jwts import payload_of
from accredit.testing.conformance.bench.forge import Forge
from accredit.testing.conformance.bench.samples import is_jwt
from accredit.testing.conformance.bench.spy import Seen, renamed, said_in
from accredit.testing.conformance.suite import Suite, require
from accredit.testing.simulator.forgery import decoded
from accredit.testing.simulator.simulator import ACCEPTED, Sample

_BETWEEN = re.compile(r"[^0-9A-Za-z]{1,3}")
_OTHER_TEXTS = ("9007199254740993", "9007199254740995", "0001000", "00", "AbCdEf0123", "aBcDeF0123", "1e5", "1.0")
_OTHER_NUMBERS = ("9007199254740993", "9007199254740995", "1000", "7", 1e5, 9007199254740994.0, 1.5, True)


@dataclass(frozen=True, slots=True)
class Answers:
    """What the provider said in one login: texts that are no JSON, and the values of those that are."""

    texts: tuple[str, ...]
    values: tuple[Any, ...]
    signed: tuple[Any, ...] = ()
    """Values of signed tokens in the answers, which nobody but the provider can make say something else."""

    @classmethod
    def of(cls, sample: Sample, calls: Iterable[Seen]) -> "Answers":
        """Gather it from the answers, and from what of the credential itself can be read."""
        bodies = [seen.body for seen in calls]
        if is_jwt(sample):
            bodies.append(json.dumps(payload_of(sample.credential)).encode())
        else:
            bodies += _readings(sample.credential)
        values = tuple(value for body in bodies for value in said_in(body))
        signed = tuple(claim for value in values if is_id_token(value) for claim in _claims_of(value))
        return cls(tuple(body.decode("utf-8", "replace") for body in bodies if not said_in(body)), values, signed)

    def holds(self, user_id: str) -> bool:
        """Look for an id as a whole: as a value of JSON, or as a word of a text that is no JSON, or is a value of it.

        An address is no such text, although some begin with an id.
        """
        word = re.compile(rf"(?<![0-9A-Za-z_.-]){re.escape(user_id)}(?![0-9A-Za-z_-]|\.[0-9])")
        texts = [*self.texts, *(value for value in self.values if isinstance(value, str) and "@" not in value)]
        return user_id in map(str, (*self.values, *self.signed)) or any(map(word.search, texts))

    def is_only_signed(self, part: str) -> bool:
        """Tell whether a value stands in signed tokens alone."""
        return part in map(str, self.signed) and part not in map(str, self.values)

    def near_misses(self, part: str) -> Sequence[Any]:
        """Return ids that a float, an integer or a careless comparison makes into others, of the type said.

        Where ids are numbers, what is no whole number must be no id at all; those stand here as what they are.
        """
        kinds = {type(value) for value in self.values if str(value) == part}
        return _OTHER_NUMBERS if int in kinds else _OTHER_TEXTS


@dataclass(frozen=True, slots=True)
class Spelling:
    """The provider's values that a user id consists of, and what stands between them."""

    parts: tuple[str, ...]
    between: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the id."""
        pairs = zip(self.parts, (*self.between, ""), strict=True)
        return "".join(part + after for part, after in pairs)

    def with_part(self, part: str, other: str) -> str:
        """Return the id in which one value is another."""
        return str(replace(self, parts=tuple(other if one == part else one for one in self.parts)))


def spelling_of(suite: Suite, user_id: str, said: Answers, *, name: str) -> Spelling:
    """Return how the id is spelled; `name` is the sample's.

    Raises:
        AssertionError: it does not consist of what the provider said, letter for letter.
    """
    if "composite_ids" not in suite.strategy.traits:
        hint = "; is it made of several fields? Then declare the trait composite_ids"
        require(said.holds(user_id), f"{name}: the provider never said the id {user_id}{hint}")
        return Spelling((user_id,))
    texts = {
        str(value)
        for value in (*said.values, *said.signed)
        if isinstance(value, str | int) and not isinstance(value, bool)
    }
    found = _spelled(user_id, sorted(texts - {""}, key=len, reverse=True))
    require(found, f"{name}: the id {user_id} is not made of what the provider said, with a separator between")
    several = found is not None and len(found.parts) > 1
    require(several, f"{name}: the id {user_id} is one value of the provider's; composite_ids is not true")
    return found or Spelling((user_id,))


async def spelling_of_genuine(suite: Suite, forge: Forge) -> Spelling:
    """Log in with a genuine ID token, and return how the user's id is spelled.

    Raises:
        AssertionError: it is refused, or the id does not consist of what the token and the answers say.
    """
    name, parameters, before = "a genuine ID token", forge.mint(), len(forge.bench.calls)
    await forge.bench.accepted(parameters, name)
    sample = Sample(name=name, about="", parameters=parameters, expected=ACCEPTED)
    return spelling_of(suite, forge.bench.identity.user_id, Answers.of(sample, forge.bench.calls[before:]), name=name)


def answers_with(bodies: Iterable[bytes], part: str) -> int:
    """Count the answers that name a value, as a whole."""
    rename, values = renamed({part: f"{part}0"}), []
    for body in bodies:
        try:
            values.append(json.loads(body))
        except ValueError:  # what is no JSON is not rewritten either
            continue
    return sum(rename(value) != value for value in values)


def is_id_token(value: Any) -> bool:
    """Tell whether a value of an answer is an ID token."""
    if not isinstance(value, str) or not value.isascii() or value.count(".") != 2:
        return False
    try:
        return "iss" in payload_of(value)
    except ValueError:
        return False


def _claims_of(token: str) -> list[Any]:
    return said_in(json.dumps(payload_of(token)).encode())


def _spelled(rest: str, values: Sequence[str]) -> Spelling | None:
    for value in (one for one in values if rest.startswith(one)):
        if value == rest:
            return Spelling((value,))
        gap = _BETWEEN.match(rest, len(value))
        for size in range(1, len(gap[0]) + 1 if gap else 0):
            between = rest[len(value) : len(value) + size]
            if tail := _spelled(rest[len(value) + size :], values):
                return Spelling((value, *tail.parts), (between, *tail.between))
    return None


def _readings(credential: str) -> list[bytes]:
    """Return what can be read of a credential that is a signed payload: itself, and each part of it unpacked.

    It may be a query, with JSON in its fields, or parts of base64url.
    """
    readings = [credential.encode(), *(value.encode() for _, value in parse_qsl(credential))]
    for part in credential.split("."):
        try:
            readings.append(decoded(part))
        except ValueError:  # another alphabet than base64url
            continue
    return readings
