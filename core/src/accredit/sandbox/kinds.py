"""What kinds of refusals there are, for a table that a person reads: each audit reason is of one kind."""

from dataclasses import dataclass

from accredit.errors import (
    MissingPermission,
    ProviderTokenRejected,
    ProviderUnavailable,
    ProviderUserBlocked,
    ServerError,
    WrongAudience,
)
from accredit.sandbox.trials import Trial
from accredit.testing.verdict import REFUSALS


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: a short name, and what is refused."""

    name: str
    about: str


OTHER_APP = Kind("other app", "a genuine token of a real user, made for another app")
TOKEN = Kind("token", "expired, revoked, forged or used before")
USER = Kind("user", "the user is blocked there, or did not give a permission")
REQUEST = Kind("request", "something is missing in the request, or is not allowed")
OUTAGE = Kind("outage", "the provider is down, slow, or limits us; a client may try again")
OURS = Kind("ours", "a mistake on our side, such as a wrong secret or setting")
KINDS = (OTHER_APP, TOKEN, USER, REQUEST, OUTAGE, OURS)
"""In the order of the table's columns."""

_KINDS_OF_ERRORS = (
    (WrongAudience, OTHER_APP),
    ((MissingPermission, ProviderUserBlocked), USER),
    (ProviderTokenRejected, TOKEN),
    (ProviderUnavailable, OUTAGE),
    (ServerError, OURS),
)


def kind_of(trial: Trial) -> Kind:
    """Return of which kind the refusal is that must come of a trial."""
    if trial.is_foreign:
        return OTHER_APP
    error = REFUSALS.get(trial.verdict.reason or "")
    return next((kind for errors, kind in _KINDS_OF_ERRORS if error and issubclass(error, errors)), REQUEST)
