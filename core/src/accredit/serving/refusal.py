"""What is answered where no app is asked: the request cannot be read, or there is no room for it."""

import json
from collections.abc import Iterable
from http import HTTPStatus


class RequestRefused(Exception):
    """A request is refused before any app sees it, and its connection closed."""

    def __init__(self, status: HTTPStatus, description: str, *, error: str = "invalid_request") -> None:
        super().__init__(description)
        self.status = status
        self.error = error

    def answer(self, headers: Iterable[tuple[bytes, bytes]], *, has_body: bool = True) -> bytes:
        """Return the whole answer, in the form of every other error; `headers` are those that every answer has.

        `has_body` is False for a HEAD.
        """
        body = json.dumps({"error": self.error, "error_description": str(self)}).encode()
        lines = [
            f"HTTP/1.1 {self.status.value} {self.status.phrase}".encode(),
            *(name + b": " + value for name, value in headers),
            b"content-type: application/json",
            b"content-length: %d" % len(body),
            b"cache-control: no-store",
            b"connection: close",
        ]
        return b"\r\n".join([*lines, b"", body if has_body else b""])


def malformed() -> RequestRefused:
    """Return the refusal of what is no HTTP, or no request that means one thing only."""
    return RequestRefused(HTTPStatus.BAD_REQUEST, "the request could not be read")


def headers_too_large() -> RequestRefused:
    """Return the refusal of a head that is too long, or has too many headers."""
    return RequestRefused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the request headers are too large")


def headers_too_slow() -> RequestRefused:
    """Return the refusal of a head that is not there in time."""
    return RequestRefused(HTTPStatus.REQUEST_TIMEOUT, "the request headers did not arrive in time")


def no_room() -> RequestRefused:
    """Return the refusal of a connection too many."""
    return RequestRefused(
        HTTPStatus.SERVICE_UNAVAILABLE, "the server has too many connections", error="temporarily_unavailable"
    )


def failed() -> RequestRefused:
    """Return the refusal of a request that the app has not answered."""
    return RequestRefused(HTTPStatus.INTERNAL_SERVER_ERROR, "the request could not be answered", error="server_error")
