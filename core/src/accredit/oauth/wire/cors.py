"""Which browser origins may read an answer: those of the client that asked. Source: Fetch Standard, CORS protocol."""

import re
from collections.abc import Mapping, Sequence

from accredit.oauth.wire.answer import Answer
from accredit.oauth.wire.call import Call
from accredit.settings import ClientSettings

_USUAL = ("Content-Type", "Auth0-Client", "Authorization")
_LIMIT_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
_MOST_HEADERS = 32
_VARIES = {"vary": "Origin"}
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

    def preflight(self, call: Call, methods: Sequence[str]) -> Answer:
        """Answer an OPTIONS request. Which headers a page adds is its own affair: tracing libraries add theirs."""
        answer = Answer(204, {"allow": ", ".join((*methods, "OPTIONS")), **_VARIES})
        if not self._allows(call.header("origin"), ""):
            return answer
        return answer.with_headers(
            {
                **_readable(call.header("origin")),
                "access-control-allow-methods": ", ".join(methods),
                "access-control-allow-headers": ", ".join(_allowed_headers(call)),
                "access-control-max-age": "600",
            }
        )

    def allow(self, call: Call, answer: Answer, client_id: str) -> Answer:
        """Let the origin of a call read the answer, if it may; `client_id` is empty where no client is known."""
        origin = call.header("origin")
        if not self._allows(origin, client_id):
            return answer.with_headers(_VARIES)
        readable = _readable(origin)
        if _LIMIT_HEADERS[-1].lower() in answer.headers:
            readable["access-control-expose-headers"] = ", ".join(("Retry-After", *_LIMIT_HEADERS))
        return answer.with_headers({**_VARIES, **readable})

    def _allows(self, origin: str, client_id: str) -> bool:
        return bool(origin) and origin in (self._origins.get(client_id, self._any) if client_id else self._any)


def _readable(origin: str) -> dict[str, str]:
    return {"access-control-allow-origin": origin, "access-control-expose-headers": "Retry-After"}


def _allowed_headers(call: Call) -> tuple[str, ...]:
    """Return the usual headers and those that the browser asks for, unless that is no list of header names."""
    asked = [one.strip() for one in call.header("access-control-request-headers").split(",")]
    if len(asked) > _MOST_HEADERS or not all(_HEADER.fullmatch(name) for name in asked):
        return _USUAL
    usual = {name.lower() for name in _USUAL}
    return (*_USUAL, *(name for name in dict.fromkeys(asked) if name.lower() not in usual))
