"""Was the token minted for our app? The check that keeps another app's token out, for every provider alike."""

from collections.abc import Set as AbstractSet

from accredit.audience import AppBound, AudienceProof, JwtAudience, SignedByUs, Unbound
from accredit.errors import WrongAudience


def check_audience(proof: AudienceProof, accepted: AbstractSet[str], *, accept_unbound: bool) -> None:
    """Compare the proof with our accepted ids: exact strings, and every one of a list.

    Raises:
        WrongAudience: an id is not ours, or there is no proof and the connection does not do without.
    """
    presented: tuple[str, ...]
    match proof:
        case AppBound(app_id):
            presented = (app_id,)
        case JwtAudience(aud, azp):
            if not isinstance(aud, tuple):
                raise WrongAudience("aud is no tuple")
            if not aud:
                raise WrongAudience("aud is empty")
            presented = aud if azp is None else (*aud, azp)
        case SignedByUs(consumer_key):
            presented = (consumer_key,)
        case Unbound():
            if not accept_unbound:
                raise WrongAudience("the provider cannot prove for whom the token was minted")
            return
        case _:
            raise WrongAudience("no proof of audience")
    if not all(one in accepted for one in presented):
        raise WrongAudience("the token was minted for another app")


def check_user_hint(hint: str | None, user_id: str) -> None:
    """Refuse where the client names another user than the provider does; the hint is used for nothing else.

    Raises:
        WrongAudience: they differ.
    """
    if hint is not None and hint != user_id:
        raise WrongAudience("user_id is not the token's user")
