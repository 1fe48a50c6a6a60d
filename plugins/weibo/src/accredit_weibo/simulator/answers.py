"""What Weibo writes when it refuses. Source: https://open.weibo.com/wiki/Error_code"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

# Messages are Weibo's own, misspellings included, of the pages that `accredit_weibo.refusals` names. The statuses are
# invented, but for those of 10006, 21301 and 21330, which were seen: 400 and 403 both occur within one family.
_REFUSALS: Mapping[int, tuple[int, str]] = {
    10001: (500, "System error"),
    10004: (403, "IP limit"),
    10005: (403, "Permission denied, need a high level appkey"),
    10006: (400, "source paramter(appkey) is missing"),  # codespell:ignore paramter
    10007: (400, "Unsupport mediatype (application/octet-stream)"),  # codespell:ignore unsupport
    10008: (400, "Param error, see doc for more info"),
    10009: (503, "Too many pending tasks, system is busy"),
    10013: (200, "Invalid weibo user"),
    10014: (403, "Insufficient app permissions!"),
    10016: (400, "Miss required parameter (access_token) , see doc for more info"),
    10017: (400, "Parameter (uid)'s value invalid, expect (long) , see doc for more info"),
    10021: (403, "HTTP METHOD is not suported for this request!"),  # codespell:ignore suported
    10022: (403, "IP requests out of rate limit!"),
    10023: (403, "User requests out of rate limit!"),
    10024: (403, "User requests for (/users/show) out of rate limit!"),
    10032: (403, "access_denied"),
    20002: (400, "Uid parameter is null"),
    20003: (400, "User does not exists!"),
    20015: (403, "Account or ip or app is illegal"),
    20031: (403, "Test and verify"),
    20022: (403, "Your ip's behave in a comic boisterous or unruly manner"),
    21301: (403, "auth by Null spi!"),
    21314: (401, "Token used"),
    21315: (401, "Token expired"),
    21316: (401, "Token revoked"),
    21317: (401, "Token rejected"),
    21319: (400, "Accessor was revoked"),
    21321: (403, "applications over the unaudited use restrictions!"),
    21324: (401, "invalid_client"),
    21327: (400, "expired_token"),
    21330: (403, "access_denied"),
    21331: (503, "The authorization server is temporarily unavailable"),
    21332: (400, "invalid_access_token"),
    21335: (403, "Request uid's value must be the current user"),
}
_STRINGS = {10006, 21327}
"""Codes sent as a string, and without `request`; the others are numbers."""


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


def refusal(code: int, request: str = "", *, number: bool = False) -> Answer:
    """Answer with an error; `request` is the path, as Weibo repeats it; `number` keeps the code from being a string."""
    status, message = _REFUSALS[code]
    body: dict[str, Any] = {"error": message, "error_code": code, "request": request}
    if code in _STRINGS and not number:
        body = {"error": message, "error_code": str(code)}
    if request.startswith("/oauth2/"):
        body["error_description"] = message
    return Answer(status=status, body=json.dumps(body))


DOWN = Answer(status=502, media_type="text/html", body="<html><h1>502 Bad Gateway</h1></html>")
NONSENSE = Answer(body="[]")
