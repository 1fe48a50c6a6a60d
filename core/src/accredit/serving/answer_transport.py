"""What an answer is written to."""

import asyncio
from collections.abc import Callable


class AnswerTransport(asyncio.Transport):
    """The transport of a connection, but for closing: how an answer may end its connection is for `close` to say."""

    def __init__(self, transport: asyncio.Transport, *, close: Callable[[], None]) -> None:
        super().__init__()
        self._transport = transport
        self._close = close

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send data."""
        self._transport.write(data)

    def is_closing(self) -> bool:
        """Say whether nothing can be sent any more."""
        return self._transport.is_closing()

    def close(self) -> None:
        """End the connection after what was written."""
        self._close()
