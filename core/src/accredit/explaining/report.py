"""What is shown of one token: nothing secret, and every value as JSON has it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from accredit.audience import AppBound, CodeExchanged, JwtAudience
from accredit.audit.events import ExchangeEvent
from accredit.audit.log_lines import fields_of
from accredit.audit.redact import redact, secrets_of, without
from accredit.errors import ExchangeError
from accredit.exchange.steps.normalize import normalize
from accredit.explaining.explanation import Explanation
from accredit.explaining.forms import forms_of
from accredit.explaining.origins import origins
from accredit.explaining.steps import LOGIN, VERIFY, steps_after
from accredit.models import Verification
from accredit.plugins import Connection
from accredit.profile import Profile

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_ADDRESSES = frozenset({"email", "preferred_username"})
"""Claims that are addresses: with some providers people are called by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What became of a token, told to people and to programs. Times are epoch seconds, durations milliseconds."""

    verdict: str
    """`accepted`, `refused`, `limited` or `failed`."""
    reason: str
    """`ok`, or the reason of the refusal, as in the audit event."""
    detail: str
    answer: Mapping[str, Any] | None
    """What a client is told of a refusal: `status`, `error`, `error_description`. None where it is accepted."""
    retry_after_s: int | None
    connection: str
    strategy: str
    brought_by: str
    """The distribution of the strategy, its version and its module."""
    checks: list[dict[str, Any]]
    """`name`, `verdict`, `duration_ms` of each, in order."""
    not_reached: list[str]
    """The checks that would have come next; those that only some connections and requests have are not among them."""
    verified_by: str | None
    """Who said whose token it is: `provider`, `flight` (asked by another login of the same moment) or `cache`. None
    where nobody did."""
    calls: list[dict[str, Any]]
    """`method`, `url` without its query, `status` (None without an answer), `duration_ms` of each, in order."""
    audience: Mapping[str, Any] | None
    """`proof`, and where it names apps, those that are `named` and those that are `accepted`. None where the provider
    did not say."""
    user_id: str | None
    expires_at: int | None
    permissions: list[str] | None
    profile: Mapping[str, Any] | None
    origins: Mapping[str, list[str]] | None
    """Claim by claim of the profile, the paths in the provider's answer that it came from: see `origins`. None where
    that was not looked for, or there is no profile."""
    whose: Mapping[str, Any] | None
    """`user_id` and `name` of who would be logged in by a token that is not accepted. None where it is, or where the
    provider did not say."""
    event: Mapping[str, Any]
    """The audit event, as the log has it."""
    notes: list[str]
    duration_ms: float

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)


def report(found: Explanation, *, secrets: Sequence[str] = (), show_email: bool = False) -> Report:
    """Tell what became of a token, with `secrets` and those of the connection blanked wherever they stand, in any form.

    So is the e-mail address, unless `show_email` says otherwise; claims that are addresses are masked.
    """
    event, told, profile = found.event, found.told, found.profile
    if event is None:  # every exchange leaves one
        raise RuntimeError("no audit event")
    known = found.verification if isinstance(found.verification, Verification) else None
    said = known if profile is not None else None
    whose = _profile_of(known, found.connection) if profile is None and known is not None else profile
    hidden = {form for one in (*secrets, *secrets_of(found.connection.settings)) for form in forms_of(one)}
    order = LOGIN if isinstance(event, ExchangeEvent) else VERIFY
    # Our own words, which quote no secret; a plugin's may.
    quoting = redact(
        {
            "detail": event.detail,
            "notes": found.notes,
            "event": {"event": event.name, "level": event.level, **fields_of(event)},
        }
    )
    shown = {
        **quoting,
        "verdict": event.outcome,
        "reason": event.reason,
        "answer": None
        if told is None
        else {"status": told.status, "error": told.error, "error_description": told.error_description},
        "retry_after_s": None if told is None else told.retry_after_s,
        "connection": found.connection.name,
        "strategy": found.connection.strategy.name,
        "brought_by": found.connection.source,
        "checks": [{**check._asdict(), "duration_ms": round(check.duration_ms, 1)} for check in event.checks],
        "not_reached": [] if told is None else steps_after([check.name for check in event.checks], order),
        "verified_by": event.verified_by,
        "calls": [
            {"method": call.method, "url": call.url, "status": call.status, "duration_ms": round(call.duration_ms, 1)}
            for call in event.calls
        ],
        "audience": _audience(found.verification, found.connection),
        "user_id": None if said is None else said.user_id,
        "expires_at": None if said is None else said.expires_at,
        "permissions": None if said is None else sorted(said.scopes),
        "profile": None if profile is None else _claims(profile, show_email=show_email),
        "origins": None if said is None else _origins(said, found.connection),
        "whose": None
        if profile is not None or known is None
        else {"user_id": known.user_id, "name": None if whose is None else whose.name},
        "duration_ms": round(event.duration_ms, 1),
    }
    if whose is not None and whose.email is not None and not show_email:
        hidden |= _spellings(whose.email.address, shown)
    scrubbed = without(hidden, shown)
    if scrubbed["audience"] is not None and known is not None:  # a word of ours, whatever is called the same
        scrubbed["audience"]["proof"] = type(known.audience).__name__
    return Report(**scrubbed)


def _spellings(address: str, shown: object) -> set[str]:
    """Return how an address is written in what is shown: it may also be a name, and in letters of another size."""
    written, forms = repr(shown), forms_of(address)
    return forms.union(*(re.findall(re.escape(form), written, re.IGNORECASE) for form in forms))


def _audience(verification: object, connection: Connection) -> dict[str, Any] | None:
    if not isinstance(verification, Verification):
        return None
    match proof := verification.audience:
        case AppBound(app_id):
            named = [app_id]
        case CodeExchanged(client_id):
            named = [client_id]
        case JwtAudience(aud, azp):
            named = list(dict.fromkeys(aud if azp is None else (*aud, azp)))
        case _:
            return {"proof": type(proof).__name__}
    return {"proof": type(proof).__name__, "named": named, "accepted": sorted(connection.accepted)}


def _profile_of(verification: Verification, connection: Connection) -> Profile | None:
    try:
        return normalize(connection, verification).profile
    except ExchangeError:  # a plugin's mistake
        return None


def _origins(verification: Verification, connection: Connection) -> dict[str, list[str]] | None:
    found = origins(connection.strategy, verification)
    return None if found is None else {claim: list(paths) for claim, paths in found.items()}


def _claims(profile: Profile, *, show_email: bool) -> dict[str, Any]:
    claims = profile.claims()
    return (
        claims
        if show_email
        else {name: _masked(value) if name in _ADDRESSES else value for name, value in claims.items()}
    )


def _masked(value: Any) -> Any:
    """Mask an address."""
    if not (isinstance(value, str) and _ADDRESS.fullmatch(value)):
        return value
    local, at, domain = value.rpartition("@")
    return f"{local[:1]}***{at}{domain}"
