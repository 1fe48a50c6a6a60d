"""`[operator]`, for commands that serve: an address of its own, and the page that answers there."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

from accredit.serving.addresses import listen
from accredit.serving.listener import url_of
from accredit.settings import OperatorSettings, ServerSettings

if TYPE_CHECKING:
    from accredit.exchange.engine import Engine
    from accredit.operator import Board

PUBLISH_S = 1.0


@contextmanager
def operator_listener(settings: OperatorSettings) -> Iterator[socket.socket | None]:
    """Listen where the page is; None where it is off.

    Raises:
        ConfigurationError: the address cannot be had.
    """
    if not settings.enabled:
        yield None
        return
    with listen(settings.host, settings.port, options="operator.host or operator.port") as listener:
        yield listener


def make_board(settings: OperatorSettings, workers: int) -> Board | None:
    """Return the memory that workers share for the page; None where it is off."""
    if not settings.enabled:
        return None
    from accredit.operator import Board  # not at the top: who has no page must not pay for it

    return Board(workers)


class OperatorDoor:
    """The page, served at `listener`; with a `board` by one of the workers, to whom this one is `number`.

    The first one serves it, `is_first`: so there is one place that knows who has signed in.
    """

    def __init__(
        self,
        settings: OperatorSettings,
        listener: socket.socket,
        *,
        board: Board | None = None,
        number: int = 0,
        is_first: bool = True,
    ) -> None:
        from accredit.operator import Everybody, View

        view = View(worker=number)
        self.plugins: Sequence[object] = (view,)
        self.url = f"{url_of(listener)}/"
        self._settings = settings
        self._everybody = Everybody(view, board=board, number=number)
        self._listener = listener
        self._is_alone = board is None
        self._answers = is_first

    @asynccontextmanager
    async def served(self, limits: ServerSettings, engine: Engine) -> AsyncIterator[None]:
        """Answer while the block runs, if this is the one that does; and let the one that does know how things are."""
        import asyncio
        from contextlib import AsyncExitStack

        from accredit.operator import make_page
        from accredit.serving.beside import served_beside

        async with AsyncExitStack() as stack:
            if self._answers:
                page = make_page(self._settings, engine, self._everybody)
                await stack.enter_async_context(served_beside(page, self._listener, limits))
            publishing = asyncio.create_task(self._publish_often())
            stack.callback(publishing.cancel)
            yield

    async def _publish_often(self) -> None:
        import asyncio

        while not self._is_alone:
            self._everybody.publish()
            await asyncio.sleep(PUBLISH_S)
