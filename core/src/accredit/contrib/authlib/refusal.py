"""Our errors as Authlib's, so that the server of the host answers with them, in the contract's form."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Error

from accredit.errors import ExchangeError, LifecycleError, NotOpen
from accredit.oauth.wire.answer import Answer, refusal
from accredit.settings import CompatibilitySettings

Reply = tuple[int, Any, list[tuple[str, str]]]
"""Status, body and headers, as Authlib's servers take them."""


class Refused(OAuth2Error):  # type: ignore[misc]  # Authlib has no types
    """Carry an answer of ours through Authlib."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    def __call__(self, uri: str | None = None) -> Reply:
        """Return the answer as it is: a page about errors, `uri`, has no place in the contract."""
        return reply(self._answer)


def reply(answer: Answer) -> Reply:
    """Return an answer as Authlib's servers take it. They write header names as they get them."""
    return answer.status, answer.body, [(name.title(), value) for name, value in answer.headers.items()]


@contextmanager
def refused() -> Iterator[None]:
    """Let what is refused in the block, or has failed, be the answer.

    Raises:
        Refused: for each `ExchangeError`, and for an exchange that is used where it must not be.
    """
    try:
        yield
    except ExchangeError as error:
        raise Refused(refusal(error, CompatibilitySettings())) from error
    except LifecycleError as mistake:
        raise Refused(refusal(NotOpen(str(mistake)), CompatibilitySettings())) from mistake
