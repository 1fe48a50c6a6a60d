"""Every error Accredit raises on purpose.

::

    AccreditError
    ├── ConfigurationError               the operator must change something; says what, stops start-up
    │   ├── NotReadyYet                  or it passes by itself, as a database does that starts later
    │   └── PluginError                  a plugin is missing, broken or clashes with another one
    ├── LifecycleError                   an exchange is opened, called or closed where it must not be; says what
    └── ExchangeError                    one exchange ends; fixes status, OAuth error and public sentence
        ├── InvalidRequest               400  the request is not of the contract's form
        │   ├── MalformedBody
        │   │   └── WrongMediaType
        │   ├── MissingParameter
        │   ├── InvalidParameter
        │   ├── InvalidTarget            (`invalid_target`, RFC 8707 section 2)
        │   ├── InvalidScope             (`invalid_scope`, RFC 6749 section 5.2)
        │   ├── UnsupportedGrantType     (`unsupported_grant_type`, RFC 6749 section 5.2)
        │   ├── TwoAuthentications
        │   ├── TwoTokens
        │   ├── UnsupportedTokenType     (`unsupported_token_type`, RFC 7009 section 2.2.1)
        │   ├── LinkingUnavailable
        │   ├── ConnectionNotFound
        │   └── ConnectionDisabled
        ├── InvalidNotice                400  what calls itself a provider's notice is none, or is for another app
        ├── UnauthorizedClient           403  the calling application may not do this
        │   ├── UnknownClient
        │   └── GrantNotAllowed
        ├── InvalidClient                401  the calling application is not who it says it is
        ├── InvalidGrant                 403  a refresh token that is unknown, spent, or no longer good
        │   └── RefreshTokenReused            it was replaced before; its whole family is revoked
        ├── InvalidBearer                401  the Authorization header a client must send is missing or wrong
        ├── InvalidMainToken             401  the token of the user to link an identity to will not do
        ├── InvalidToken                 401  a token of ours that is shown to us is missing or no good
        │   ├── BlockedToken                  its subject is blocked
        │   └── EndedToken                    its session has ended
        ├── InsufficientScope            403  a token of ours is good, for something else
        ├── ProviderTokenRejected        401  the provider (or the engine) says no; one face outside
        │   ├── InvalidProviderToken          invalid, expired, revoked, not a user token
        │   ├── WrongAudience                 minted for another app
        │   ├── MissingPermission             a needed provider permission is missing
        │   ├── CredentialReused              it is good once, and was used before
        │   ├── ProviderUserBlocked           the provider locked, suspended or lost this user
        │   └── UnlistedRefusal               a definite refusal that no table knows; an alert, once an hour
        ├── LimitReached                 429  there is too much of something
        │   ├── TooManyRequests               calls: a rate limit
        │   └── TooManyAttempts               what was refused before
        ├── AccessDenied                 401  a deny hook refuses, in its own words
        │   ├── SubjectBlocked
        │   ├── NotLinked                     the identity is nobody's, and nobody may be made of it
        │   └── IdentityTaken                 the identity to link is another subject's
        ├── ProviderUnavailable          503  the provider is down, slow or answers nonsense
        │   ├── ProviderRateLimited
        │   │   └── ProviderQuotaExhausted    the limit of our whole app; an alert, once an hour
        │   ├── CircuitOpen                   it was down a moment ago, and was not even asked
        │   └── ConnectionBusy                too many wait for it already
        ├── Overloaded                   503  too many exchanges at once
        ├── SignsElsewhere               503  this node has the public halves of our keys alone
        ├── Abandoned                    499  the caller has left before the answer; nobody gets it
        ├── StorageFailed                503  our own storage cannot be written or read; always an alert
        │   └── UnclearCommit                 nobody knows whether it was: the connection broke meanwhile
        └── ServerError                  500  our fault, never the user's; always an alert
            ├── ProviderMisconfigured         our credentials are wrong, our quota is unpaid
            ├── ProviderProtocolError         the provider says our call itself was wrong
            ├── PluginFailed                  a plugin or hook raised or returned what it must not
            ├── OutOfDescriptors              we can open no connection: too many open files
            ├── InternalFailure               a bug of our own
            └── NotOpen                       the host has not opened the exchange, or elsewhere

`description` is all a client ever sees of an error. `detail` is for the audit event: it is written by us, holds
codes and names but never provider text (but for the id of a foreign app, quoted and cut), a token or a secret.
"""

import math
import re
from typing import ClassVar

from accredit.text import text

_CODE = re.compile(r"(?=(?:\D*\d){0,10}\D*\Z)[A-Za-z0-9_.:/-]{1,40}")
"""What a provider's code may look like in a log: a word of at most ten digits. All else may be a text, or a token."""
_LONGEST_DETAIL = 1000
"""Characters of a `detail`; what is longer is cut."""
_LONGEST_RETRY_AFTER_S = 86_400
"""No client is told to wait longer than a day, whatever a provider asks for."""


class AccreditError(Exception):
    """Root of the tree."""


class ConfigurationError(AccreditError):
    """Stop start-up; the message says what the operator must change."""


class NotReadyYet(ConfigurationError):
    """Stop start-up for what may pass by itself, such as a database that starts later: it is worth starting again."""


class PluginError(ConfigurationError):
    """Stop start-up because of a plugin; the message names its distribution and the cause."""


class LifecycleError(AccreditError):
    """Tell the host that an exchange is opened, called or closed where it must not be; the message says what to change.

    Not an `ExchangeError`, so that nobody takes it for a refusal, or for an outage of the provider.
    """


class ExchangeError(AccreditError):
    """End one exchange with a fixed status, OAuth error code and public sentence."""

    status: ClassVar[int]
    error: ClassVar[str]
    reason: ClassVar[str]
    """Stable word for the audit event; unlike `error` it tells every case apart."""
    alert: ClassVar[bool] = False
    alert_key: str | None = None
    """What an alert is about that every login may raise: with one key it is raised once an hour for a connection."""
    description: str
    _retry_after_s: int | None = None
    challenge: str | None = None
    """What `WWW-Authenticate` will say."""

    def __init__(self, detail: str = "") -> None:
        # Ours to write, but a plugin may quote its provider: it stays one line, and a short one.
        self.detail = text(detail, longest=_LONGEST_DETAIL) or ""
        super().__init__(self.detail or self.description)

    @property
    def retry_after_s(self) -> int | None:
        """Seconds after which to try again, a day at most; None where nobody knows."""
        return self._retry_after_s

    @retry_after_s.setter
    def retry_after_s(self, seconds: float | None) -> None:
        # What a provider asks for may have thousands of digits, which Python does not even print, or be no number.
        is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds == seconds
        self._retry_after_s = math.ceil(min(max(seconds or 0, 0), _LONGEST_RETRY_AFTER_S)) if is_number else None


class InvalidRequest(ExchangeError):
    """Refuse a request that is not of the contract's form."""

    status = 400
    error = "invalid_request"
    reason = "invalid_request"
    description = "the request is not valid"


class MalformedBody(InvalidRequest):
    """Refuse a body that is neither a JSON object nor a form, is too large, or repeats a parameter."""

    reason = "malformed_body"
    description = "the request body could not be parsed"


class WrongMediaType(MalformedBody):
    """Refuse a body whose media type is neither JSON nor a form, and say which there are."""

    reason = "wrong_media_type"
    description = "the request body could not be parsed: send application/json or application/x-www-form-urlencoded"


class MissingParameter(InvalidRequest):
    """Refuse a request without a required parameter."""

    reason = "missing_parameter"

    def __init__(self, parameter: str) -> None:
        self.description = f"missing {parameter} parameter"
        super().__init__(parameter)


class InvalidParameter(InvalidRequest):
    """Refuse a parameter that is no string, too long, or holds a character it must not.

    Or one that the connection cannot use: `needs` names the settings that the operator has not made, never a value.
    """

    reason = "invalid_parameter"

    def __init__(self, parameter: str, *, needs: str = "") -> None:
        self.description = f"invalid {parameter} parameter"
        super().__init__(f"{parameter}: needs {needs} in the settings" if needs else parameter)


class InvalidTarget(InvalidRequest):
    """Refuse an `audience` the client may not ask for. Source: RFC 8707 section 2."""

    error = "invalid_target"
    reason = "invalid_target"
    description = "the audience is not allowed for the client"


class InvalidScope(InvalidRequest):
    """Refuse where nothing of what was asked for can be granted. Source: RFC 6749 section 5.2."""

    error = "invalid_scope"
    reason = "invalid_scope"
    description = "none of the scopes can be granted"


class UnsupportedGrantType(InvalidRequest):
    """Refuse a `grant_type` that nobody here knows. Source: RFC 6749 section 5.2."""

    error = "unsupported_grant_type"
    reason = "unsupported_grant_type"
    description = "the grant type is not supported"


class TwoAuthentications(InvalidRequest):
    """Refuse a client that authenticates in two ways at once. Source: RFC 6749 sections 2.3 and 5.2."""

    reason = "two_authentications"
    description = "more than one way of client authentication"


class TwoTokens(InvalidRequest):
    """Refuse a request that shows its access token in more than one place. Source: RFC 6750 section 2."""

    reason = "two_tokens"
    description = "more than one way of sending the access token"


class UnsupportedTokenType(InvalidRequest):
    """Refuse to revoke what verifies without asking anybody, rather than only seem to."""

    error = "unsupported_token_type"
    reason = "unsupported_token_type"
    description = "access tokens without a session cannot be revoked; they expire"


class LinkingUnavailable(InvalidRequest):
    """Refuse to link identities on a user's wish, where only the host links them."""

    reason = "linking_unavailable"
    description = "linking identities is not available"


class InvalidNotice(ExchangeError):
    """Refuse what calls itself a provider's notice: forged, unsigned, malformed, or meant for another app.

    The sender always reads the same; `detail` tells operators more. Source: RFC 8935 section 2.3 (400).
    """

    status = 400
    error = "invalid_request"
    reason = "invalid_notice"
    description = "the notice is not valid"


class ConnectionNotFound(InvalidRequest):
    """Refuse a connection name nobody configured."""

    reason = "connection_not_found"
    description = "the connection was not found"


class ConnectionDisabled(InvalidRequest):
    """Refuse a connection that is off, or not for this client."""

    reason = "connection_disabled"
    description = "the connection was disabled"


class UnauthorizedClient(ExchangeError):
    """Refuse the calling application."""

    status = 403
    error = "unauthorized_client"
    reason = "unauthorized_client"
    description = "invalid client"


class UnknownClient(UnauthorizedClient):
    """Refuse a `client_id` nobody configured."""

    reason = "unknown_client"


class GrantNotAllowed(UnauthorizedClient):
    """Refuse a client that may not use this grant."""

    reason = "grant_not_allowed"

    def __init__(self, grant_type: str) -> None:
        self.description = f"Grant type '{grant_type}' not allowed for the client."
        super().__init__()


class InvalidClient(ExchangeError):
    """Refuse a client that is unknown, does not authenticate as it must, or does so wrongly; one face outside.

    `challenge` answers the way that was tried. Source: RFC 6749 section 5.2.
    """

    status = 401
    error = "invalid_client"
    reason = "invalid_client"
    description = "client authentication failed"

    def __init__(self, detail: str = "", *, challenge: str | None = None) -> None:
        super().__init__(detail)
        self.challenge = challenge


class InvalidGrant(ExchangeError):
    """Refuse a refresh token. Published clients compare the sentence, and log the user out."""

    status = 403
    error = "invalid_grant"
    reason = "invalid_grant"
    description = "Unknown or invalid refresh token."


class RefreshTokenReused(InvalidGrant):
    """Refuse a refresh token that was replaced before: it is in two hands, so its family is revoked."""

    reason = "refresh_token_reused"


class InvalidBearer(ExchangeError):
    """Refuse a missing or unusable `Authorization: Bearer`. Source: RFC 6750 section 3."""

    status = 401
    error = "invalid_token"
    reason = "invalid_bearer"
    description = "the Authorization header must hold a live access token with the exchange scope"
    challenge = 'Bearer error="invalid_token"'


class InvalidMainToken(ExchangeError):
    """Refuse to link an identity: the main token is no live access token of a user that this client got for us."""

    status = 401
    error = "invalid_token"
    reason = "invalid_main_token"
    description = "main_access_token must be a live access token of a user, issued to this client"


class InvalidToken(ExchangeError):
    """Refuse where a live token of ours must be shown, and is not. Source: RFC 6750 section 3.1."""

    status = 401
    error = "invalid_token"
    reason = "invalid_token_of_ours"
    description = "the token is missing, malformed, expired, or not meant for this endpoint"
    challenge = 'Bearer error="invalid_token"'

    def __init__(self, detail: str = "", *, challenge: str | None = None) -> None:
        super().__init__(detail)
        if challenge is not None:
            self.challenge = challenge


class BlockedToken(InvalidToken):
    """Refuse a good token whose subject may not be here any more; it looks like any other outside."""

    reason = "subject_blocked"


class EndedToken(InvalidToken):
    """Refuse a good token whose session has ended since; it looks like any other outside.

    Where it `is_gone`, no session is stored, as after an erasure: no event names the subject again.
    """

    reason = "session_ended"

    def __init__(self, *, is_gone: bool = False) -> None:
        super().__init__()
        self.is_gone = is_gone


class InsufficientScope(ExchangeError):
    """Refuse a token that lacks a scope. Source: RFC 6750 section 3.1."""

    status = 403
    error = "insufficient_scope"
    reason = "insufficient_scope"

    def __init__(self, scope: str) -> None:
        self.description = f"the token lacks the scope {scope}"
        self.challenge = f'Bearer error="insufficient_scope", scope="{scope}"'
        super().__init__()


class ProviderTokenRejected(ExchangeError):
    """Refuse a provider token. Every reason looks the same outside and differs in the audit event."""

    status = 401
    error = "invalid_request"
    reason = "provider_token_rejected"
    description = "invalid access_token: invalid_token"


class InvalidProviderToken(ProviderTokenRejected):
    """Refuse a token that is invalid, expired, revoked, or not a user's."""

    reason = "invalid_token"


class WrongAudience(ProviderTokenRejected):
    """Refuse a token that was minted for another app, or for which nobody can tell."""

    reason = "wrong_audience"


class MissingPermission(ProviderTokenRejected):
    """Refuse a token that lacks a provider permission the connection needs."""

    reason = "missing_permission"


class CredentialReused(ProviderTokenRejected):
    """Refuse a code, a nonce of ours or an ID token that is good once, and was used before: by a thief, or by a client
    that has lost our answer and asks again."""

    reason = "credential_reused"


class ProviderUserBlocked(ProviderTokenRejected):
    """Refuse a user whom the provider has locked, suspended or deleted."""

    reason = "provider_user_blocked"


class UnlistedRefusal(ProviderTokenRejected):
    """Refuse because the provider says no in words that the strategy does not know: not an outage, nor anybody's fault.

    `call` is our name of the call, `code` the provider's own code, a number or a short word. An alert names both, once
    an hour: a line is missing in the strategy's table, and until it is there nobody knows whether users or we must act.
    """

    reason = "unlisted_refusal"
    alert = True

    def __init__(self, call: str, code: int | str, *, status: int) -> None:
        shown = str(code) if type(code) is int and abs(code) < 10**10 else code
        if not isinstance(shown, str) or not _CODE.fullmatch(shown):
            shown = "(no short word)"
        self.alert_key = f"{call}: {shown}"
        super().__init__(f"{call}: no line for code {shown}, status {status}")


class AccessDenied(ExchangeError):
    """Refuse on behalf of the host; `description` is the hook's own sentence and reaches the client, in one line."""

    status = 401
    error = "unauthorized"
    reason = "access_denied"
    description = "access denied"

    def __init__(self, description: str, *, detail: str = "") -> None:
        # A hook may quote anything: what is no text could not be sent.
        self.description = text(description, longest=_LONGEST_DETAIL) or AccessDenied.description
        super().__init__(detail)


class SubjectBlocked(AccessDenied):
    """Refuse a subject that the host has blocked, in the store or by what a plugin says."""

    reason = "subject_blocked"

    def __init__(self) -> None:
        super().__init__("user is blocked")


class NotLinked(AccessDenied):
    """Refuse an identity that belongs to no subject, under a policy that makes none; or one that was taken off."""

    reason = "not_linked"

    def __init__(self) -> None:
        super().__init__("user is not linked")


class IdentityTaken(AccessDenied):
    """Refuse to link an identity that is another subject's."""

    reason = "identity_taken"

    def __init__(self) -> None:
        super().__init__("this identity belongs to another user")


class LimitReached(ExchangeError):
    """Refuse because there is too much of something. `limit` is the setting that says how much there may be.

    `amount` is that number, `wait_s` the seconds until it may be tried again, and `reset_at` the same as epoch seconds.
    `is_repeated` tells that the same was refused before in this window of time: the log has one line of it.
    """

    status = 429
    error = "too_many_requests"
    reason = "limit_reached"
    description = "too many requests, try again later"

    def __init__(
        self, limit: str, *, amount: int, wait_s: int, reset_at: int, is_repeated: bool = False, detail: str = ""
    ) -> None:
        super().__init__(detail)
        self.limit = limit
        self.amount = amount
        self.reset_at = reset_at
        self.is_repeated = is_repeated
        self.retry_after_s = wait_s


class TooManyRequests(LimitReached):
    """Refuse one call too many, whatever it asks for."""

    reason = "too_many_requests"


class TooManyAttempts(LimitReached):
    """Refuse to try once more what was refused too often."""

    error = "too_many_attempts"
    reason = "too_many_attempts"
    description = "too many failed attempts, try again later"


class ProviderUnavailable(ExchangeError):
    """Give up on a provider that is down, too slow, or answers what nobody can read."""

    status = 503
    error = "temporarily_unavailable"
    reason = "provider_unavailable"
    description = "the identity provider is not available, try again later"

    def __init__(self, detail: str = "", *, retry_after_s: int | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class ProviderRateLimited(ProviderUnavailable):
    """Give up because the provider limits our calls; `retry_after_s` is in seconds where it is known."""

    reason = "provider_rate_limited"


class ProviderQuotaExhausted(ProviderRateLimited):
    """Give up because the quota of our whole app is used up: no login works before it is renewed, or paid for."""

    reason = "provider_quota_exhausted"
    alert = True
    alert_key = reason


class CircuitOpen(ProviderUnavailable):
    """Give up without a call on a provider that was down a moment ago; `retry_after_s` is when it is asked again."""

    reason = "circuit_open"

    def __init__(self, detail: str = "", *, retry_after_s: int) -> None:
        super().__init__(detail or "the provider was down a moment ago", retry_after_s=retry_after_s)


class ConnectionBusy(ProviderUnavailable):
    """Give up without a call, because `max_in_flight` verifications of this connection wait for its provider."""

    reason = "connection_busy"

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} verifications wait for the provider (setting max_in_flight)", retry_after_s=1)


class Overloaded(ExchangeError):
    """Turn somebody away at the door, because too many exchanges are going on. Many such leave one event."""

    status = 503
    error = "temporarily_unavailable"
    reason = "overloaded"
    description = "the service is not available, try again later"

    def __init__(self, detail: str = "", *, retry_after_s: int = 1) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class SignsElsewhere(ExchangeError):
    """Refuse to issue a token where only the public halves of our keys are known: another node, or region, signs."""

    status = 503
    error = "temporarily_unavailable"
    reason = "signs_elsewhere"
    description = "the service is not available, try again later"
    _retry_after_s = 5


class Abandoned(ExchangeError):
    """Note in the audit that the caller has left: it hung up, or cancelled the call. No failure, and never an alert."""

    status = 499  # what nginx logs for it; no answer has it, since nobody reads one
    error = "invalid_request"
    reason = "abandoned"
    description = "the request was abandoned"


class StorageFailed(ExchangeError):
    """Report that our own storage cannot be written or read: full, locked, gone. Nothing leaves without its row."""

    status = 503
    error = "temporarily_unavailable"
    reason = "storage_failed"
    description = "the service is not available, try again later"
    alert = True
    _retry_after_s = 5  # a lock has passed by then, or it is nothing that passes by itself


class UnclearCommit(StorageFailed):
    """Report that nobody knows whether a transaction was committed: the connection broke meanwhile. Not tried again."""

    reason = "unclear_commit"


class ServerError(ExchangeError):
    """Report our own fault. Raises an alert and never blames the user."""

    status = 500
    error = "server_error"
    reason = "server_error"
    description = "the server could not complete the request"
    alert = True


class ProviderMisconfigured(ServerError):
    """Report that the provider refuses *our* credentials, app or quota."""

    reason = "provider_misconfigured"


class ProviderProtocolError(ServerError):
    """Report that the provider calls our request malformed: a bug in the strategy."""

    reason = "provider_protocol_error"


class PluginFailed(ServerError):
    """Report a plugin or hook that raised, timed out, or returned what its contract forbids."""

    reason = "plugin_failed"


class OutOfDescriptors(ServerError):
    """Report that no connection to a provider could be opened, because too many files are open here."""

    reason = "out_of_descriptors"


class InternalFailure(ServerError):
    """Report a bug of our own, caught at the edge."""

    reason = "internal"


class NotOpen(ServerError):
    """Tell the audit and HTTP clients what callers from Python get as a `LifecycleError`, which `detail` quotes."""

    reason = "not_open"
