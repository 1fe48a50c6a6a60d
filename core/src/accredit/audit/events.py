"""Every kind of event, one type each: what was decided, about whom, why, and at what cost. They hold no secrets.

=======================  ==========================================================================================
type                     what has happened
=======================  ==========================================================================================
`ExchangeEvent`          a login: one exchange, by any wire or from Python
`VerifyEvent`            its first half alone: `Exchange.verify`
`RefreshEvent`           a refresh token was shown
`ReuseEvent`             and it had been used before: it may be stolen, and its session has ended
`ClientTokenEvent`       a client asked for a token of its own
`TokenEvent`             the token endpoint refused a call before it had come to any of these
`NonceEvent`             a client asked for a nonce
`RevocationEvent`        a client asked to end a session
`IntrospectionEvent`     a client asked about a token
`UserinfoEvent`          somebody asked who a user is, by an access token
`TokeninfoEvent`         the same, by an ID token
`ProviderNoticeEvent`    a provider has told of its own accord that a user has left, or the like
`LinkedEvent`            an identity has become another one of a subject's, by a login or by the host
`UnlinkedEvent`          the host has taken an identity off its subject
`BlockedEvent`           the host has blocked a subject, and so ended its sessions
`UnblockedEvent`         the host has let it log in again
`ErasedEvent`            the host has erased a subject: what was stored of it is gone
`SessionEndedEvent`      the host has ended one session
`OperationalEvent`       anything else that operators want to know: keys, readiness, warnings, mistakes of the host
=======================  ==========================================================================================

Every request leaves exactly one of the first twelve. `AnyEvent` is any of them; `Event` has what they share.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from accredit._quick_init import with_quick_init
from accredit.audit.event import Event, Level, Outcome
from accredit.provider.http import ProviderCall

VerifiedBy = Literal["provider", "flight", "cache"]
"""Who had to say whose token it is: the provider, asked by this login or by another of the same moment; the cache."""


class Check(NamedTuple):
    """One check: a step of a login or a refresh, by the name that it is published under.

    A refusal is the last check's: those after it were never begun. A tuple, because every exchange makes a dozen.
    """

    name: str
    verdict: Literal["passed", "refused", "failed", "abandoned"]
    duration_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEvent(Event):
    """One finished request."""

    outcome: Outcome
    status: int
    grant_type: str = ""
    scopes: tuple[str, ...] = ()
    """What was granted, or what the token has."""
    limit: str = ""
    """Where it was `limited`: the setting that says how much there may be, such as `failed_attempts`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEvent(RequestEvent):
    """One finished request that made its way through a list of steps."""

    strategy: str | None = None
    checks: tuple[Check, ...] = ()
    """What was checked, in that order; all but the last have passed."""
    began: float = field(default=0.0, repr=False, compare=False)
    """When, in seconds of `time.perf_counter`, as in `ProviderCall`: what its parts are placed by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent(TrailEvent):
    """One finished request for which a provider was asked who somebody is."""

    audience_proof: str | None = None
    """The kind of proof: `AppBound`, `JwtAudience`, `SignedByUs` or `Unbound`."""
    verified_by: VerifiedBy | None = None
    """None where nobody was asked."""
    unbound: bool = False
    """The token was accepted without proof of audience, because the connection says so."""
    calls: tuple[ProviderCall, ...] = ()

    @property
    def name(self) -> str:
        """`exchange.accepted` and so on."""
        return f"exchange.{self.outcome}"


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeEvent(ProviderEvent):
    """One finished exchange."""

    linked: bool = False
    """The identity has become another one of `subject`'s, which was signed in already."""


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyEvent(ProviderEvent):
    """One finished call of `Exchange.verify`."""


@with_quick_init
@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshEvent(TrailEvent):
    """One finished refresh."""

    grant_type: str = "refresh_token"

    @property
    def name(self) -> str:
        """`token.refreshed`, or `token.refused` and so on."""
        return _name("token.refreshed", self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReuseEvent(TrailEvent):
    """A refresh token was used that had been replaced: two have it, and one may be a thief. Its session has ended."""

    grant_type: str = "refresh_token"

    @property
    def name(self) -> str:
        """`token.refused`, with reason `refresh_token_reused`."""
        return f"token.{self.outcome}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientTokenEvent(RequestEvent):
    """One finished request for a client's own token."""

    grant_type: str = "client_credentials"

    @property
    def name(self) -> str:
        """`token.issued`, or `token.refused` and so on."""
        return _name("token.issued", self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenEvent(RequestEvent):
    """One call of the token endpoint that ended before its grant began: unreadable, say, or of an unknown client."""

    @property
    def name(self) -> str:
        """`token.refused` and so on."""
        return f"token.{self.outcome}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NonceEvent(RequestEvent):
    """One finished request for a nonce."""

    @property
    def name(self) -> str:
        """`nonce.issued`, or `nonce.refused` and so on."""
        return _name("nonce.issued", self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationEvent(RequestEvent):
    """One finished revocation; it has ended the session `session_id`, or where that is None, nothing."""

    @property
    def name(self) -> str:
        """`token.revoked`, `token.revocation_ignored`, or `revocation.refused` and so on."""
        if self.outcome != "accepted":
            return f"revocation.{self.outcome}"
        return "token.revocation_ignored" if self.session_id is None else "token.revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrospectionEvent(RequestEvent):
    """One finished introspection; `subject` is filled where the token is good."""

    @property
    def name(self) -> str:
        """`token.introspected`, or `introspection.refused` and so on."""
        return "token.introspected" if self.outcome == "accepted" else f"introspection.{self.outcome}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UserinfoEvent(RequestEvent):
    """One finished call of `/userinfo`."""

    @property
    def name(self) -> str:
        """`userinfo.stated`, or `userinfo.refused` and so on."""
        return _name("userinfo.stated", self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokeninfoEvent(RequestEvent):
    """One finished call of `/tokeninfo`."""

    @property
    def name(self) -> str:
        """`tokeninfo.stated`, or `tokeninfo.refused` and so on."""
        return _name("tokeninfo.stated", self.outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderNoticeEvent(RequestEvent):
    """One finished call of `/notices/<connection>`; `subject` is whose identity it was about."""

    kinds: tuple[str, ...] = ()
    """What the provider says has happened, such as `consent_revoked`; see `accredit.notices.NoticeKind`."""
    is_replay: bool = False
    """It had come before, and so had no effect."""

    @property
    def name(self) -> str:
        """`notice.received`, `notice.repeated`, or `notice.refused` and so on."""
        return "notice.repeated" if self.is_replay else _name("notice.received", self.outcome)


def _name(accepted: str, outcome: Outcome) -> str:
    return accepted if outcome == "accepted" else f"{accepted.partition('.')[0]}.{outcome}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectEvent(Event):
    """Something has become of a subject."""

    outcome: Literal["accepted"] = "accepted"
    by: str = ""
    """Who has asked for it, such as `operator` for the operator's page; empty where that is the host's own program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedEvent(SubjectEvent):
    """An identity now belongs to `subject`: by a login of `client_id`; or, where that is empty, by the host."""

    namespace: str
    user_id: str

    @property
    def name(self) -> str:
        """`subject.linked`."""
        return "subject.linked"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkedEvent(SubjectEvent):
    """An identity is nobody's any more, and the sessions that it began have ended.

    `subject` is whose it was in our own store, None where that knew nothing.
    """

    namespace: str
    user_id: str

    @property
    def name(self) -> str:
        """`subject.unlinked`."""
        return "subject.unlinked"


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedEvent(SubjectEvent):
    """`subject` cannot log in, and its sessions have ended."""

    @property
    def name(self) -> str:
        """`subject.blocked`."""
        return "subject.blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnblockedEvent(SubjectEvent):
    """`subject` may log in again."""

    @property
    def name(self) -> str:
        """`subject.unblocked`."""
        return "subject.unblocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasedEvent(SubjectEvent):
    """`subject` has been erased: its identities and sessions are gone. A host erases what it keeps of it itself.

    The audit table does not say whose this was.
    """

    @property
    def name(self) -> str:
        """`subject.erased`."""
        return "subject.erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEndedEvent(SubjectEvent):
    """The host has ended the session `session_id`. See also `RevocationEvent` and `ReuseEvent`."""

    @property
    def name(self) -> str:
        """`session.ended`."""
        return "session.ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationalEvent(Event):
    """Anything else that operators want to know; `facts` has what belongs to the name: see `docs/guides/operate.md`."""

    outcome: None = None
    reason: str = ""
    name: str = field()  # assigned, or the dataclass would take the property of `Event` for a default
    level: Level = "info"
    facts: Mapping[str, str | int] = field(default_factory=dict)


EndpointEvent = (
    RefreshEvent
    | ReuseEvent
    | ClientTokenEvent
    | TokenEvent
    | NonceEvent
    | RevocationEvent
    | IntrospectionEvent
    | UserinfoEvent
    | TokeninfoEvent
    | ProviderNoticeEvent
)
"""One finished call of an endpoint beside the exchange."""

AnyEvent = (
    ExchangeEvent
    | VerifyEvent
    | EndpointEvent
    | LinkedEvent
    | UnlinkedEvent
    | BlockedEvent
    | UnblockedEvent
    | ErasedEvent
    | SessionEndedEvent
    | OperationalEvent
)
