"""What a provider says of a person beside who it is: further ids, and facts that are no OIDC claims."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from accredit.profile import SCOPE_CLAIMS

MOST_IDS = 8
MOST_FACTS = 32
LONGEST_FACTS_BYTES = 4096
"""All facts together, as JSON in ASCII."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,49}")
_ID = re.compile(r"[\x21-\x7e]{1,200}")
_OIDC = frozenset({"sub", *chain.from_iterable(SCOPE_CLAIMS.values())})


class NoEntries(Mapping[str, Any]):
    """A mapping with nothing in it, for good: what a frozen value has by default."""

    __slots__ = ()

    def __getitem__(self, name: str) -> Any:
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "{}"


NOTHING: Mapping[str, Any] = NoEntries()


def check_alternate_ids(ids: object) -> None:
    """Pass for names with ids: a few, each 1 to 200 printable ASCII characters without blanks.

    Raises:
        TypeError: it is no mapping of texts.
        ValueError: there are too many, or one is not like that.
    """
    if not isinstance(ids, Mapping) or not all(isinstance(one, str) for one in [*ids, *ids.values()]):
        raise TypeError("alternate_ids must be a mapping of strings to strings")
    if len(ids) > MOST_IDS:
        raise ValueError(f"alternate_ids must be {MOST_IDS} at most")
    if not all(map(_NAME.fullmatch, ids)):
        raise ValueError("a name in alternate_ids must be a letter and up to 49 letters, digits, '_', '.' and '-'")
    if not all(map(_ID.fullmatch, ids.values())):
        raise ValueError("each of alternate_ids must be 1 to 200 printable ASCII characters without blanks")


def check_facts(facts: object) -> None:
    """Pass for names with JSON values: a few, of some size, and none that an OIDC claim has.

    Raises:
        TypeError: it is no mapping of names to what JSON can say.
        ValueError: there are too many, they are too large together, or a name is not one for a fact.
    """
    if not isinstance(facts, Mapping) or not all(isinstance(name, str) for name in facts):
        raise TypeError("facts must be a mapping of strings to JSON values")
    if len(facts) > MOST_FACTS:
        raise ValueError(f"facts must be {MOST_FACTS} at most")
    if not all(map(_NAME.fullmatch, facts)):
        raise ValueError("a name in facts must be a letter and up to 49 letters, digits, '_', '.' and '-'")
    if claims := sorted(_OIDC.intersection(facts)):
        raise ValueError(f"facts must not name claims of OIDC, which `normalize` states: {', '.join(claims)}")
    given = dict(facts)
    try:
        text = json.dumps(given, allow_nan=False)
        is_json = json.loads(text) == given
    except (TypeError, ValueError, RecursionError):
        is_json = False
    if not is_json:  # a tuple, say, would come out of a cache as a list
        raise TypeError("facts must hold nothing but what JSON can say")
    if len(text) > LONGEST_FACTS_BYTES:
        raise ValueError(f"facts must be {LONGEST_FACTS_BYTES} bytes of JSON at most")


def copied(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return facts that nobody else has: a hook may change what it is given, and others are given the same."""
    copy: Mapping[str, Any] = json.loads(json.dumps(dict(facts)))
    return copy
