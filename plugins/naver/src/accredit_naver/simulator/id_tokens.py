"""What Naver's ID tokens say, as far as it is known: its discovery document calls `sub` pairwise.

Nobody says that it is the id of `nid/me`, so here it is another one.
"""

import functools
from collections.abc import Callable
from typing import Any

from accredit.testing import IdTokenIssuer, Person, SigningKey
from accredit_naver.simulator.tokens import CLIENT_ID, LIFE_S


def issuer(clock: Callable[[], float]) -> IdTokenIssuer:
    """Return what mints them. All simulators sign with one key, since RSA takes its time."""
    made = IdTokenIssuer(clock, _claims)
    made.sign_with(_key())
    return made


@functools.cache
def _key() -> SigningKey:
    return SigningKey.generate("RS256")


def _claims(someone: Person, now: int) -> dict[str, Any]:
    return {
        "iss": "https://nid.naver.com",
        "aud": CLIENT_ID,
        "sub": f"pairwise-{someone.number}",
        "iat": now,
        "exp": now + LIFE_S,
    }
