"""Stand between strategy and simulator: remember calls and answers whole, fail single calls, change single fields."""

import asyncio
import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from accredit.provider.http import Transport
from accredit.testing.conformance.attacks.failures import Failure

Call = tuple[str, str]
"""Method and path."""
Place = tuple[str | int, ...]
"""The way to a field: names and numbers."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One call, and what the provider said."""

    method: str
    path: str
    sent: tuple[bytes, ...]
    """URL, headers and body, to tell one call from another."""
    status: int
    body: bytes

    @property
    def call(self) -> Call:
        """Return which call it is, whatever was sent with it."""
        return self.method, self.path

    def json(self) -> Any:
        """Return the answer's JSON; None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def is_key_set(self) -> bool:
        """Tell whether the answer is a key set, which is checked by core and not by the strategy."""
        said = self.json()
        return isinstance(said, dict) and isinstance(said.get("keys"), list)

    @property
    def is_shared(self) -> bool:
        """Tell whether core fetches the answer for all who wait for it: a key set, or a document that names one."""
        said = self.json()
        return self.is_key_set or (isinstance(said, dict) and isinstance(said.get("jwks_uri"), str))


class Between(httpx.AsyncBaseTransport):
    """A transport that passes everything on, but for one call that is to fail, or one whose answer is to change.

    `failing` and `changing` map calls; what is not in them is answered by the simulator. `headers` go with each answer.
    The call `hanging` is never answered; `hangs` is set once it has been made. `begun`
    counts calls, answered or not.
    """

    def __init__(self) -> None:
        self.said: list[RecordedCall] = []
        self.failing: dict[Call, Failure] = {}
        self.changing: dict[Call, Callable[[Any], Any]] = {}
        self.begun = 0
        self.headers: dict[str, str] = {}
        self.hanging: Call | None = None
        self.hangs = asyncio.Event()
        self._inner: Transport | None = None

    def before(self, inner: Transport) -> "Between":
        """Take a place in front of another transport."""
        self._inner = inner
        return self

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        call = request.method, request.url.path
        self.begun += 1
        headers = b"\n".join(b": ".join(pair) for pair in request.headers.raw)
        sent = (str(request.url).encode(), headers, request.content)
        if (failure := self.failing.get(call)) is not None:
            self.said.append(RecordedCall(*call, sent, 0, b""))
            return failure()
        if call == self.hanging:
            self.said.append(RecordedCall(*call, sent, 0, b""))
            self.hangs.set()
            await asyncio.Event().wait()
        if self._inner is None:
            raise RuntimeError("stands in front of nothing")
        response = await self._inner.handle_async_request(request)
        body = await response.aread()
        await response.aclose()
        if (change := self.changing.get(call)) is not None:
            body = json.dumps(change(json.loads(body))).encode()
        self.said.append(RecordedCall(*call, sent, response.status_code, body))
        kept = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-length"]
        more = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        return httpx.Response(response.status_code, headers=[*kept, *more], stream=httpx.ByteStream(body))


def fields_of(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Yield every value of a JSON document that is no object and no list, with its place."""
    entries: Sequence[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        entries = list(value.items())
    elif isinstance(value, list):
        entries = list(enumerate(value))
    elif place:
        yield place, value
    for name, one in entries:
        yield from fields_of(one, (*place, name))


def changed(document: Any, place: Place, value: Any) -> Any:
    """Return the document with another value in this place; `...` takes the field out."""
    result = copy.deepcopy(document)
    holder = result
    for name in place[:-1]:
        try:
            holder = holder[name]
        except (KeyError, IndexError, TypeError):
            return result  # another answer of the same call, which has no such field
    if not isinstance(holder, dict | list):
        return result
    if value is not ...:
        holder[place[-1]] = value  # type: ignore[index]  # names belong to objects, numbers to lists
    elif isinstance(holder, dict):
        holder.pop(place[-1], None)
    else:
        del holder[place[-1]]  # type: ignore[arg-type]  # as above
    return result


def written(place: Place) -> str:
    """Return a place as text, such as `data.user.id`."""
    return ".".join(map(str, place))
