"""Which request is being answered: for the project's `UserAdapter` and its receivers of signals."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest

_current: ContextVar[HttpRequest | None] = ContextVar("accredit_request", default=None)


def current_request() -> HttpRequest | None:
    """Return it, None outside of one."""
    return _current.get()


@contextmanager
def answering(request: HttpRequest | None) -> Iterator[None]:
    """Say which request the calls of an exchange in the block are for."""
    before = _current.set(request)
    try:
        yield
    finally:
        _current.reset(before)
