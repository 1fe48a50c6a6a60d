"""LinkedIn's answers; see `accredit_linkedin.refusals` for the dialects, and who has seen them.

Nobody has published what `introspectToken` answers for a token that it does not know, or for another app's. Here it is
`{"active": false}` (RFC 7662 section 2.2), and for some of another app's the whole answer with that app's id: a backend
must be safe with both.
"""

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
        """Return it as a fresh response."""
        make = HTMLResponse if isinstance(self.body, str) else JSONResponse
        return make(self.body, self.status, headers=dict(self.headers))


def api_error(status: int, number: int, message: str, *, code: str | None = None) -> Answer:
    """Return an error of `api.linkedin.com`."""
    body: dict[str, Any] = {"status": status, "serviceErrorCode": number, "message": message}
    return Answer(status, body if code is None else {**body, "code": code})


def oauth_error(status: int, error: str, description: str) -> Answer:
    """Return an error of `www.linkedin.com/oauth`. Source: RFC 6749 section 5.2."""
    return Answer(status, {"error": error, "error_description": description})


# introspectToken
INACTIVE = Answer(200, {"active": False})
INVALID_CLIENT = oauth_error(401, "invalid_client", "Client authentication failed")
NO_PARAMETER = oauth_error(400, "invalid_request", "A required parameter is missing")
NOT_A_FORM = oauth_error(400, "invalid_request", "The request is not a form")
INVALID_GRANT = oauth_error(400, "invalid_request", "Unable to retrieve access token")

# userinfo
EMPTY_TOKEN = api_error(401, 401, "Empty oauth2_access_token")
INVALID_TOKEN = api_error(401, 65600, "Invalid access token")
REVOKED_TOKEN = api_error(401, 65601, "The token used in the request has been revoked", code="REVOKED_ACCESS_TOKEN")
EXPIRED_TOKEN = api_error(401, 65602, "The token used in the request has expired", code="EXPIRED_ACCESS_TOKEN")
ACCESS_DENIED = api_error(403, 100, "Not enough permissions to access: GET /userinfo", code="ACCESS_DENIED")
THROTTLED = api_error(429, 101, "Resource level throttle limit for calls to this resource is reached.")
UNLISTED = api_error(400, 65604, "Unable to parse the request")

# both
TOO_MANY = Answer(429, "<!DOCTYPE html><title>429 Too Many Requests</title>", {"Retry-After": "30"})
DOWN = Answer(503, "<!DOCTYPE html><title>503 Service Unavailable</title>")
HTML_200 = Answer(200, "<!DOCTYPE html><title>LinkedIn</title>")
