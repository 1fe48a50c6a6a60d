"""Proofs of audience: how a strategy shows that a provider token was minted for *our* app.

A `Verification` cannot be built without one, and the engine, not the plugin, compares it with the connection's
accepted ids (`accredit.exchange.steps.check_audience`). So no plugin can forget the check that keeps another app's
token out.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AppBound:
    """State the app id that the provider names as the token's owner (Facebook `app_id`, Weibo `appkey`)."""

    app_id: str
    family: str = ""
    """Of which family of our ids it must be, where a provider has several: see `audience_families` of the settings."""


@dataclass(frozen=True, slots=True)
class JwtAudience:
    """State `aud` and `azp` of a verified ID token or of a token-info answer.

    Every entry of `aud`, and `azp` where present, must be accepted: one foreign entry is enough to refuse. Beside one
    of ours the operator may trust others (`trusted_audiences`). State them all: to pick is to judge.
    Source: OpenID Connect Core 1.0 section 3.1.3.7, rules 3 to 5.
    """

    aud: tuple[str, ...]
    azp: str | None = None
    family: str = ""
    """As in `AppBound`."""


@dataclass(frozen=True, slots=True)
class SignedByUs:
    """State the consumer key that signed the provider call which the provider accepted.

    Source: RFC 5849 section 3.4: the signature binds the token to the client credentials.
    """

    consumer_key: str


@dataclass(frozen=True, slots=True)
class CodeExchanged:
    """State the client id by whose credentials the provider has exchanged the authorization code.

    It was issued to that client, or the provider would have refused it. Only a verification of a code may say so. It
    does not show that the device that sends the code has begun the login: PKCE or a nonce does.
    Source: RFC 6749 section 4.1.3; RFC 9700 section 2.1.1.
    """

    client_id: str
    family: str = ""
    """As in `AppBound`."""


@dataclass(frozen=True, slots=True)
class Unbound:
    """Admit that the provider offers no way to learn the token's app; refused unless the connection opts in."""

    reason: str


AudienceProof = AppBound | JwtAudience | SignedByUs | CodeExchanged | Unbound
