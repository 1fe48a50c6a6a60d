"""Which browser origins may read an answer: those of the client that asked. Source: Fetch Standard, CORS protocol."""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from accredit.settings import ClientSettings

_USUAL = ("Content-Type", "Auth0-Client", "Authorization")
_MOST_HEADERS = 32
_HEADER = re.compile(r"[0-9A-Za-z][!#$%&'*+.^_`|~0-9A-Za-z-]{0,63}")
"""The name of a header (RFC 9110 section 5.6.2, `token`), but for `*`, which would allow them all."""


class Cors:
    """Decide by the clients' `allowed_origins`, compared exactly.

    A preflight names no client, and neither does a request that could not be parsed; those may be read by every
    origin that some client allows.
    """

    def __init__(self, clients: Mapping[str, ClientSettings]) -> None:
        self._origins = {client_id: frozenset(client.allowed_origins) for client_id, client in clients.items()}
        self._any = frozenset().union(*self._origins.values())

    def preflight(self, request: Request) -> Response:
        """Answer an OPTIONS request. Which headers a page adds is its own affair: tracing libraries add theirs."""
        response = Response(status_code=204, headers={"Allow": "POST, OPTIONS"})
        if self.allow(request, response, None):
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Allow-Headers"] = ", ".join(_allowed_headers(request))
            response.headers["Access-Control-Max-Age"] = "600"
        return response

    def allow(self, request: Request, response: Response, client_id: str | None) -> bool:
        """Let the request's origin read `response`, if it may."""
        response.headers.add_vary_header("Origin")
        origin = request.headers.get("origin")
        allowed = self._origins.get(client_id, self._any) if client_id is not None else self._any
        if origin is None or origin not in allowed:
            return False
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        return True


def _allowed_headers(request: Request) -> tuple[str, ...]:
    """Return the usual headers and those that the browser asks for, unless that is no list of header names."""
    asked = [one.strip() for one in request.headers.get("access-control-request-headers", "").split(",")]
    if len(asked) > _MOST_HEADERS or not all(_HEADER.fullmatch(name) for name in asked):
        return _USUAL
    usual = {name.lower() for name in _USUAL}
    return (*_USUAL, *(name for name in dict.fromkeys(asked) if name.lower() not in usual))
