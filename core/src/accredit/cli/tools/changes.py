"""What lines of logs say was done to subjects, so that it can be done again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from accredit.cli.tools.times import epoch_ms
from accredit.errors import ConfigurationError
from accredit.models import problem_of_subject_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from accredit.exchange.subjects import Subjects

_OF_IDENTITIES = frozenset({"linked", "unlinked"})
_EVENTS = frozenset(f"subject.{done}" for done in ("blocked", "unblocked", "linked", "unlinked", "erased"))


class Change(NamedTuple):
    """One change, as its event's line says: when, in epoch milliseconds, what, and of whom."""

    time_ms: int
    done: str
    subject: str
    namespace: str
    user_id: str

    def __str__(self) -> str:
        """Say it in the words of the commands."""
        return " ".join(filter(None, (self.done, self.namespace, self.user_id, self.subject)))


def changes_in(lines: Iterable[str], since_ms: int) -> list[Change]:
    """Return the changes since then, oldest first. A line that is not whole JSON is somebody else's, and is left out.

    Raises:
        ConfigurationError: a line of such an event lacks what it must have.
    """
    found = (_change(told) for line in lines if (told := _told(line)) is not None and told.get("event") in _EVENTS)
    return sorted((change for change in found if change.time_ms >= since_ms), key=lambda change: change.time_ms)


async def repeat(change: Change, subjects: Subjects) -> bool:
    """Do it again; or tell by False that the identity is another one's."""
    _, done, subject, namespace, user_id = change
    match done:
        case "linked":
            return await subjects.link(namespace, user_id, subject)
        case "unlinked":
            await subjects.unlink(namespace, user_id)
        case "blocked":
            await subjects.block(subject)
        case "unblocked":
            await subjects.unblock(subject)
        case _:
            await subjects.erase(subject)
    return True


def _told(line: str) -> dict[str, object] | None:
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _change(told: dict[str, object]) -> Change:
    done = str(told["event"]).removeprefix("subject.")
    try:
        return Change(
            time_ms=epoch_ms(_text(told, "timestamp"), 0),
            done=done,
            subject="" if done == "unlinked" else _subject(told),
            namespace=_text(told, "namespace") if done in _OF_IDENTITIES else "",
            user_id=_text(told, "user_id") if done in _OF_IDENTITIES else "",
        )
    except ValueError:
        raise ConfigurationError(f"a line of subject.{done} has no timestamp, or does not say of whom") from None


def _text(told: dict[str, object], name: str) -> str:
    if not isinstance(text := told.get(name), str):
        raise ValueError(name)
    return text


def _subject(told: dict[str, object]) -> str:
    if problem_of_subject_id(subject := _text(told, "subject")):
        raise ValueError(subject)
    return subject
