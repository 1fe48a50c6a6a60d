"""Claims that mean the same in each JWT of a provider.

Source: RFC 7519 section 4.1.
"""

from collections.abc import Mapping
from typing import Any

from accredit.audience import JwtAudience
from accredit.errors import InvalidProviderToken

CLOCK_SKEW_S = 60
"""How far in the future `iat` and `nbf` may lie. `exp` gets no leeway."""


def epoch(claims: Mapping[str, Any], name: str) -> int:
    """Return a time in epoch seconds.

    Raises:
        InvalidProviderToken: it is missing, or no integer.
    """
    value = claims.get(name)
    if type(value) is not int:  # not isinstance: True is an int, and NaN a float
        raise InvalidProviderToken(f"{name} is missing or no integer")
    return value


def audience(claims: Mapping[str, Any]) -> JwtAudience:
    """Return `aud` and `azp` as a proof, which the engine compares.

    Raises:
        InvalidProviderToken: one of them is neither text nor, as `aud` may be, a list of texts.
    """
    aud, azp = claims.get("aud"), claims.get("azp")
    audiences: list[Any] = aud if isinstance(aud, list) else [aud]
    if not all(isinstance(one, str) for one in audiences) or not isinstance(azp, str | None):
        raise InvalidProviderToken("aud or azp is no string")
    return JwtAudience(tuple(audiences), azp)
