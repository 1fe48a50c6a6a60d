"""LINE's answers. The reference shows the form of `verify`'s refusal; of `profile`'s it says `message` and no more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response


@dataclass(frozen=True, slots=True)
class Answer:
    """One fixed answer: JSON, or HTML where `body` is a string."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Return it as a fresh response, with the header that every answer of LINE has."""
        make = HTMLResponse if isinstance(self.body, str) else JSONResponse
        return make(self.body, self.status, headers={"x-line-request-id": "sim-request", **self.headers})


def refused(description: str) -> Answer:
    """Return the one refusal of `verify`: status and word are always these."""
    return Answer(400, {"error": "invalid_request", "error_description": description})


def exchange_refused(error: str, status: int = 400) -> Answer:
    """Refuse the exchange of a code. Source: RFC 6749 section 5.2."""
    return Answer(status, {"error": error, "error_description": "In words."})


EXPIRED = refused("access token expired")
INVALID = refused("invalid access token")
NO_TOKEN = refused("missing access token")
INVALID_USER_TOKEN = Answer(400, {"message": "invalid token"})
BAD_REQUEST = Answer(400, {"message": "The request body could not be parsed as JSON"})
UNAUTHORIZED = Answer(401, {"message": "Authentication failed"})
FORBIDDEN = Answer(403, {"message": "The access token does not have the required scope"})
TOO_MANY = Answer(429, {"message": "The API rate limit has been exceeded"})
"""Without a header that says when to come back."""
DOWN = Answer(500, {"message": "Internal server error"})
PAGE = Answer(503, "<!DOCTYPE html><title>503 Service Unavailable</title>")
HTML_200 = Answer(200, "<!DOCTYPE html><title>LINE</title>")
UNLISTED = Answer(400, {"error": "unsupported_channel", "error_description": "the channel is closed"})
"""A word that no page explains."""
