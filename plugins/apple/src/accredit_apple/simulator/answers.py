"""Apple's refusals. Source: https://developer.apple.com/documentation/signinwithapplerestapi/errorresponse

The texts are like those that developers have shown, as in https://developer.apple.com/forums/thread/726004; none of
them says more than its word.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response


@dataclass(frozen=True, slots=True)
class Answer:
    """One fixed answer: JSON, or HTML where `body` is a string."""

    status: int
    body: Any

    def response(self) -> Response:
        """Return it as a fresh response."""
        make = HTMLResponse if isinstance(self.body, str) else JSONResponse
        return make(self.body, self.status)


def error(word: str, description: str | None = None) -> Answer:
    """Return a refusal; most have no description."""
    return Answer(400, {"error": word} if description is None else {"error": word, "error_description": description})


INVALID_REQUEST = error("invalid_request")
INVALID_CLIENT = error("invalid_client")
UNSUPPORTED_GRANT_TYPE = error("unsupported_grant_type")
USED_CODE = error("invalid_grant", "The code has already been used.")
INVALID_GRANT = error("invalid_grant", "The code has expired or has been revoked.")
FOREIGN_CODE = error("invalid_grant", "client_id mismatch. The code was not issued to the client.")
