"""Kakao's answers: refusals are `{"msg": …, "code": …}`, under 400, 401 or 403."""

from collections.abc import Mapping
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


_STATUSES: Mapping[int, int] = {-401: 401, -402: 403, -406: 401, -5: 403, -9798: 503}


def refused(code: int, said: str) -> Answer:
    """Return a refusal with its usual status."""
    return Answer(_STATUSES.get(code, 400), {"msg": said, "code": code})


def exchange_refused(error: str, code: str, status: int = 400) -> Answer:
    """Refuse an exchange, as the host of codes does."""
    return Answer(status, {"error": error, "error_description": "In words.", "error_code": code})


NO_TOKEN = refused(-401, "authentication key is missing or malformed")
WRONG_KEY = refused(-401, "wrong appKey(****) format")
MALFORMED = refused(-2, "target_id is malformed")
GONE = refused(-401, "this access token does not exist")
EXPIRED = refused(-401, "this access token is already expired")
IP_MISMATCHED = refused(-401, "ip mismatched! callerIp=192.0.2.1. check out registered ips.")
INSUFFICIENT = Answer(403, {"msg": "insufficient scopes.", "code": -402, "required_scopes": ["account_email"]})
UNDER_14 = refused(-406, "under age 14")
DORMANT = refused(-103, "not existing kakao account")
NOT_JOINED = refused(-101, "NotRegisteredUserException")
SWITCHED_OFF = refused(-3, "this service is not enabled")
QUOTA = refused(-10, "API limit has been exceeded")
INTERNAL = refused(-1, "internal server error")
MAINTENANCE = refused(-9798, "service is being maintained")
UNLISTED = refused(-777, "something new")
PAGE = Answer(502, "<!DOCTYPE html><title>502 Bad Gateway</title>")
HTML_200 = Answer(200, "<!DOCTYPE html><title>Kakao</title>")
