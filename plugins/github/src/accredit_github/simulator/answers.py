"""What GitHub writes when it refuses: a sentence, a link, and the status once more as text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

_DOCS = "https://docs.github.com/rest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of fixed text."""

    status: int = 200
    media_type: str = "application/json; charset=utf-8"
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Build the HTTP answer."""
        return Response(self.body, self.status, dict(self.headers), media_type=self.media_type)


def success(value: Any, **headers: str) -> Answer:
    """Answer with JSON; an underscore in a header's name stands for a hyphen."""
    return Answer(body=json.dumps(value), headers={name.replace("_", "-"): text for name, text in headers.items()})


def refusal(status: int, message: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> Answer:
    """Answer with a refusal in the form of the REST API."""
    body = {"message": message, **more, "documentation_url": _DOCS, "status": str(status)}
    return Answer(status=status, body=json.dumps(body), headers=headers or {})


def oauth_error(error: str) -> dict[str, Any]:
    """Return the body of an exchange that is refused."""
    page = "/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/"
    return {"error": error, "error_description": "In words.", "error_uri": f"{page}#{error.replace('_', '-')}"}


NOT_FOUND = refusal(404, "Not Found")
BAD_CREDENTIALS = refusal(401, "Bad credentials")
REQUIRES_AUTHENTICATION = refusal(401, "Requires authentication")
NO_JSON = refusal(400, "Problems parsing JSON")
INVALID = refusal(
    422,
    "Validation Failed",
    errors=[{"resource": "OauthAccess", "code": "missing_field", "field": "access_token"}],
)
NO_USER_AGENT = Answer(
    status=403,
    media_type="text/html; charset=utf-8",
    body="Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
)
SUSPENDED = refusal(403, "Sorry. Your account was suspended.")
FORBIDDEN = refusal(403, "Resource not accessible by integration")
SSO = refusal(403, "Resource protected by organization SAML enforcement.", headers={"X-GitHub-SSO": "required; url=x"})
ATTEMPTS = refusal(403, "Maximum number of login attempts exceeded. Please try again later.")
PRIMARY_LIMIT = refusal(
    403,
    "API rate limit exceeded for user ID 1.",
    headers={"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1900000000"},
)
SECONDARY_LIMIT = refusal(
    403, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)
SECONDARY_LIMIT_30 = refusal(429, "You have exceeded a secondary rate limit.", headers={"Retry-After": "30"})
DOWN = Answer(status=502, media_type="text/html", body="<!DOCTYPE html><title>Unicorn! &middot; GitHub</title>")
NONSENSE = Answer(body="[]")
