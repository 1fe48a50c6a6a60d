"""Was the token minted for our app? The check that keeps another app's token out, for every provider alike."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from accredit.audience import AppBound, AudienceProof, CodeExchanged, JwtAudience, SignedByUs, Unbound
from accredit.errors import WrongAudience

LONGEST_SHOWN = 100
"""Characters of a foreign id that go into the detail."""

_UNFIT = re.compile(r'[^ -~]|["\\]')
"""Anything but printable ASCII, and what would end or escape the quotes."""


def check_audience(
    proof: AudienceProof,
    families: Mapping[str, AbstractSet[str]],
    *,
    accept_unbound: bool,
    trusted: AbstractSet[str] = frozenset(),
) -> None:
    """Compare the proof with our accepted ids of its family: exact strings, and every one of a list.

    Where one entry of `aud` is ours, further ones may be `trusted`. Nothing else may.

    Raises:
        WrongAudience: an id is not ours, or there is no proof and the connection does not do without.
    """
    match proof:
        case AppBound(app_id, family):
            _require_ours("app id", app_id, _of_family(family, families))
        case JwtAudience(aud, azp, family):
            ours = _of_family(family, families)
            if not isinstance(aud, tuple):
                raise WrongAudience("aud is no tuple")
            if not aud:
                raise WrongAudience("aud is empty")
            accepted = ours | trusted if trusted and _has_one_of(ours, aud) else ours
            for one in aud:
                _require_ours("aud", one, accepted)
            if azp is not None:
                _require_ours("azp", azp, ours)
        case SignedByUs(consumer_key):
            _require_ours("consumer key", consumer_key, _of_family("", families))
        case CodeExchanged(client_id, family):
            _require_ours("client id", client_id, _of_family(family, families))
        case Unbound():
            if not accept_unbound:
                raise WrongAudience("the provider cannot prove for whom the token was minted")
        case _:
            raise WrongAudience("no proof of audience")


def _of_family(family: object, families: Mapping[str, AbstractSet[str]]) -> AbstractSet[str]:
    ours = families.get(family) if isinstance(family, str) else None
    if ours is None:
        raise WrongAudience("the proof names a family of ids that the connection does not have")
    return ours


def _has_one_of(ours: AbstractSet[str], aud: tuple[object, ...]) -> bool:
    return any(isinstance(one, str) and one in ours for one in aud)


def _require_ours(name: str, value: object, accepted: AbstractSet[str]) -> None:
    if not isinstance(value, str) or value not in accepted:
        # An operator has to see it: a new signing key of an Android app is a new client id at Google.
        raise WrongAudience(f"the token was minted for another app: {name} is {_shown(value)}")


def _shown(value: object) -> str:
    """Quote an id for the log: what a provider has said must neither break out of its place nor fill it."""
    if not isinstance(value, str):
        return f"no text but {type(value).__name__}"
    return f'"{_UNFIT.sub("?", value[:LONGEST_SHOWN])}"' + (" and more" if len(value) > LONGEST_SHOWN else "")


def check_user_hint(hint: str | None, user_id: str) -> None:
    """Refuse where the client names another user than the provider does; the hint is used for nothing else.

    Raises:
        WrongAudience: they differ.
    """
    if hint is not None and hint != user_id:
        raise WrongAudience("user_id is not the token's user")
