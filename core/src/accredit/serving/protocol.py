"""uvicorn's HTTP protocol, bounded: in memory, in time, and to one request of a connection at a time.

uvicorn parses whatever arrives: megabytes of headers, and every request that a client sends ahead, each with all it
takes to answer it. Here a head is parsed once it is whole and in bounds, and the bytes behind a request once that is
answered. What is refused, or not read to its end, ends the connection.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from accredit.serving.body import Body
from accredit.serving.cycle import Cycle
from accredit.serving.head import Head
from accredit.serving.refusal import RequestRefused, headers_too_slow, malformed, no_room
from accredit.settings import ServerSettings

LINGER_S = 2.0
"""For so long the last answer may be on its way: closing upon unread bytes would lose it.

Source: RFC 9112 section 9.6.
"""
UNREAD_ANSWER_S = 10.0
"""For so long a client may leave an answer unread."""

_HEEDED = frozenset({b"host", b"content-length", b"transfer-encoding", b"expect"})
"""Headers that say something to the server itself."""

WaitingConnections = dict["BoundedProtocol", None]
"""The connections of a server that wait for a request, longest first."""


class Stage(Enum):
    """Where a connection is."""

    WAITING = auto()
    HEAD = auto()
    BODY = auto()
    ANSWERING = auto()
    """The request is there, its answer is not."""
    CLOSING = auto()
    """Nothing is read any more, but until the client has the answer it is thrown away."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection. All connections of a server share `waiting`."""

    # uvicorn's attributes and these would be more than instances share a table of names for: 1.3 KB a connection.
    __slots__ = (
        "_ahead",
        "_body",
        "_head",
        "_hosts",
        "_idle_timer",
        "_idle_until",
        "_is_last",
        "_length",
        "_limits",
        "_may_stay",
        "_stage",
        "_timer",
        "_unread_timer",
        "_waiting",
    )

    cycle: Cycle  # type: ignore[assignment]  # one of ours

    def __init__(self, *args: Any, limits: ServerSettings, waiting: WaitingConnections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._limits = limits
        self._waiting = waiting
        self._stage = Stage.WAITING
        self._head = Head(limits)
        self._ahead = b""  # what has arrived behind a request that is not answered yet
        self._is_last = False
        self._timer: asyncio.TimerHandle | None = None
        self._idle_timer: asyncio.TimerHandle | None = None
        self._idle_until = 0.0
        self._unread_timer: asyncio.TimerHandle | None = None

    @property
    def is_idle(self) -> bool:
        """Whether no request has arrived in full."""
        return self._stage is Stage.WAITING or self._stage is Stage.HEAD

    # -- the connection

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Make room for the connection at the cost of the one that has waited longest."""
        super().connection_made(transport)
        if len(self.connections) > self._limits.max_connections:
            if not self._waiting:
                self._refuse(no_room())
                return
            next(iter(self._waiting)).close()
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stage = Stage.CLOSING
        self._waiting.pop(self, None)
        self._stop_timer()
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None
        self._read_at_last()
        super().connection_lost(exc)
        self._forget()

    def close(self) -> None:
        """Close the connection; what was written is still sent."""
        self._leave(Stage.CLOSING)
        self._start_timer(LINGER_S, self.transport.abort)
        self.transport.close()

    def finish(self) -> None:
        """Let the next answer be the last one: the server stops."""
        self._is_last = True
        if self._stage in (Stage.BODY, Stage.ANSWERING):
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Stop, as soon as the request that has arrived is answered."""
        self.finish()
        if self.is_idle:
            self.close()

    # -- what arrives

    def data_received(self, data: bytes) -> None:
        """Read what belongs to the request in hand."""
        if self._stage is Stage.CLOSING:
            return
        if self._stage is Stage.ANSWERING:
            self._keep(data)
            return
        try:
            self._read(data)
        except RequestRefused as refused:
            self._refuse(refused)

    def _read(self, data: bytes) -> None:
        at = 0
        if self.is_idle:
            head, data = self._head.take(data)
            if head:
                self._parse(head)
                if self.is_idle:
                    raise malformed()  # the preface of HTTP/2, for which the parser waits for more
            elif self._stage is Stage.WAITING and self._head.begun:
                self._stage = Stage.HEAD
                self._start_timer(self._limits.header_timeout_s, self._head_is_late)
        while self._stage is Stage.BODY and at < len(data):
            end = self._body.end(data, at)
            self._parse(data[at:end])
            at = end
        if at < len(data):
            self._keep(data[at:])

    def _parse(self, data: bytes) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:  # its text quotes the request
            raise malformed() from None

    def _keep(self, data: bytes) -> None:
        """Keep what a client sends ahead until its turn comes, and read no more. Too much of it ends the connection."""
        self.flow.pause_reading()
        self._ahead += data
        if len(self._ahead) > self._limits.max_header_bytes:
            self.finish()

    # -- what the parser finds

    def on_message_begin(self) -> None:
        """Begin a request."""
        if not self.is_idle:
            raise malformed()  # where this one ends is not where the last byte parsed was
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self._hosts = 0
        self._length: int | None = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header."""
        name = name.lower()
        self.headers.append((name, value))
        if name in _HEEDED:
            self._heed(name, value)

    def _heed(self, name: bytes, value: bytes) -> None:
        if name == b"host":
            self._hosts += 1
        elif name == b"content-length":
            self._length = int(value)
        elif name == b"expect":
            self.expect_100_continue |= value.lower() == b"100-continue"
        elif value.lower() != b"chunked":
            raise malformed()  # nobody here would undo another one
        else:
            self._length = None

    def on_headers_complete(self) -> None:
        """Hand the request to the app. Source: RFC 9112 section 3.2, on `Host`."""
        version = self.parser.get_http_version()
        if version not in ("1.0", "1.1") or self._hosts > 1 or (self._hosts == 0 and version == "1.1"):
            raise malformed()
        if self.parser.should_upgrade():
            raise malformed()  # CONNECT: what follows would be no HTTP
        scope = self._scope(version)  # before it is a request in hand: the address may be one that cannot be read
        self._leave(Stage.BODY)
        self._body = Body(self._length, max_framing_bytes=self._limits.max_header_bytes)
        # An answer that is given before the body has arrived ends the connection; see `on_message_complete`.
        self._may_stay = version == "1.1" and self.parser.should_keep_alive()
        self.cycle = cycle = Cycle(
            scope,
            self.server_state.default_headers,
            self.transport,
            self.flow,
            expects_continue=self.expect_100_continue,
            ended=self.on_response_complete,
            close=self._close_after_answer,
        )
        self.headers = []  # what comes as a trailer, behind the body, is for nobody
        cycle.task = self.loop.create_task(cycle.run(self.app, self.logger, self.tasks))
        self.tasks.add(cycle.task)

    def _scope(self, version: str) -> dict[str, Any]:
        url = httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": version,
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "method": self.parser.get_method().decode("ascii"),
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": url.path,
            "query_string": url.query or b"",
            "headers": self.headers,
            "state": self.app_state.copy(),
        }

    def on_body(self, body: bytes) -> None:
        """Hand a part of the body to the app."""
        self._body.has_data()
        self.cycle.take(body)

    def on_message_complete(self) -> None:
        """Say that the whole request is there."""
        self._stage = Stage.ANSWERING
        if not self.cycle.response_started:
            self.cycle.keep_alive = self._may_stay and not self._is_last
        self.cycle.end_body()

    # -- answers

    def on_response_complete(self) -> None:
        """Go on with what was sent ahead, or wait."""
        self.server_state.total_requests += 1
        if self._stage is Stage.ANSWERING and not self.transport.is_closing():
            ahead, self._ahead = self._ahead, b""
            self._stage = Stage.WAITING
            self._forget()
            self.flow.resume_reading()
            self._wait()
            if ahead:
                self.data_received(ahead)

    def _forget(self) -> None:
        """Let go of the request that is answered: a connection may wait long for the next one."""
        self.headers = []
        self.cycle = None  # type: ignore[assignment]  # as uvicorn has it before the first request

    def pause_writing(self) -> None:
        """Wait for the client to read its answer, for a while."""
        super().pause_writing()
        self._unread_timer = self.loop.call_later(UNREAD_ANSWER_S, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on."""
        super().resume_writing()
        self._read_at_last()

    def _read_at_last(self) -> None:
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None

    def _refuse(self, refused: RequestRefused) -> None:
        self.logger.warning("Refused: %s", refused)
        if self._stage is Stage.BODY:
            started = self.cycle.is_written
            self.cycle.lose()
        else:
            started = False
        if not started:
            self.transport.write(refused.answer(self.server_state.default_headers))
        self._linger()

    def _close_after_answer(self) -> None:
        if self._stage is Stage.ANSWERING and not self._ahead:
            self.close()
        else:
            self._linger()

    def _linger(self) -> None:
        """Tell the client that nothing more comes, and throw away what it sends until it has seen that."""
        self._leave(Stage.CLOSING)
        self._ahead = b""
        with suppress(OSError):  # the client has reset the connection since
            self.transport.write_eof()
        self.flow.resume_reading()
        self._start_timer(LINGER_S, self.transport.abort)

    # -- time

    def _wait(self) -> None:
        """Wait for a request. The timer runs on through those that come: a new one for each would cost more."""
        self._waiting[self] = None
        self._stop_timer()
        self._idle_until = self.loop.time() + self._limits.keep_alive_s
        if self._idle_timer is None:
            self._idle_timer = self.loop.call_at(self._idle_until, self._may_be_idle)

    def _may_be_idle(self) -> None:
        self._idle_timer = None
        if self._stage is not Stage.WAITING:
            return
        if self.loop.time() < self._idle_until:
            self._idle_timer = self.loop.call_at(self._idle_until, self._may_be_idle)
        else:
            self.close()

    def _head_is_late(self) -> None:
        self._refuse(headers_too_slow())

    def _leave(self, stage: Stage) -> None:
        """Go to `stage`, where nothing is waited for."""
        self._stage = stage
        self._waiting.pop(self, None)
        self._stop_timer()

    def _start_timer(self, seconds: float, then: Callable[[], object]) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(seconds, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
