"""Naver's answers. Logins refuse in words, with status 200 at times; the API in codes, and so does its gateway."""

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


def login_refused(error: str, said: str = "In words.", status: int = 200) -> Answer:
    """Refuse an exchange, or a revocation."""
    return Answer(status, {"error": error, "error_description": said})


def api_refused(status: int, code: str, said: str) -> Answer:
    """Refuse a call of the API."""
    return Answer(status, {"resultcode": code, "message": said})


DEAD_CODE = login_refused("invalid_request", "no valid data in session")
FOREIGN_CODE = login_refused("unauthorized_client")
NO_PARAMETER = login_refused("invalid_request", "parameter is missing")
WRONG_PAIR = login_refused("invalid_request", "wrong client id / client secret pair")
INVALID_CLIENT = login_refused("invalid_client", status=401)
GRANT_TYPE = login_refused("unsupported_grant_type")
SERVER_ERROR = login_refused("server_error")
BUSY = login_refused("temporarily_unavailable", status=503)
UNHEARD_OF = login_refused("something_new")
REVOKE_PARAMETER = login_refused("invalid_request", status=400)
REVOKE_CLIENT = login_refused("unauthorized_client", "Client authentication failed.", status=401)

DEAD_TOKEN = api_refused(401, "024", "Authentication failed (인증에 실패했습니다.)")
NO_HEADER = api_refused(401, "028", "Authentication header not exists (OAuth 인증 헤더가 없습니다.)")
FORBIDDEN = api_refused(403, "403", "Forbidden (호출 권한이 없습니다.)")
INTERNAL = api_refused(500, "500", "Internal Server Error (데이터베이스 오류입니다.)")
QUOTA = Answer(429, {"errorMessage": "Query limit exceeded. (쿼리 한도를 초과했습니다.)", "errorCode": "010"})
PAGE = Answer(502, "<!DOCTYPE html><title>502 Bad Gateway</title>")
HTML_200 = Answer(200, "<!DOCTYPE html><title>NAVER</title>")
NONSENSE = Answer(200, [])
