"""What the strategy says to its provider, seen from between the two."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

import httpx

from accredit.provider.http import Transport, origin
from accredit.provider.transport import READS_ONLY

Rewrite = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """One call to the provider, and its answer where that was read."""

    method: str
    url: str
    headers: tuple[str, ...]
    content: bytes
    body: bytes = b""
    status: int = 0
    """The answer's; 0 where there is none yet."""
    reads_only: bool = False
    """The strategy says that the call changes nothing, so that it may be made again."""

    @property
    def origin(self) -> str:
        """Return scheme, host and port."""
        return origin(self.url)

    def holds(self, value: str) -> bool:
        """Tell whether a value was sent, in the URL or in the body."""
        return value in unquote_plus(self.url) or value in unquote_plus(self.content.decode("utf-8", "replace"))

    @property
    def form(self) -> tuple[str, str, frozenset[str], frozenset[str]]:
        """Return the call without its values: method, path, names of parameters, names of headers.

        The parameters are those of the query and of the body, be that a form or JSON.
        """
        url = httpx.URL(self.url)
        query = parse_qsl(url.query.decode("ascii", "replace"), keep_blank_values=True)
        names = frozenset({name for name, _ in query} | _names(self.content.decode("utf-8", "replace")))
        return self.method, url.path, names, frozenset(self.headers)


class Spy(httpx.AsyncBaseTransport):
    """Remember every call, let others run meanwhile, and let the JSON of answers be rewritten on the way back.

    With `reads` the answers are read whole, which is for simulators in the same process only.
    """

    def __init__(self, inner: Transport, *, reads: bool = True, rewrite: Rewrite | None = None) -> None:
        self.calls: list[Seen] = []
        self._inner = inner
        self._reads = reads
        self._rewrite = rewrite

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass one request on."""
        place = len(self.calls)
        reads_only = request.extensions.get(READS_ONLY, False)
        seen = Seen(request.method, str(request.url), tuple(request.headers), request.content, reads_only=reads_only)
        self.calls.append(seen)
        # A simulator in the same process answers at once; a network lets others run meanwhile, in any order.
        for _ in range(place % 4):
            await asyncio.sleep(0)
        response = await self._inner.handle_async_request(request)
        self.calls[place] = seen = replace(seen, status=response.status_code)
        if not self._reads:
            return response
        body = self._changed(await response.aread())
        await response.aclose()
        self.calls[place] = replace(seen, body=body)
        no_longer_true = {b"content-length", b"content-encoding"} if _is_gzip(response) else {b"content-length"}
        headers = [(name, value) for name, value in response.headers.raw if name.lower() not in no_longer_true]
        return httpx.Response(response.status_code, headers=headers, stream=httpx.ByteStream(body))

    def _changed(self, body: bytes) -> bytes:
        if self._rewrite is None:
            return body
        try:
            value = json.loads(body)
        except ValueError:
            return body
        return json.dumps(self._rewrite(value)).encode()


def _names(body: str) -> set[str]:
    """Return the names in a body: of a form's fields, or of JSON's members, however deep."""
    try:
        value = json.loads(body)
    except ValueError:
        return {name for name, _ in parse_qsl(body, keep_blank_values=True)}
    return set(_members(value))


def _members(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, one in value.items():
            yield f"{path}{name}"
            yield from _members(one, f"{path}{name}.")
    elif isinstance(value, list):
        for one in value:
            yield from _members(one, f"{path}[].")


def _is_gzip(response: httpx.Response) -> bool:
    """Tell whether reading has unpacked the body."""
    encoding: str = response.headers.get("content-encoding", "")
    return encoding.lower() == "gzip"


def leaves(change: Callable[[str, Any], Any]) -> Rewrite:
    """Return a rewrite that puts `change(key, value)` in the place of every value that is no list and no object.

    What `change` returns as `...` is dropped. An entry of a list has the list's key.
    """

    def rewrite(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            changed = {name: rewrite(one, name) for name, one in value.items()}
            return {name: one for name, one in changed.items() if one is not ...}
        if isinstance(value, list):
            return [one for one in (rewrite(one, key) for one in value) if one is not ...]
        return change(key, value)

    return rewrite


def renamed(names: Mapping[str, Any]) -> Rewrite:
    """Return a rewrite that replaces whole values: a number by a number, where the new text is one of the same digits.

    What is no text in `names` takes the old value's place as it is.
    """

    def change(_: str, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int):
            return value
        new = names.get(str(value), value)
        is_number = isinstance(value, int) and isinstance(new, str) and new.isdecimal() and str(int(new)) == new
        return int(new) if is_number else new

    return leaves(change)


def said_in(body: bytes) -> list[Any]:
    """Return the values of an answer that are no lists and no objects; none where it is no JSON."""
    values: list[Any] = []

    def note(_: str, value: Any) -> Any:
        values.append(value)
        return value

    with contextlib.suppress(ValueError):
        leaves(note)(json.loads(body))
    return values
