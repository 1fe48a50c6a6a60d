"""Which key does what. For each algorithm one key signs, the next is published ahead, earlier ones still verify.

::

    next  ──rotate──▶  current  ──rotate──▶  previous  ──revoke──▶  gone

Values in, values out; `accredit.keys.file` has the disk.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, cast, get_args

from accredit.errors import ConfigurationError
from accredit.keys.jose import SigningKey

State = Literal["current", "next", "previous"]

PUBLISHED_AHEAD_S = 600
"""How long a key must have been published before it signs: twice what `/.well-known/jwks.json` may be cached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """One key with its state. Times are epoch seconds."""

    key: SigningKey
    state: State
    made_at: int
    retired_at: int | None = None
    """Since when it signs no more."""

    def as_jwk(self) -> dict[str, object]:
        """Return the private JWK, with what a key file adds."""
        retired = {} if self.retired_at is None else {"retired_at": self.retired_at}
        return {**self.key.private_jwk(), "state": self.state, "made_at": self.made_at, **retired}

    @classmethod
    def of_jwk(cls, jwk: dict[str, object]) -> "StoredKey":
        """Read one back.

        Raises:
            ValueError: it is none.
        """
        rest = dict(jwk)
        state, made_at, retired_at = rest.pop("state", "current"), rest.pop("made_at", 0), rest.pop("retired_at", None)
        if state not in get_args(State) or type(made_at) is not int or type(retired_at) not in {int, type(None)}:
            raise ValueError("not a stored key")
        return cls(
            key=SigningKey(rest),
            state=cast("State", state),
            made_at=made_at,
            retired_at=cast("int | None", retired_at),
        )


Stored = tuple[StoredKey, ...]


def check(keys: Stored) -> Stored:
    """Return the keys, if they can belong together.

    Raises:
        ValueError: two keys of one name, or two that do the same.
    """
    roles = [(one.key.alg, one.state) for one in keys if one.state != "previous"]
    names = [one.key.kid for one in keys]
    if len(set(roles)) != len(roles) or len(set(names)) != len(names):
        raise ValueError("two keys do the same")
    return keys


def find(keys: Iterable[StoredKey], alg: str, state: State) -> StoredKey | None:
    """Return the one key of this algorithm in this state, which is not `previous`."""
    return next((one for one in keys if one.key.alg == alg and one.state == state), None)


def missing_states(keys: Stored, alg: str) -> list[State]:
    """Name what no key of this algorithm does."""
    states: tuple[State, ...] = ("current", "next")
    return [state for state in states if find(keys, alg, state) is None]


def complete(keys: Stored, alg: str, *, now: int) -> Stored:
    """Return the keys with one that signs and one that will; both are made where they are missing."""
    missing = missing_states(keys, alg)
    if not missing:
        return keys
    return (*keys, *(StoredKey(key=SigningKey.generate(alg), state=state, made_at=now) for state in missing))


def rotate(keys: Stored, alg: str, *, now: int, late_s: float = 0.0, at_once: bool = False) -> Stored:
    """Return the keys after a rotation: the next signs, the current one retires, a new next is published.

    `late_s` is how long after a change the last node publishes it: caches begin to know it then.

    Raises:
        ConfigurationError: the next key is too new for verifiers to know it; `at_once` does without.
    """
    keys = complete(keys, alg, now=now)
    announced = find(keys, alg, "next")
    ahead_s = max(PUBLISHED_AHEAD_S, PUBLISHED_AHEAD_S // 2 + math.ceil(late_s))
    wait_s = 0 if announced is None else announced.made_at + ahead_s - now
    if wait_s > 0 and not at_once:
        raise ConfigurationError(
            f"the next key was published less than {ahead_s} s ago, so that verifiers may not know it yet; "
            f"wait {wait_s} s, or pass --now"
        )
    return complete(tuple(_moved(one, alg, now) for one in keys), alg, now=now)


def _moved(one: StoredKey, alg: str, now: int) -> StoredKey:
    if one.key.alg != alg or one.state == "previous":
        return one
    if one.state == "next":
        return replace(one, state="current")
    return replace(one, state="previous", retired_at=now)


def revoke(keys: Stored, kid: str, alg: str, *, now: int, longest_ttl_s: int, at_once: bool = False) -> Stored:
    """Return the keys without one: what it signed verifies no more.

    Raises:
        ConfigurationError: there is no such key, it signs, or tokens that it signed may still be live; `at_once`
            does without the last of these.
    """
    found = next((one for one in keys if one.key.kid == kid), None)
    if found is None:
        raise ConfigurationError(f"there is no key {kid}; `accredit keys list` names them")
    if found.state == "current" and found.key.alg == alg:
        raise ConfigurationError(f"key {kid} is the one that signs; run `accredit keys rotate` first")
    left_s = 0 if found.retired_at is None else found.retired_at + longest_ttl_s - now
    if left_s > 0 and not at_once:
        raise ConfigurationError(f"tokens signed with key {kid} may live for another {left_s} s; wait, or pass --now")
    return complete(tuple(one for one in keys if one is not found), alg, now=now)


def in_signing_order(keys: Stored, alg: str) -> list[SigningKey]:
    """Return all keys; the one that signs with `alg`, where there is one, is the last."""
    return [one.key for one in sorted(keys, key=lambda one: (one.key.alg, one.state) == (alg, "current"))]


def replaced_by(there: Stored, copied: Stored) -> Stored:
    """Return `copied`, in the place of keys that are all among them.

    Raises:
        ConfigurationError: one is not, and would be lost.
    """
    names = {one.key.kid for one in copied}
    lost = [one.key.kid for one in there if one.key.kid not in names]
    if lost:
        raise ConfigurationError(
            f"where they are to be copied there is another key, {lost[0]}, and what it signed could not be verified "
            "any more; if nothing was, empty that place first"
        )
    return there if [one.as_jwk() for one in there] == [one.as_jwk() for one in copied] else copied
