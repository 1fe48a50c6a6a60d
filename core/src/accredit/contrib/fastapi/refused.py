"""A refusal, as FastAPI knows refusals."""

from collections.abc import Awaitable, Callable

from fastapi import HTTPException, Request, Response

from accredit.asgi import response_of
from accredit.errors import ExchangeError
from accredit.oauth.wire.answer import refusal
from accredit.settings import CompatibilitySettings


class Refused(HTTPException):
    """Refuse a request to a route of the host's; `error` says why.

    Being an `HTTPException` it is answered in FastAPI's own form, with the right status and headers, by an app that
    knows nothing of it; and in the contract's form by one that has been through `Accredit.install`.
    """

    def __init__(self, error: ExchangeError) -> None:
        answer = refusal(error, CompatibilitySettings())
        headers = {name: value for name, value in answer.headers.items() if name != "content-type"}
        super().__init__(error.status, error.description, headers)
        self.error = error


def handler(compatibility: CompatibilitySettings) -> Callable[[Request, Exception], Awaitable[Response]]:
    """Return what answers `Refused` and `ExchangeError` in the contract's form."""

    async def answered(_: Request, exc: Exception) -> Response:
        error = exc.error if isinstance(exc, Refused) else exc
        if not isinstance(error, ExchangeError):
            raise error  # whoever has registered this for another error of his own
        return response_of(refusal(error, compatibility))

    return answered
