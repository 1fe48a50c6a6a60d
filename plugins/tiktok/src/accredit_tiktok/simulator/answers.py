"""What TikTok writes when it refuses, and what the machine in front of it does."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

_LOG_ID = "20261102041044010002007735002037"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of fixed text."""

    status: int = 200
    media_type: str = "application/json"
    body: str

    def response(self) -> Response:
        """Build the HTTP answer."""
        return Response(self.body, self.status, media_type=self.media_type)


def success(value: Any) -> Answer:
    """Answer with JSON."""
    return Answer(body=json.dumps(value))


def oauth_error(error: str, description: str = "In words.", *, status: int = 200) -> Answer:
    """Refuse an exchange, by default with the status of a success.

    Source: https://developers.tiktok.com/doc/oauth-error-handling, which says nothing of statuses.
    """
    return Answer(status=status, body=json.dumps({"error": error, "error_description": description, "log_id": _LOG_ID}))


def api_error(status: int, code: str) -> Answer:
    """Refuse any other call. Source: https://developers.tiktok.com/doc/tiktok-api-v2-error-handling"""
    error = {"code": code, "message": "In words.", "log_id": _LOG_ID}
    return Answer(status=status, body=json.dumps({"data": {}, "error": error}))


def ok(user: Any) -> Answer:
    """Answer `user/info`. Source: https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info"""
    return success({"data": {"user": user}, "error": {"code": "ok", "message": "", "log_id": _LOG_ID}})


EXPIRED = oauth_error("invalid_grant", "Authorization code is expired.")
NOT_LIVE = oauth_error("invalid_grant", "Access token is invalid.")
VERIFIER = oauth_error("invalid_request", "Code verifier or code challenge is invalid.")
MALFORMED = oauth_error("invalid_request", "The request parameters are malformed.", status=400)
OUR_SECRET = oauth_error("invalid_client", "Client key or secret is incorrect.")
NO_TOKEN = api_error(401, "access_token_invalid")
NO_SCOPE = api_error(401, "scope_not_authorized")
BAD_FIELDS = api_error(400, "invalid_params")
DOWN = Answer(status=502, media_type="text/html", body="<!DOCTYPE html><title>502 Bad Gateway</title>")
NONSENSE = Answer(body="[]")
