"""What Discord writes when it refuses, and what the machine in front of it does."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of fixed text."""

    status: int = 200
    media_type: str = "application/json"
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """Build the HTTP answer."""
        return Response(self.body, self.status, dict(self.headers), media_type=self.media_type)


def success(value: Any) -> Answer:
    """Answer with JSON."""
    return Answer(body=json.dumps(value))


def refusal(status: int, message: str, code: int = 0) -> Answer:
    """Answer with a refusal in the form of the API."""
    return Answer(status=status, body=json.dumps({"message": message, "code": code}))


def oauth_error(status: int, error: str) -> Answer:
    """Refuse an exchange. Source: RFC 6749 section 5.2."""
    return Answer(status=status, body=json.dumps({"error": error, "error_description": "In words."}))


UNAUTHORIZED = refusal(401, "401: Unauthorized")
NO_METHOD = refusal(405, "405: Method Not Allowed")
INVALID_TOKEN = refusal(401, "Invalid OAuth2 access token", 50025)
NO_ACCESS = refusal(403, "Missing Access", 50001)
NO_SCOPE = refusal(403, "Missing required OAuth2 scope", 50026)
NOT_VERIFIED = refusal(403, "You need to verify your account in order to perform this action.", 40002)
UNKNOWN_USER = refusal(404, "Unknown User", 10013)
BLOCKED = refusal(403, "internal network error", 40333)
OVERLOADED = refusal(503, "API resource is currently overloaded. Try again a little later", 130000)
UNHEARD_OF = refusal(403, "Feature temporarily disabled server-side", 40006)
LIMITED = Answer(
    status=429,
    body='{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}',
    headers={
        "Retry-After": "65",
        "X-RateLimit-Limit": "10",
        "X-RateLimit-Remaining": "0",
        "X-RateLimit-Reset": "1470173023.123",
        "X-RateLimit-Reset-After": "64.57",
        "X-RateLimit-Bucket": "abcd1234",
        "X-RateLimit-Scope": "user",
    },
)
LIMITED_IN_BODY = Answer(
    status=429, body='{"message": "You are being rate limited.", "retry_after": 0.35, "global": true}'
)
BANNED = Answer(
    status=429,
    media_type="text/html",
    body="<!DOCTYPE html><title>Access denied | discord.com used Cloudflare to restrict access</title>",
    headers={"Retry-After": "3600"},
)
BANNED_PLAIN = Answer(status=429, media_type="text/plain", body="error code: 1015")
DOWN = Answer(status=502, media_type="text/html", body="<!DOCTYPE html><title>502 Bad Gateway</title>")
NONSENSE = Answer(body="[]")
