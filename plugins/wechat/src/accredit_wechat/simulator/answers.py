"""What WeChat writes: JSON that is said to be plain text, with status 200, also where it refuses."""

import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer of fixed text."""

    status: int = 200
    body: str

    def response(self) -> Response:
        """Build the HTTP answer. No charset is named, and the text is UTF-8."""
        return Response(self.body.encode(), self.status, {"Content-Type": "text/plain"})


def success(value: Any) -> Answer:
    """Answer with JSON, its text as it is."""
    return Answer(body=json.dumps(value, ensure_ascii=False))


def refusal(code: int, message: str) -> Answer:
    """Refuse in WeChat's form: the number of the request ends the text."""
    return success({"errcode": code, "errmsg": f"{message}, rid: 6583f22d-35b1b023-4a6d02b6"})


BUSY = refusal(-1, "system error")
INVALID_CREDENTIAL = refusal(40001, "invalid credential, access_token is invalid or not latest")
INVALID_GRANT_TYPE = refusal(40002, "invalid grant_type")
INVALID_OPENID = refusal(40003, "invalid openid")
INVALID_APPID = refusal(40013, "invalid appid")
INVALID_CODE = refusal(40029, "invalid code")
INVALID_SECRET = refusal(40125, "invalid appsecret")
USED_CODE = refusal(40163, "code been used")
UNKNOWN_ADDRESS = refusal(40164, "invalid ip 192.0.2.1, not in whitelist")
NO_TOKEN = refusal(41001, "access_token missing")
NO_APPID = refusal(41002, "appid missing")
NO_SECRET = refusal(41004, "appsecret missing")
NO_CODE = refusal(41008, "missing code")
NO_OPENID = refusal(41009, "missing openid")
EXPIRED_TOKEN = refusal(42001, "access_token expired")
EXPIRED_CODE = refusal(42003, "code expired")
WRONG_METHOD = refusal(43001, "require GET method")
DAY_IS_SPENT = refusal(45009, "reach max api daily quota limit")
MINUTE_IS_SPENT = refusal(45011, "api minute-quota reach limit, must slower, retry next minute")
UNAUTHORIZED = refusal(48001, "api unauthorized")
NOT_ALLOWED = refusal(50001, "user unauthorized")
LIMITED = refusal(50002, "user limited")
UNHEARD_OF = refusal(61451, "invalid parameter")
DOWN = Answer(status=502, body="<html><title>502 Bad Gateway</title></html>")
NONSENSE = Answer(body="[]")
