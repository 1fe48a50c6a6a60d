"""What sources yield: who is linked to what, as the old tables say it. Times are epoch seconds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

T = TypeVar("T")

Kind = Literal["identity", "user", "refresh token", "provider token", "client"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A user's account at a provider."""

    row: str
    """Where it stands, such as `socialaccount_socialaccount 17`."""
    provider: str
    """As the old package names it."""
    user_id: str
    """The provider's, letter for letter."""
    user: str
    """Whose it is: the user's primary key, which becomes the subject."""
    apps: frozenset[str] = frozenset()
    """Ids of the apps at the provider that it may have come from; none where the tables do not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OldRefreshToken:
    """A live refresh token, by its hash only."""

    row: str
    token_hash: str = field(repr=False)
    """SHA-256 in hex, as we store our own."""
    user: str
    client_id: str
    is_confidential: bool = False
    """Whoever refreshes with it must authenticate."""
    scopes: tuple[str, ...]
    audience: str | None = None
    issued_at: int
    auth_time: int
    """No later than when the user logged in, as far as is known."""
    ends_at: int | None = None
    """When the old server would have refused it; None for never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A calling application."""

    row: str
    client_id: str
    is_confidential: bool
    grant_types: frozenset[str] = frozenset()
    """Those among ours that it uses."""
    scopes: frozenset[str] = frozenset()
    """What it was granted, or may be."""
    origins: tuple[str, ...] = ()
    """Browser origins that may call."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What is not imported, and why."""

    kind: Kind
    row: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All that a source has found. `deactivated` are subjects."""

    source: str
    strategies: Mapping[str, str] = field(default_factory=dict)
    """Our strategy for a provider as the old package names it."""
    accounts: tuple[Account, ...] = ()
    deactivated: frozenset[str] = frozenset()
    refresh_tokens: tuple[OldRefreshToken, ...] = ()
    applications: tuple[Application, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    """What an operator should know of the tables as a whole."""


def apart(found: Iterable[T | LeftOut]) -> tuple[tuple[T, ...], tuple[LeftOut, ...]]:
    """Return what was found, and apart from it what is left out."""
    kept: list[T] = []
    left_out: list[LeftOut] = []
    for one in found:
        if isinstance(one, LeftOut):
            left_out.append(one)
        else:
            kept.append(one)
    return tuple(kept), tuple(left_out)
