"""What a host does to its subjects, blocking."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from accredit.exchange import subjects
from accredit.storage import Erasure, KeptToken, Session
from accredit.sync.door import Door
from accredit.sync.served import Served

T = TypeVar("T")


class Subjects:
    """Subjects and their identities, as `accredit.sync.Exchange.subjects`.

    Each method does what the one of its name does in `accredit.Exchange.subjects`, and raises what that raises.
    """

    def __init__(self, door: Door[Served], actor: str = "") -> None:
        self._door = door
        self._actor = actor

    def acting_as(self, actor: str) -> "Subjects":
        """Return the same subjects, whose events say by whom: a word of yours for who has asked, such as `support`."""
        return Subjects(self._door, actor)

    def subject_of(self, namespace: str, user_id: str) -> str | None:
        """Return whose an identity is, as far as our own store and the policy say; plugins are not asked."""
        return self._call(lambda known: known.subject_of(namespace, user_id))

    def identities(self, subject: str) -> tuple[tuple[str, str], ...]:
        """Return the identities, (namespace, user id), that are stored for a subject, oldest first."""
        return self._call(lambda known: known.identities(subject))

    def is_blocked(self, subject: str) -> bool:
        """Tell whether a subject is blocked."""
        return self._call(lambda known: known.is_blocked(subject))

    def is_known(self, subject: str) -> bool:
        """Tell whether anything is stored about a subject."""
        return self._call(lambda known: known.is_known(subject))

    def block(self, subject: str) -> None:
        """Refuse every login of a subject, known here or not, and end its sessions."""
        return self._call(lambda known: known.block(subject))

    def unblock(self, subject: str) -> None:
        """Let a subject log in again. Its sessions stay ended."""
        return self._call(lambda known: known.unblock(subject))

    def link(self, namespace: str, user_id: str, subject: str) -> bool:
        """Give an identity to a subject, or tell by False that it is another one's."""
        return self._call(lambda known: known.link(namespace, user_id, subject))

    def unlink(self, namespace: str, user_id: str) -> None:
        """Take an identity off its subject: it logs in nobody until it is linked again, and its sessions end."""
        return self._call(lambda known: known.unlink(namespace, user_id))

    def sessions(self, subject: str) -> tuple[Session, ...]:
        """Return the sessions of a subject that have not ended, newest first."""
        return self._call(lambda known: known.sessions(subject))

    def end_session(self, session_id: str) -> bool:
        """End one session, by its `sid`, or tell by False that it is unknown or has ended already."""
        return self._call(lambda known: known.end_session(session_id))

    def end_sessions(self, subject: str) -> int:
        """Log a subject out everywhere, and return how many sessions that has ended."""
        return self._call(lambda known: known.end_sessions(subject))

    def export(self, subject: str) -> dict[str, Any]:
        """Return all that is stored about a subject, as JSON values: for a person who asks."""
        return self._call(lambda known: known.export(subject))

    def kept_tokens(self, subject: str) -> tuple[KeptToken, ...]:
        """Return which providers' tokens are kept of a subject, sealed."""
        return self._call(lambda known: known.kept_tokens(subject))

    def forget_tokens(self, subject: str) -> int:
        """Delete the providers' tokens that are kept of a subject, and tell no provider."""
        return self._call(lambda known: known.forget_tokens(subject))

    def encrypt_tokens(self) -> int:
        """Encrypt all providers' tokens that are kept anew, under the first of `keys.encryption_key`."""
        return self._call(lambda known: known.encrypt_tokens())

    def erase(self, subject: str) -> Erasure:
        """Erase a subject: its identities and sessions go, and audit rows name nobody. Takes two seconds."""
        return self._call(lambda known: known.erase(subject))

    def _call(self, function: Callable[[subjects.Subjects], Awaitable[T]]) -> T:
        def call(served: Served) -> Awaitable[T]:
            known = served.exchange.subjects
            return function(known.acting_as(self._actor) if self._actor else known)

        return self._door.call(call)
