"""The way to what nodes share: used by many at once, bounded in time, and free of cost while nobody is there.

Commands that are waiting go together, over one connection, as soon as those before them have been answered. Where an
answer is late, or says that the server cannot do its work, the server counts as gone: nobody asks it, and nobody waits
for it, until a look in the background has found that it can be written again.
"""

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from accredit._guard import place_of
from accredit._network import why_unreachable
from accredit.cache.redis.client import Client

FIRST_REST_S = 0.1
"""At most, before the first look whether it is back: a hiccup is over then."""
LONGEST_REST_S = 5.0
"""It doubles with each look, up to this."""
_LOOK_S = 1.0
"""For one look at least, which connects anew."""
_TURNS = 5
"""Of the event loop: in these an answer that has arrived is read to its end."""
_MOST_AT_ONCE = 128
_PROBE = "return redis.call('SET', KEYS[1], '1', 'PX', 1000) and 1"
_PROBE_KEY = "accredit:probe"
_OF_ONE_KEY = ("WRONGTYPE", "value is not an integer", "increment or decrement would overflow")
"""How an answer begins that says something of one key alone: somebody else has written it."""
_PLAIN = {
    "AuthenticationError": "the server refuses our user or password",
    "NoPermissionError": "the server's rules let our user do too little",
    "OutOfMemoryError": "the server is full",
    "ReadOnlyError": "the server is a replica, which takes no writes",
    "BusyLoadingError": "the server still loads its data",
    "TimeoutError": "the server does not answer in time",
    "RedisClusterException": "no node of the cluster can be used",
    "MasterNotFoundError": "no Sentinel can be reached that knows a primary by this name",
    "ConnectionError": "the server cannot be reached",
}
"""What an error means, by its class or the nearest of those above it: the library's, or Python's own."""


class Away(Exception):
    """Say that what nodes share cannot be asked now."""


class Spoilt(Away):
    """Say that somebody else has written what was asked for, and that it is of another kind than ours."""


def rests_s() -> Iterator[float]:
    """Yield how long to rest before each look: all who have lost it at once do not look at once."""
    longest_s = FIRST_REST_S
    while True:
        yield longest_s * random.uniform(0.5, 1)  # noqa: S311 - nobody gains by guessing it
        longest_s = min(longest_s * 2, LONGEST_REST_S)


class Line:
    """Ask the server that `make_client` goes to; `timeout_s` is how long an answer may take.

    `place` says where it is, without user and password.

    `report` is told `cache.away` with what is wrong, where a look has found that it stays away, and `cache.back`.
    """

    def __init__(
        self,
        make_client: Callable[[], Client],
        *,
        place: str,
        timeout_s: float,
        report: Callable[[str, str], None],
    ) -> None:
        self.is_away = True
        self.failures = 0
        """How often it was found to be gone since the start."""
        self._make_client = make_client
        self._place = place
        self._timeout_s = timeout_s
        self._report = report
        self._client: Client | None = None
        self._waiting: deque[tuple[tuple[Any, ...], asyncio.Future[Any]]] = deque()
        self._runner: asyncio.Task[None] | None = None
        self._watcher: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Look whether it is there. Where it is not, that is told, and looked at again and again."""
        try:
            await self._look()
        except Exception as exc:  # whatever the library raises
            self.failures += 1
            self._report("cache.away", _detail(exc, self._place))
            self._watcher = asyncio.create_task(self._watch(was_told=True))
        else:
            self.is_away = False

    async def close(self) -> None:
        """End what is under way, and close the connections."""
        self.is_away = True
        tasks = [task for task in (self._runner, self._watcher) if task is not None]
        self._runner = self._watcher = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._refuse_all()
        await self._hang_up()

    async def ask(self, *command: Any) -> Any:
        """Return what the server answers.

        Raises:
            Away: nobody is there, or the answer was late, or it cannot do its work; or `Spoilt`.
        """
        if self.is_away:
            raise Away
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, future))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        waiting = self._waiting
        while waiting and not self.is_away:
            batch = [waiting.popleft() for _ in range(min(len(waiting), _MOST_AT_ONCE))]
            try:
                answers = await self._send([command for command, _ in batch], self._timeout_s)
            except BaseException as exc:  # whatever the library raises, or the end of all
                waiting.extendleft(reversed(batch))
                if not isinstance(exc, Exception):
                    raise
                self._fall(exc)
                break
            for (_, future), answer in zip(batch, answers, strict=True):
                self._hand_over(future, answer)
        if asyncio.current_task() is self._runner:
            self._runner = None

    async def _send(self, commands: list[tuple[Any, ...]], timeout_s: float) -> list[Any]:
        if self._client is None:
            self._client = self._make_client()
        async with asyncio.timeout(None) as limit:
            expiry = _Expiry(limit, timeout_s)
            try:
                pipeline = self._client.pipeline(transaction=False)
                for command in commands:
                    pipeline.execute_command(*command)
                answers: list[Any] = await pipeline.execute(raise_on_error=False)
            finally:
                expiry.cancel()
        return answers

    def _hand_over(self, future: "asyncio.Future[Any]", answer: Any) -> None:
        if isinstance(answer, Exception):
            if str(answer).startswith(_OF_ONE_KEY):
                answer = Spoilt()
            else:
                self._fall(answer)
                answer = Away()
        if future.done():  # who has asked has left
            return
        if isinstance(answer, Away):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    def _fall(self, cause: Exception) -> None:
        if not self.is_away:
            self.is_away = True
            self.failures += 1
            self._watcher = asyncio.create_task(self._watch(was_told=False))
        self._refuse_all()
        cause.__traceback__ = None  # it holds the frames of all that were waiting

    def _refuse_all(self) -> None:
        while self._waiting:
            _, future = self._waiting.popleft()
            if not future.done():
                future.set_exception(Away())

    async def _watch(self, *, was_told: bool) -> None:
        rests = rests_s()
        while True:
            await asyncio.sleep(next(rests))
            await self._hang_up()  # a name may lead elsewhere by now, and so may a Sentinel
            try:
                await self._look()
            except Exception as exc:  # whatever the library raises
                if not was_told:
                    was_told = True
                    self._report("cache.away", _detail(exc, self._place))
            else:
                break
        self.is_away = False
        if was_told:
            self._report("cache.back", "")

    async def _look(self) -> None:
        """Write something: a server that is full or a replica can still be read.

        The first time connects, and may take longer; the second one takes no longer than everybody is going to wait.
        """
        for timeout_s in (max(_LOOK_S, 2 * self._timeout_s), self._timeout_s):
            [answer] = await self._send([("EVAL", _PROBE, 1, _PROBE_KEY)], timeout_s)
            if isinstance(answer, Exception):
                raise answer

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):  # it is gone already, as like as not
                async with asyncio.timeout(_LOOK_S):
                    await client.aclose()


class _Expiry:
    """End a block after its time, but not before what has arrived meanwhile was read: the loop may be late itself.

    A loop with much to do takes longer for one turn than an answer may take. Then the server is not to blame.
    """

    def __init__(self, limit: asyncio.Timeout, after_s: float) -> None:
        self._limit = limit
        self._loop = asyncio.get_running_loop()
        self._turns = _TURNS
        self._handle: asyncio.Handle = self._loop.call_later(after_s, self._turn)

    def cancel(self) -> None:
        """Let it be: the block has ended."""
        self._handle.cancel()

    def _turn(self) -> None:
        if self._turns:
            self._turns -= 1
            self._handle = self._loop.call_soon(self._turn)
        else:
            self._limit.reschedule(self._loop.time())


def _detail(exc: Exception, place: str) -> str:
    """Say what is wrong by the kind of an error, and what of it is no text of the server's; with `place` before it."""
    plain = next((_PLAIN[one.__name__] for one in type(exc).__mro__ if one.__name__ in _PLAIN), "")
    if not plain:  # nobody has foreseen it: where it was raised, and the word that a server's errors begin with
        word = str(exc).partition(" ")[0]
        plain = f"{place_of(exc)}{f': {word}' if word.isascii() and word.isupper() and word.isalpha() else ''}"
    why = _why(exc)
    return f"{place}: {plain}{f': {why}' if why else ''}"


def _why(exc: BaseException) -> str:
    """Return why there is no way to the server, by the error of the network that this one came of."""
    cause: BaseException | None = exc
    while cause is not None:
        if isinstance(cause, OSError):
            return why_unreachable(cause)
        cause = cause.__cause__ or cause.__context__
    return ""
