"""What a refresh token is good for at a moment, what a rotation does then, and which tokens lose their place."""

import enum
from collections.abc import Sequence
from typing import TypeVar

from accredit.storage.ports.sessions import (
    MOST_REPLACED,
    MOST_SESSIONS,
    MOST_SUCCESSORS,
    PUSHED_OUT,
    Rotation,
    StoredRefreshToken,
)

T = TypeVar("T")

CLOCK_SKEW_S = 2
"""By so much the clocks of two servers may differ."""


class RefreshTokenState(enum.Enum):
    """What a stored refresh token is good for at a moment."""

    LIVE = "live"
    """It may be replaced: for the first time, or once more within its leeway."""
    ENDED = "ended"
    """Its session has ended."""
    EXPIRED = "expired"
    """Its time is over."""
    PUSHED_OUT = "pushed out"
    """Others of its session took its place: whoever holds it has done nothing wrong."""
    OVERTAKEN = "overtaken"
    """It was replaced after the moment at which it is asked for: who asks has come late, or a clock is wrong."""
    SPENT = "spent"
    """It was replaced and does not work once more: two people hold it."""


def refresh_token_state(
    *, ended: bool, ends_at: int, replaced_at: int | None, successors: int, now: int, leeway_s: int
) -> RefreshTokenState:
    """Return what a refresh token is good for, by its row. Times are epoch seconds.

    A clock that has gone back makes a replaced token no fresher: by more than two servers' clocks may differ, `now`
    before `replaced_at` is outside the leeway as well. Nobody is blamed for it: so looks what was held up on its way,
    while its user was served elsewhere.
    """
    if ended:
        return RefreshTokenState.ENDED
    if now >= ends_at:
        return RefreshTokenState.EXPIRED
    if successors == PUSHED_OUT:
        return RefreshTokenState.PUSHED_OUT
    if replaced_at is None:
        return RefreshTokenState.LIVE
    if now < replaced_at - CLOCK_SKEW_S:
        return RefreshTokenState.OVERTAKEN
    within = leeway_s > 0 and now - replaced_at < leeway_s
    return RefreshTokenState.LIVE if within and successors < MOST_SUCCESSORS else RefreshTokenState.SPENT


def state_of(stored: StoredRefreshToken, *, now: int, leeway_s: int, ends_at: int | None = None) -> RefreshTokenState:
    """Return what a refresh token is good for. `ends_at`: when it ends, where that is not with its session."""
    return refresh_token_state(
        ended=stored.session.ended,
        ends_at=stored.session.session.expires_at if ends_at is None else ends_at,
        replaced_at=stored.replaced_at,
        successors=stored.successors,
        now=now,
        leeway_s=leeway_s,
    )


def rotation_of(state: RefreshTokenState) -> Rotation:
    """Return what comes of an attempt to replace a token in that state. `REUSED` ends the session."""
    if state is RefreshTokenState.LIVE:
        return Rotation.ROTATED
    return Rotation.REUSED if state is RefreshTokenState.SPENT else Rotation.REFUSED


def pushed_out(tokens: Sequence[T], *, live: int) -> Sequence[T]:
    """Return which tokens of a session go after one was replaced once more: a fork is at its own session's cost.

    `tokens` are its live ones, oldest first; `live` counts those of all sessions of its subject and client.
    """
    too_many = max(0, len(tokens) - MOST_SUCCESSORS)
    if live - too_many > MOST_SESSIONS:
        too_many = len(tokens) - 1  # never the newest, which its holder has just been given
    return tokens[:too_many]


def forgotten(tokens: Sequence[T]) -> Sequence[T]:
    """Return which of a session's replaced tokens, oldest first, are not kept any more."""
    return tokens[: max(0, len(tokens) - MOST_REPLACED)]
