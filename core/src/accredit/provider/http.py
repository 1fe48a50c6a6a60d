"""Calls to providers, whatever carries them.

Every call is bounded in time and size, goes to a declared origin or nowhere, follows no redirect, keeps no cookies,
and never shows its query in a log. `accredit.provider.transport` makes the transport that an engine uses; tests and
hosts may pass any `httpx.AsyncBaseTransport` in its place.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr

from accredit._quick_init import with_quick_init
from accredit.errors import ExchangeError, OutOfDescriptors, PluginFailed, ProviderUnavailable
from accredit.provider.body import is_packed, read_json, unpacked
from accredit.provider.bounds.passage import Passage
from accredit.provider.bounds.retries import NotConnected, again, is_out_of_order, may_pass
from accredit.provider.headers import Headers, content_encoding
from accredit.provider.request import Basic, request_of
from accredit.provider.time_limit import TimeLimit
from accredit.provider.transport import sender_of
from accredit.provider.transport.causes import lacks_descriptors
from accredit.provider.transport.messages import Address, Reply, Request, Whole, address_of

Transport = httpx.AsyncBaseTransport
"""What a host or a test may hand in: whatever sends one `httpx.Request` and returns an `httpx.Response`."""

_LOOPBACK = re.compile(r"localhost|127(\.[0-9]{1,3}){3}|::1")
_DEFAULT_PORTS = {"https": 443, "http": 80}
_NEVER_SENT = (httpx.LocalProtocolError, httpx.UnsupportedProtocol, UnicodeError)
"""What transports raise about a request that is no request: a line break in a header, a host that is no name."""
_NOT_CONNECTED = (httpx.NetworkError, httpx.ConnectTimeout, ConnectionError)
_BROKEN = (httpx.TransportError, OSError, EOFError, ValueError, RuntimeError)
"""What transports raise, the odd ones of tests too."""
_REMEMBERED = 256
"""So many URLs of a client are taken apart once: most strategies call a handful, some have a user's id in the path."""


def origin(url: str) -> str:
    """Return `scheme://host:port` of a URL, to compare hosts exactly."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}:{parts.port or _DEFAULT_PORTS.get(parts.scheme, 0)}"


def _is_private(url: str) -> bool:
    """Tell whether nobody on the way can read or answer a call."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _LOOPBACK.fullmatch(parts.hostname or "") is not None)


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _endpoint(url: str, *, shows_path: bool) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    return f"{host}{parts.path}" if shows_path else host


@with_quick_init
@dataclass(frozen=True, slots=True)
class ProviderCall:
    """One finished call, for the audit event: `url` is without its query, `status` None where none arrived."""

    method: str
    url: str
    status: int | None
    duration_ms: float
    endpoint: str = ""
    """Host and path, where the path names no user; else the host alone. There are few of them."""
    began: float = field(default=0.0, repr=False, compare=False)
    """When, in seconds of `time.perf_counter`."""


@with_quick_init
@dataclass(frozen=True, slots=True)
class ProviderResponse:
    """What a provider answered, whole, unpacked and within the size limit. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """Return the body as JSON in UTF-8, whatever type it has.

        A byte order mark is skipped, and a text may hold raw control characters: pass what becomes a claim through
        `accredit.text`.

        Raises:
            ProviderUnavailable: the body is no JSON, nests too deeply, holds NaN or a number without end, or an object
                with one name twice.
        """
        try:
            return read_json(self.body)
        except (ValueError, RecursionError) as exc:
            raise ProviderUnavailable(f"answer with status {self.status} is not JSON") from exc

    def json_object(self) -> dict[str, Any]:
        """Return the body as a JSON object.

        Raises:
            ProviderUnavailable: the body is no JSON object.
        """
        value = self.json()
        if not isinstance(value, dict):
            raise ProviderUnavailable(f"answer with status {self.status} is not a JSON object")
        return value

    def object_or_empty(self) -> dict[str, Any]:
        """Return the body as a JSON object; of a refusal without one, an empty object.

        An error page of a machine in front of the provider is no JSON: its status is all there is.

        Raises:
            ProviderUnavailable: the status is 200, and the body is no JSON object.
        """
        try:
            return self.json_object()
        except ProviderUnavailable:
            if self.status == 200:
                raise
            return {}


class ProviderHTTP:
    """Send requests to the https origins of `urls`, and remember each call for the audit event.

    `shows_paths` says that no path names a user.

    An origin without TLS counts as declared on loopback only, whatever a strategy's settings let through.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        urls: Iterable[str],
        timeout_s: float,
        max_response_bytes: int,
        proxy: SecretStr | None = None,
        retries: int = 0,
        shows_paths: bool = False,
    ) -> None:
        self._send_request = sender_of(transport)
        self._origins = frozenset(origin(url) for url in urls if _is_private(url))
        self._time_limit = TimeLimit(timeout_s)
        self._max_response_bytes = max_response_bytes
        self._proxy = proxy
        self._retries = retries
        self._shows_paths = shows_paths
        self._target = lru_cache(_REMEMBERED)(self._examine)
        self.passage = Passage()
        """The way of this exchange's calls, by which they are bounded together."""
        self.calls: list[ProviderCall] = []
        self.received_bytes = 0
        """Of all answers' bodies, unpacked."""

    def anew(self, passage: Passage) -> Self:
        """Return a client of the same reach that has made no call yet: each exchange has its own."""
        other = object.__new__(type(self))
        other.__dict__ = {**self.__dict__, "calls": [], "passage": passage}
        return other

    def is_declared(self, url: str) -> bool:
        """Tell whether `url` is of a host that may be called, such as one that a document of the provider names."""
        try:
            self._target_of(url)
        except PluginFailed:
            return False
        return True

    def require_declared(self, url: str) -> None:
        """Check that `url` is one that may be called; no I/O.

        Raises:
            PluginFailed: it is of a host that the strategy did not declare, or no URL at all.
        """
        self._target_of(url)

    def _target_of(self, url: str) -> "_Target":
        try:
            return self._target(url)
        except (ValueError, TypeError, AttributeError, httpx.InvalidURL) as exc:
            raise PluginFailed(f"the strategy made a URL that cannot be called: {type(exc).__name__}") from None

    def _examine(self, url: str) -> "_Target":
        if origin(url) not in self._origins:
            raise PluginFailed(f"the strategy did not declare the host {urlsplit(url).hostname}")
        return _Target(address_of(httpx.URL(url)), _shown(url), _endpoint(url, shows_path=self._shows_paths))

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        basic: Basic | None = None,
        reads_only: bool = True,
    ) -> ProviderResponse:
        """Send one GET with `params` as the query; `basic` as in `post`.

        `reads_only=False` is for a provider that uses something up by a GET, such as a code: it is never sent twice.

        Raises:
            ProviderUnavailable: no answer in time, none at all, a redirect, one too large, or packed by more than gzip.
            PluginFailed: the URL is of a host that the strategy did not declare, or the call cannot be sent as it is.
        """
        target = self._target_of(url)
        request = request_of(
            "GET", target.address, params=params, headers=headers, basic=basic, reads_only=reads_only, proxy=self._proxy
        )
        return await self._send(request, target, self.passage)

    async def get_key_set(self, url: str) -> ProviderResponse:
        """Send one GET for keys, or a document: they have bounds of their own, since their host may be up alone."""
        target = self._target_of(url)
        request = request_of("GET", target.address, reads_only=True, proxy=self._proxy)
        return await self._send(request, target, Passage(until=self.passage.until))

    async def post(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        no_body: bool = False,
        basic: Basic | None = None,
        headers: Mapping[str, str] | None = None,
        reads_only: bool = False,
    ) -> ProviderResponse:
        """Send one POST with a urlencoded form body, empty by default, or with a JSON body. Raises as `get` does.

        `no_body=True` sends neither a body nor a `Content-Type`: some servers take the type of an empty form for a
        mistake.

        `json` is anything that JSON can hold but None, which stands for "no JSON body": text, numbers other than NaN
        and the infinite ones, lists, dictionaries. It travels as compact UTF-8. A `SecretStr` must be revealed first.

        `basic` is a user of visible ASCII characters without a colon, and a `SecretStr`: the header `Authorization` as
        RFC 7617 section 2 has it. Most OAuth servers take client id and secret as they are; those that follow RFC 6749
        section 2.3.1 to the letter expect each to be form-encoded first (`urllib.parse.quote_plus`), which makes a
        difference only where one holds more than letters, digits, `-`, `.` and `_`.

        `reads_only` says that the call changes nothing at the provider: then it is made again, as a GET is, where that
        may help. Never say so of what is good once, such as a code. A call that is signed by OAuth 1.0a or DPoP holds a
        nonce, and is not made again in any case.
        """
        target = self._target_of(url)
        request = request_of(
            "POST",
            target.address,
            form=form,
            json=json,
            no_body=no_body,
            headers=headers,
            basic=basic,
            reads_only=reads_only,
            proxy=self._proxy,
        )
        return await self._send(request, target, self.passage)

    async def delete(
        self,
        url: str,
        *,
        json: Any = None,
        basic: Basic | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ProviderResponse:
        """Send one DELETE, with a JSON body where `json` is given; it is never sent twice.

        `json` and `basic` are as in `post`. Raises as `get` does.
        """
        target = self._target_of(url)
        request = request_of("DELETE", target.address, json=json, headers=headers, basic=basic, proxy=self._proxy)
        return await self._send(request, target, self.passage)

    async def _send(self, request: Request, target: "_Target", passage: Passage) -> ProviderResponse:
        passage.begin()
        try:
            try:
                response = await self._once(request, target, passage)
            except NotConnected as exc:
                response = await self._again(exc, request, target, passage)
            else:
                if response.status >= 400 and may_pass(response):
                    response = await self._again(response, request, target, passage)
        except NotConnected as exc:
            passage.note("outage")
            raise ProviderUnavailable(f"call failed: {exc}") from None
        if response.status < 500:
            passage.note("answered")
        elif response.status == 500:
            passage.note("stumbled")
        elif is_out_of_order(response.status):
            passage.note("outage")
        return response

    async def _again(
        self, first: ProviderResponse | NotConnected, request: Request, target: "_Target", passage: Passage
    ) -> ProviderResponse:
        return await again(
            first,
            partial(self._once, request, target, passage),
            retries=self._retries if passage.may_retry and _may_be_made_again(request) else 0,
            remaining_s=min(passage.remaining_s, self._time_limit.seconds),
        )

    async def _once(self, request: Request, target: "_Target", passage: Passage) -> ProviderResponse:
        status: int | None = None
        started = time.perf_counter()
        try:
            with self._time_limit.block():
                reply = await self._send_request(request)
                status = reply.status
                whole = reply if isinstance(reply, Whole) else await self._read(reply)
            return self._response(whole)
        except ExchangeError:
            is_outage = status is not None and is_out_of_order(status)
            passage.note("outage" if is_outage else "stumbled")  # it redirects, or its body cannot be read
            raise
        except asyncio.CancelledError:
            passage.note_cancelled(time.perf_counter() - started)
            raise
        except TimeoutError:
            passage.note("outage")
            raise ProviderUnavailable("call timed out") from None
        except _NEVER_SENT as exc:
            raise PluginFailed(f"the strategy made a request that cannot be sent: {type(exc).__name__}") from None
        except _BROKEN as exc:
            if lacks_descriptors(exc):
                raise OutOfDescriptors from None
            if status is None and isinstance(exc, _NOT_CONNECTED):
                raise NotConnected(type(exc).__name__) from None
            passage.note("outage")
            # Not chained: the transport's message may quote the URL with its query.
            raise ProviderUnavailable(f"call failed: {type(exc).__name__}") from None
        finally:
            duration_ms = (time.perf_counter() - started) * 1000
            self.calls.append(ProviderCall(request.method, target.shown, status, duration_ms, target.endpoint, started))

    async def _read(self, reply: Reply) -> Whole:
        """Wait for the body, unless it would be refused in any case."""
        try:
            _require_readable(reply.status, reply.headers)
            body = bytearray()
            while len(body) <= self._max_response_bytes and (part := await reply.read()):
                body += part
            return Whole(reply.status, reply.headers, bytes(body))
        finally:
            await reply.close()

    def _response(self, whole: Whole) -> ProviderResponse:
        status, headers, body = whole
        must_unpack, most = _require_readable(status, headers), self._max_response_bytes
        if len(body) > most:  # what is longer packed than it may be unpacked has nothing to say
            raise ProviderUnavailable(
                "packed answer is over the limit" if must_unpack else f"answer is over {most} bytes"
            )
        if must_unpack:
            body = unpacked(body, max_bytes=most)
        self.received_bytes += len(body)
        return ProviderResponse(status, Headers(headers), body)


def _require_readable(status: int, headers: Sequence[tuple[bytes, bytes]]) -> bool:
    """Refuse an answer whose body nobody is to read; tell whether it is packed."""
    if 300 <= status < 400:
        raise ProviderUnavailable("the provider redirects; redirects are not followed")
    encoding = content_encoding(headers)
    return encoding is not None and is_packed(encoding)


def _may_be_made_again(request: Request) -> bool:
    """Tell whether a call changes nothing, and is not itself good once: signed with a nonce, it would be a replay.

    Source: RFC 5849 section 3.3 (OAuth 1.0a); RFC 9449 section 11.1 (DPoP).
    """
    return request.reads_only and not any(
        name == "dpop" or (name == "authorization" and value[:6].lower() == "oauth ") for name, value in request.headers
    )


class _Target(NamedTuple):
    """A URL that may be called, what of it may be shown, and what of it is the same for everybody."""

    address: Address
    shown: str
    endpoint: str
