"""Which methods an endpoint answers, and what the others get."""

from collections.abc import Sequence

from accredit.limits.attempt import Attempt
from accredit.limits.limits import Limits
from accredit.oauth.wire.answer import Answer, nothing_here, wrong_method
from accredit.oauth.wire.call import Call
from accredit.oauth.wire.cors import Cors
from accredit.oauth.wire.endpoint import Handle
from accredit.oauth.wire.record import Record


class Operation:
    """Answer what browsers ask before a call, and let the client's origins read every answer.

    GET is refused where it is none of `methods`, auth0.js's JSONP included: it would put tokens into URLs, and so into
    logs.
    """

    def __init__(self, handle: Handle, methods: Sequence[str], cors: Cors, limits: Limits) -> None:
        self._handle = handle
        self._methods = methods
        self._cors = cors
        self._limits = limits

    async def __call__(self, call: Call) -> Answer:
        """Answer one call."""
        if call.method == "OPTIONS":
            return self._cors.preflight(call, self._methods)
        if call.method not in self._methods:
            return wrong_method(self._methods)
        record = Record(attempt=Attempt(self._limits, call.address))
        answer = await self._handle(call, record)
        return self._cors.allow(call, answer, record.client_id)


class Callback:
    """Answer another server, not a page of anybody's: there is no preflight, and no origin may read an answer."""

    def __init__(self, handle: Handle, methods: Sequence[str], limits: Limits) -> None:
        self._handle = handle
        self._methods = methods
        self._limits = limits

    async def __call__(self, call: Call) -> Answer:
        """Answer one call."""
        if call.method not in self._methods:
            return nothing_here(405, {"allow": ", ".join(self._methods)})
        return await self._handle(call, Record(attempt=Attempt(self._limits, call.address)))


class Document:
    """Answer GET and HEAD with what is the same for everybody."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    async def __call__(self, call: Call) -> Answer:
        """Answer one call. The server leaves out the body where the method is HEAD."""
        if call.method not in {"GET", "HEAD"}:
            return nothing_here(405, {"allow": "GET, HEAD"})
        return await self._handle(call, Record())
