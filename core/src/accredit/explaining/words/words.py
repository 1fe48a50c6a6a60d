"""The form of what is said of a reason."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Who: TypeAlias = Literal["user", "app developer", "operator", "provider", "nobody"]
"""Whose turn it is: `operator` runs this server, `app developer` makes the app that asks."""


@dataclass(frozen=True, slots=True)
class Words:
    """One reason in plain words: whole sentences, but for the title."""

    title: str
    """A few words without a full stop."""
    what: str
    """What has happened."""
    why: str
    """Why it is refused: what would happen otherwise."""
    client: str
    """What the app is told, and why no more."""
    who: tuple[tuple[Who, str], ...]
    """Who must do what."""


TOLD = "The app is told exactly this, so that its developer can fix it."
"""Of refusals that show nothing of anybody."""
_ALIKE = (
    "Whoever sent it is told only that the token is no good. It reads the same for another app's token, an old one and "
    "a made-up one, so that somebody who tries tokens learns nothing."
)
ONE_FACE = f"{_ALIKE} The log has the reason."
"""Of refusals for what was shown of a provider's."""
ONE_FACE_TO_US = f"{_ALIKE} The provider has told this server no more either, so the log has no more."
"""Of another app's token at a provider that does not speak of such."""
WHOEVER = (
    "Whoever runs an app, a quiz for example, holds such genuine tokens of all its users. If they were good here, that "
    "person could log in here as any of them."
)
"""Of tokens that were not made for this app."""
LOG_IN_AGAIN = (
    "The app is told that the refresh token is unknown or not valid, whatever the reason. It then asks its user to log "
    "in again. The log has the reason."
)
LATER = "The app is told to try again later, and after how many seconds where that is known."
OURS = (
    "The app is told that the server could not do it, and no more: what is broken inside is of use to attackers only. "
    "The log has the reason, with an alert."
)
