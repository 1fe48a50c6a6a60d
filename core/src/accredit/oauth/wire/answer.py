"""Answers in the contract's form: JSON that nobody may store. Source: RFC 6749 sections 5.1 and 5.2."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from accredit.errors import ExchangeError
from accredit.oauth.wire.respond import error_body
from accredit.settings import CompatibilitySettings

NO_STORE: Mapping[str, str] = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def json_answer(status: int, body: Mapping[str, object]) -> Response:
    """Return a JSON answer."""
    return JSONResponse(body, status, headers=NO_STORE)


def refusal(error: ExchangeError, compatibility: CompatibilitySettings) -> Response:
    """Return the answer to a request that is refused or has failed."""
    response = json_answer(error.status, error_body(error, with_message=compatibility.error_message))
    if error.challenge is not None:
        response.headers["WWW-Authenticate"] = error.challenge
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def wrong_method() -> Response:
    """Return the answer to any method but POST."""
    response = json_answer(405, {"error": "method_not_allowed", "error_description": "use POST"})
    response.headers["Allow"] = "POST, OPTIONS"
    return response
