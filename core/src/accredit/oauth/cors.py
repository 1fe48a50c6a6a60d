"""Which browser origins may read an answer: those of the client that asked. Source: Fetch Standard, CORS protocol."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from accredit.settings import ClientSettings


class Cors:
    """Decide by the clients' `allowed_origins`, compared exactly.

    A preflight names no client, and neither does a request that could not be parsed; those may be read by every
    origin that some client allows.
    """

    def __init__(self, clients: Mapping[str, ClientSettings]) -> None:
        self._origins = {client_id: frozenset(client.allowed_origins) for client_id, client in clients.items()}
        self._any = frozenset().union(*self._origins.values())

    def preflight(self, request: Request) -> Response:
        """Answer an OPTIONS request."""
        response = Response(status_code=204, headers={"Allow": "POST, OPTIONS"})
        if self.allow(request, response, None):
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Allow-Headers"] = "Content-Type, Auth0-Client, Authorization"
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
