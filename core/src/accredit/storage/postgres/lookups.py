"""Look-ups that are wanted at the same moment share one statement, on a connection of their own.

One statement is under way at a time; what is asked meanwhile is in the next one. So a look-up sees whatever was
committed before it was asked, and a thousand at once cost a few trips.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

import asyncpg
from asyncpg.exceptions import InterfaceError

from accredit.errors import ExchangeError, StorageFailed
from accredit.storage.postgres.connector import Connector, Driver
from accredit.storage.postgres.driver import LOST
from accredit.storage.sql.failures import failure

Asked = TypeVar("Asked")
Found = TypeVar("Found")

_LARGEST = 256
"""Questions in one statement."""
_MOST_WAITING = 8_192

Ask = Callable[[Driver, Sequence[Asked]], Awaitable[Sequence[Found]]]


class Question(Generic[Asked, Found]):
    """One kind of look-up: `ask` answers many at once, in their order."""

    def __init__(self, ask: "Ask[Asked, Found]") -> None:
        self.ask = ask
        self.waiting: list[tuple[Asked, asyncio.Future[Found]]] = []


class Lookups:
    """The connection, and who waits for an answer. For one event loop."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._questions: list[Question[Any, Any]] = []
        self._driver: Driver | None = None
        self._is_stale = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_asking(self) -> bool:
        """Tell whether its connection is busy."""
        return self._task is not None and not self._task.done()

    def question(self, ask: "Ask[Asked, Found]") -> "Question[Asked, Found]":
        """Add a kind of look-up."""
        made = Question(ask)
        self._questions.append(made)
        return made

    async def ask(self, question: "Question[Asked, Found]", asked: Asked) -> Found:
        """Return the answer to one question.

        Raises:
            StorageFailed: there is none, or too many wait already.
        """
        if len(question.waiting) >= _MOST_WAITING:
            raise StorageFailed("more look-ups wait than the database keeps up with")
        answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        question.waiting.append((asked, answer))
        if not self.is_asking:
            self._task = asyncio.create_task(self._answer_all())
            self._task.add_done_callback(self._let_nobody_wait)
        return await answer

    async def close(self) -> None:
        """Answer who waits, then let go of the connection."""
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        driver, self._driver = self._driver, None
        if driver is not None:
            await driver.close()

    def drop_connection(self) -> None:
        """Have the next look-up make a connection: the server of this one is not the one that takes writes."""
        self._is_stale = True

    def _let_nobody_wait(self, ended: "asyncio.Task[None]") -> None:
        """Where the loop ends, cancel who still waits."""
        if ended.cancelled():
            for question in self._questions:
                for _, answer in question.waiting:
                    answer.cancel()
                question.waiting = []

    async def _answer_all(self) -> None:
        while waits := [one for one in self._questions if one.waiting]:
            for question in waits:
                batch = [one for one in question.waiting[:_LARGEST] if not one[1].done()]
                del question.waiting[:_LARGEST]
                try:
                    await self._answer(question, batch)
                except asyncio.CancelledError:
                    question.waiting = batch + question.waiting
                    raise

    async def _answer(self, question: "Question[Any, Any]", batch: "list[tuple[Any, asyncio.Future[Any]]]") -> None:
        if not batch:
            return
        try:
            found = await self._asked(question, [asked for asked, _ in batch])
        except Exception as exc:
            if len(batch) > 1 and not isinstance(exc, OSError | ExchangeError) and self._driver is not None:
                for one in batch:  # somebody's value that PostgreSQL cannot hold, say: nobody else's trouble
                    await self._answer(question, [one])
                return
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(failure(exc))
            return
        for (_, answer), its in zip(batch, found, strict=True):
            if not answer.done():  # who asked has gone
                answer.set_result(its)

    async def _asked(self, question: "Question[Any, Any]", asked: Sequence[Any]) -> Sequence[Any]:
        """Ask once more where the connection was a dead one: nobody had told us before."""
        was_there = self._driver is not None
        try:
            return await self._ask_now(question, asked)
        except (asyncpg.PostgresError, InterfaceError, *LOST) as exc:
            if self._driver is not None or not was_there or isinstance(exc, TimeoutError):
                raise
            return await self._ask_now(question, asked)

    async def _ask_now(self, question: "Question[Any, Any]", asked: Sequence[Any]) -> Sequence[Any]:
        if self._is_stale or self._driver is None or self._driver.is_closed():
            self._cut()
            self._driver, self._is_stale = await self._connector.connect(), False
        try:
            return await question.ask(self._driver, asked)
        except BaseException as exc:
            # One that was not answered in time, or cancelled, may be answered in the place of the next.
            if self._driver.is_closed() or not isinstance(exc, asyncpg.PostgresError | InterfaceError | ValueError):
                self._cut()
            raise

    def _cut(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.terminate()
