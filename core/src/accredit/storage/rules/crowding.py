"""Too many sessions of one subject at one client: which one goes."""

from collections.abc import Iterable

from accredit.storage.ports.sessions import MOST_SESSIONS


def is_crowded(count: int) -> bool:
    """Tell whether a session must go: of so many live refresh tokens, or so many sessions that have none."""
    return count > MOST_SESSIONS


def worth_keeping(*, ended: bool, auth_time: int, live: Iterable[int]) -> tuple[bool, int]:
    """Return what sessions are compared by: the least goes, of equals the one that began first; never the newcomer.

    What has ended goes before what lives, then what was used longest ago. `live`: when its live refresh tokens were
    issued, in epoch seconds.
    """
    return not ended, max(live, default=auth_time)
