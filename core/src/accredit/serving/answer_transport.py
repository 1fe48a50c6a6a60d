"""What an answer is written to."""

import asyncio
from collections.abc import Callable

_INTERIM = b"HTTP/1.1 1"
"""How `100 Continue` begins, for which a client waits before it sends the body."""


class AnswerTransport(asyncio.Transport):
    """The transport of a connection, but for closing: how an answer may end its connection is for `close` to say.

    uvicorn writes the head of an answer, then its body. The head waits for what follows at once, until `soon` calls:
    each piece that is sent costs as much as the other, and wakes the client.
    """

    __slots__ = ("_close", "_head", "_is_begun", "_soon", "_transport")

    def __init__(
        self,
        transport: asyncio.Transport,
        *,
        close: Callable[[], None],
        soon: Callable[[Callable[[], None]], object],
    ) -> None:
        super().__init__()
        self._transport = transport
        self._close = close
        self._soon = soon
        self._is_begun = False
        self._head = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send data; the head of an answer with what comes next."""
        if self._is_begun:
            head, self._head = self._head, b""
            self._transport.write(head + data if head else data)
        elif data[: len(_INTERIM)] == _INTERIM:
            self._transport.write(data)
        else:
            self._is_begun, self._head = True, bytes(data)
            self._soon(self._send_head)

    def end(self) -> None:
        """End an answer: the next data begin another one."""
        self._is_begun = False
        self._send_head()

    def is_closing(self) -> bool:
        """Say whether nothing can be sent any more."""
        return self._transport.is_closing()

    def close(self) -> None:
        """End the connection after what was written."""
        self.end()
        self._close()

    def _send_head(self) -> None:
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)
