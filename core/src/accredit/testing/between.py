"""Stand between an exchange and a simulator in a plugin's tests: see every request, and answer some in its place."""

import json
from collections.abc import Mapping
from typing import cast

import httpx

from accredit.testing.exchange import BASE_URL
from accredit.testing.simulator.simulator import Simulator
from accredit.testing.simulator.transport import InProcess

Instead = tuple[int, object] | tuple[int, object, Mapping[str, str]] | Mapping[str, object]
"""What is answered: a status and a body, and perhaps headers; or fields of the simulator's own answer, changed.

A body is bytes or a text as they are, or anything else as JSON. Of the fields, `...` drops one.
"""


class Between(httpx.AsyncBaseTransport):
    """A transport for `exchange_for`. `instead` has answers by path; what is not in it, the simulator answers.

    `requests` are those that were made, in order; several transports may share one list.
    """

    def __init__(
        self,
        simulator: Simulator,
        instead: Mapping[str, Instead] | None = None,
        *,
        requests: list[httpx.Request] | None = None,
    ) -> None:
        self.instead: dict[str, Instead] = dict(instead or {})
        self.requests: list[httpx.Request] = [] if requests is None else requests
        self._simulator = InProcess({BASE_URL: simulator.app()})

    @property
    def paths(self) -> list[str]:
        """Return where the requests went."""
        return [one.url.path for one in self.requests]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        self.requests.append(request)
        chosen = self.instead.get(request.url.path)
        if isinstance(chosen, tuple):
            status, body, *headers = cast("tuple[int, object, Mapping[str, str]]", chosen)
            return _response(status, body, *headers)
        response = await self._simulator.handle_async_request(request)
        if chosen is None:
            return response
        fields = {**json.loads(await response.aread()), **chosen}
        return _response(response.status_code, {name: value for name, value in fields.items() if value is not ...})


def _response(status: int, body: object, headers: Mapping[str, str] | None = None) -> httpx.Response:
    text = body if isinstance(body, bytes | str) else json.dumps(body)
    content = text.encode() if isinstance(text, str) else text
    return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))
