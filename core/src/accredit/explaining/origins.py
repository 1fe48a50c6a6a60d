"""Which part of a provider's answer each claim came from: measured, not guessed.

`normalize` is pure, so it can be asked again with one value gone, or another one in its place: what then is another
claim came from there. Whatever a strategy does meanwhile, nothing is raised, and its verification stays as it is.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from accredit.explaining.places import Place, at, branches, copy_of, leaves, with_other, without, written
from accredit.models import Verification
from accredit.profile import Profile
from accredit.strategy import Strategy

USER_ID = "(user id)"
"""In the place of a path: the claim is made of the user's id, which is no part of the answer."""
MOST_PLACES = 500
"""Of one answer, with those that have more inside. Each costs up to four calls of `normalize`, and a copy of all."""
LONGEST_ANSWER = 65_536
"""Characters of all names and texts together: `normalize` may read each of them at every call."""
DEEPEST = 20
"""Levels of an answer."""

_Claims: TypeAlias = dict[str, str]
"""Each as JSON, so that no two are compared by a plugin's own code."""


def origins(strategy: Strategy[Any], verification: Verification) -> Mapping[str, tuple[str, ...]] | None:
    """Return for each claim of the profile the paths in `verification.claims` that it came from.

    Such as `picture.data.url`, `addresses[0].email`, or `USER_ID`. No path at all means that the claim is the
    strategy's own: nothing that stands in this answer decides it. None where it was not looked for: the answer is
    larger than `MOST_PLACES`, `LONGEST_ANSWER` or `DEEPEST` say, is more than JSON, or the strategy makes no profile of
    it.
    """
    answer = _copied(verification)
    if answer is None:
        return None
    normal = _claims(strategy, verification, answer)
    return None if normal is None else _Trials(strategy, verification, answer, normal).origins()


@dataclass(frozen=True, slots=True)
class _Touched:
    """What became of the claims when one place of the answer was touched."""

    path: str
    gone: frozenset[str]
    """The claims that are others where nothing stands there."""
    changed: frozenset[str]
    """The claims that are others where something else stands there."""


@dataclass(frozen=True, slots=True)
class _Trials:
    """Asks a strategy again and again."""

    strategy: Strategy[Any]
    verification: Verification
    answer: dict[str, Any]
    normal: _Claims

    def origins(self) -> dict[str, tuple[str, ...]]:
        touched = [*map(self._leaf, leaves(self.answer)), self._user_id()]
        # Where both count: what is said there, and that it is said.
        found = {
            claim: tuple(one.path for one in touched if claim in one.gone and claim in one.changed)
            for claim in self.normal
        }
        for claim in self.normal:
            # That an address is gone takes its `email_verified` along, and says nothing of where that came from.
            beside = found.get("email", ()) if claim == "email_verified" else ()
            # Else where one of both does: something as good stands ready, or whatever is said there will do.
            found[claim] = found[claim] or tuple(
                one.path for one in touched if claim in one.gone | one.changed and one.path not in beside
            )
        missing = frozenset(claim for claim, paths in found.items() if not paths)
        for claim, path in self._branches(missing) if missing else ():
            found[claim] += (path,)
        return found

    def _leaf(self, place: Place) -> _Touched:
        value = at(self.answer, place)
        changed = self._differing(*(self._ask(with_other(self.answer, place, other)) for other in _others(value)))
        claims = self._ask(without(self.answer, place))
        # Without it there may be no profile at all: all claims need it, which says nothing of any.
        gone = changed if claims is None else self._differing(claims)
        return _Touched(written(place), gone, changed)

    def _user_id(self) -> _Touched:
        changed = self._differing(*(self._ask(self.answer, other) for other in _others(self.verification.user_id)))
        return _Touched(USER_ID, changed, changed)

    def _branches(self, missing: frozenset[str]) -> Iterator[tuple[str, str]]:
        """Yield the smallest branches without which one of `missing` is another: each leaf of such will do."""
        found: dict[str, list[Place]] = {claim: [] for claim in missing}
        for place in sorted(branches(self.answer), key=len, reverse=True):
            for claim in sorted(missing & self._differing(self._ask(without(self.answer, place)))):
                if not any(smaller[: len(place)] == place for smaller in found[claim]):
                    found[claim].append(place)
                    yield claim, written(place)

    def _ask(self, answer: dict[str, Any], user_id: str | None = None) -> _Claims | None:
        return _claims(self.strategy, self.verification, answer, user_id)

    def _differing(self, *others: _Claims | None) -> frozenset[str]:
        normal = self.normal
        return frozenset(
            claim for other in others if other is not None for claim in normal if normal[claim] != other.get(claim)
        )


def _claims(
    strategy: Strategy[Any], verification: Verification, answer: dict[str, Any], user_id: str | None = None
) -> _Claims | None:
    """Return what a strategy makes of an answer; None where that is no profile."""
    try:
        # A copy, since a strategy may write into what it is given.
        asked = replace(verification, claims=copy_of(answer), user_id=user_id or verification.user_id)
        profile = strategy.normalize(asked)
        if type(profile) is not Profile:  # as for an exchange
            return None
        return {name: json.dumps(value) for name, value in profile.claims().items()}
    except BaseException:  # nobody can end a call that does not wait: it is the strategy's, whatever it is
        return None


def _others(value: object) -> Iterator[Any]:
    """Yield other values of the same kind: a mapping may not know one, or cut the end off a long one."""
    match value:
        case bool():
            yield not value
        case int() | float():
            yield from (value + 1, 0)
        case str():
            yield from (f"x{value}", f"{value}x", f"1{value}")


def _copied(verification: Verification) -> dict[str, Any] | None:
    """Return a copy of the answer; None if it is too large, too deep, or more than JSON can say."""
    try:
        answer = dict(verification.claims)
        return copy_of(answer) if _is_small(answer) else None
    except BaseException:  # a mapping of a plugin's own may raise whatever it likes
        return None


def _is_small(answer: object) -> bool:
    rest: list[tuple[Any, int]] = [(answer, 0)]
    places = characters = 0
    while rest:
        value, level = rest.pop()
        inner: list[Any] = []
        if type(value) is dict:
            if not all(type(name) is str for name in value):
                return False
            characters += sum(map(len, value))
            inner = list(value.values())
        elif type(value) is list:
            inner = value
        elif type(value) is str:
            characters += len(value)
        elif value is not None and type(value) not in (bool, int, float):
            return False
        rest += [(one, level + 1) for one in inner]
        places += 1
        if places + len(rest) > 1 + MOST_PLACES or characters > LONGEST_ANSWER or level > DEEPEST:
            return False
    return True
