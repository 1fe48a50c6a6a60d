"""A host's own command line, such as `flask` or `manage.py`: its settings and storage take the place of a file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from accredit.exchange.engine import Engine
    from accredit.exchange.subjects import Subjects
    from accredit.settings import Settings

T = TypeVar("T")


class WithSubjects(Protocol):
    """Let a function work with a host's subjects, wherever they are stored."""

    def __call__(self, work: Callable[[Subjects], Awaitable[T]], /) -> T:
        """Return what `work` returns."""


class WithEngine(Protocol):
    """Let a function work with a host's engine, in the loop where that is open."""

    def __call__(self, work: Callable[[Engine], Awaitable[T]], /) -> T:
        """Return what `work` returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """What a framework's app brings to the commands.

    `settings` may raise `ConfigurationError`; `place` is where they stand, such as `app.config["ACCREDIT"]`. `storage`
    names a storage that the app brings itself, and is None where `storage.url` says which. `with_engine` is None where
    the host has an import of its own.
    """

    settings: Callable[[], Settings]
    place: str
    with_subjects: WithSubjects
    storage: str | None = None
    with_engine: WithEngine | None = None


_HOST: ContextVar[Host | None] = ContextVar("accredit_host", default=None)


def current_host() -> Host | None:
    """Return whose command line this is; None where it is our own."""
    return _HOST.get()


@contextmanager
def hosted_by(host: Host) -> Iterator[None]:
    """Let commands take from `host` what they would read from a file."""
    token: Any = _HOST.set(host)
    try:
        yield
    finally:
        _HOST.reset(token)
