"""Google's answers; see `accredit_google_oauth2.refusals` for the dialects, and who has seen them.

Nobody has published what userinfo answers for the reasons of `details`, nor for limits. So those answers are invented:
the reason of the documentation in the envelope of all Google APIs (https://google.aip.dev/193).
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


def envelope(status: int, rpc_status: str, message: str, *, reason: str, detail: str | None = None) -> Answer:
    """Return an error in the envelope that all Google APIs share."""
    error: dict[str, Any] = {
        "code": status,
        "message": message,
        "errors": [{"message": message, "domain": "global", "reason": reason}],
        "status": rpc_status,
    }
    if detail is not None:
        info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": detail, "domain": "googleapis.com"}
        error["details"] = [info]
    return Answer(status, {"error": error}, _BEARER_CHALLENGE if status == 401 else {})


def error_page(status: int, headers: Mapping[str, str] | None = None) -> Answer:
    """Return the HTML page of Google's front ends."""
    return Answer(status, f"<!DOCTYPE html><title>Error {status}</title><p>That is an error.", headers or {})


_BEARER_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'}

# tokeninfo
INVALID_VALUE = Answer(400, {"error": "invalid_token", "error_description": "Invalid Value"})
"""The one answer to garbage, expired and revoked tokens."""
OLD_INVALID_VALUE = Answer(400, {"error_description": "Invalid Value"})
NO_TOKEN = Answer(400, {"error": "invalid_request", "error_description": "Bad Request"})
TOO_MANY = error_page(429, {"Retry-After": "30"})
DOWN = error_page(503)
V1_FORM = Answer(
    200,
    {
        "issued_to": "123456789012-simweb.apps.googleusercontent.com",
        "audience": "123456789012-simweb.apps.googleusercontent.com",
        "user_id": "100001000000000000001",
        "scope": "https://www.googleapis.com/auth/userinfo.profile",
        "expires_in": 3599,
        "access_type": "online",
    },
)
HTML_200 = Answer(200, "<!DOCTYPE html><title>Sign in</title>")

# userinfo
V2_FORM = Answer(
    200,
    {
        "id": "100001000000000000001",
        "email": "ada@example.com",
        "verified_email": True,
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
    },
)
INVALID_CREDENTIALS = Answer(
    401, {"error": "invalid_request", "error_description": "Invalid Credentials"}, _BEARER_CHALLENGE
)
UNAUTHENTICATED = envelope(
    401,
    "UNAUTHENTICATED",
    "Request is missing required authentication credential. Expected OAuth 2 access token.",
    reason="required",
    detail="CREDENTIALS_MISSING",
)
SCOPE_INSUFFICIENT = envelope(
    403,
    "PERMISSION_DENIED",
    "Request had insufficient authentication scopes.",
    reason="insufficientPermissions",
    detail="ACCESS_TOKEN_SCOPE_INSUFFICIENT",
)
RATE_LIMIT_EXCEEDED = envelope(403, "PERMISSION_DENIED", "Rate Limit Exceeded", reason="rateLimitExceeded")
ACCOUNT_DISABLED = envelope(
    401, "UNAUTHENTICATED", "The account is disabled.", reason="authError", detail="ACCOUNT_STATE_INVALID"
)
DAILY_LIMIT_EXCEEDED = envelope(403, "PERMISSION_DENIED", "Daily Limit Exceeded", reason="dailyLimitExceeded")
POLICY_VIOLATED = envelope(
    403, "PERMISSION_DENIED", "Request is prohibited.", reason="forbidden", detail="SECURITY_POLICY_VIOLATED"
)
PROJECT_SUSPENDED = envelope(
    403, "PERMISSION_DENIED", "Consumer has been suspended.", reason="forbidden", detail="CONSUMER_SUSPENDED"
)
