"""The life of an exchange: opened once, in one event loop of one process, and closed there.

Left alone, a mistake of the host looks like an outage: a future of another loop, a socket of another process, a thread
that is not there any more. So each of them is told in a sentence that says what to change.
"""

import asyncio
import os
import threading
from enum import Enum, auto
from typing import NamedTuple

from accredit.errors import LifecycleError

NOT_OPEN = (
    "the exchange is not open: use `async with Exchange(settings) as exchange`; an app does so in its own lifespan "
    "(with FastAPI: `FastAPI(lifespan=accredit.lifespan)`), which a test has to run (`with TestClient(app) as client`)"
)
CLOSED = (
    "the exchange is closed: call it inside the `async with` block that opened it, "
    "and leave that block only when every call has ended"
)
OPEN_ALREADY = (
    "the exchange is open already: open it in one place, by `async with exchange` or by serving `create_app(exchange)` "
    "by itself; another event loop needs an Exchange of its own"
)
FORKED = "the exchange was opened before this process was forked: open it in each process, after the fork"
OTHER_LOOP = (
    "the exchange was opened in another event loop: open, call and close it in the same one "
    "(each `asyncio.run` makes a new one), or give each loop an Exchange of its own"
)


class Sentences(NamedTuple):
    """What is told to a host whose mistake it is."""

    name: str
    not_open: str
    closed: str
    open_already: str
    forked: str
    other_loop: str


EXCHANGE = Sentences("exchange", NOT_OPEN, CLOSED, OPEN_ALREADY, FORKED, OTHER_LOOP)
VERIFIER = Sentences(
    name="verifier",
    not_open="the verifier is not open: use `async with Verifier(connections=…) as verifier`",
    closed=CLOSED.replace("the exchange", "the verifier"),
    open_already=(
        "the verifier is open already: open it in one place, by `async with verifier`; "
        "another event loop needs a Verifier of its own"
    ),
    forked=FORKED.replace("the exchange", "the verifier"),
    other_loop=OTHER_LOOP.replace("the exchange", "the verifier").replace("an Exchange", "a Verifier"),
)


class _Stage(Enum):
    NEW = auto()
    OPENING = auto()
    OPEN = auto()
    CLOSING = auto()
    CLOSED = auto()


class Life:
    """Where an exchange, or a verifier, is in its life, and in which process and event loop it was opened."""

    def __init__(self, sentences: Sentences = EXCHANGE) -> None:
        self._sentences = sentences
        self._stage = _Stage.NEW
        self._process = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()  # two threads, each with a loop, may open it at the same moment

    @property
    def is_open(self) -> bool:
        """Tell whether it is open, wherever that may be."""
        return self._stage is _Stage.OPEN

    def require(self) -> None:
        """Pass if it is open here. Costs a fraction of a microsecond.

        Raises:
            LifecycleError: it is not open, or was opened in another process or event loop.
        """
        if self._stage is not _Stage.OPEN:
            raise LifecycleError(
                self._sentences.not_open if self._stage in {_Stage.NEW, _Stage.OPENING} else self._sentences.closed
            )
        self._require_process()
        if asyncio.get_running_loop() is not self._loop:
            raise LifecycleError(self._sentences.other_loop)

    def require_keys(self) -> None:
        """Pass if the keys are loaded: they belong to no event loop, and signing may end while all is being closed.

        Raises:
            LifecycleError: it is not open.
        """
        if self._stage is not _Stage.OPEN and self._stage is not _Stage.CLOSING:
            raise LifecycleError(
                self._sentences.not_open if self._stage is not _Stage.CLOSED else self._sentences.closed
            )

    def begin(self) -> None:
        """Begin to open it, here.

        Raises:
            LifecycleError: it is open, or somebody is opening or closing it.
        """
        with self._lock:
            if self._stage not in {_Stage.NEW, _Stage.CLOSED}:
                self._require_process()
                raise LifecycleError(self._sentences.open_already)
            self._stage, self._process, self._loop = _Stage.OPENING, os.getpid(), asyncio.get_running_loop()

    def opened(self) -> None:
        """Note that it is open."""
        self._stage = _Stage.OPEN

    def failed(self) -> None:
        """Note that it could not be opened, and that nothing is left open."""
        self._stage, self._loop = _Stage.NEW, None

    def end(self) -> bool:
        """Begin to close it; tells by False that there is nothing to close.

        Once the loop that opened it has ended, any loop may: nobody else could.

        Raises:
            LifecycleError: that is for another process, or for a loop that still runs.
        """
        with self._lock:
            if self._stage is not _Stage.OPEN:
                return False
            self._require_process()
            if self._loop is not asyncio.get_running_loop() and self._loop is not None and not self._loop.is_closed():
                raise LifecycleError(self._sentences.other_loop)
            self._stage = _Stage.CLOSING
            return True

    def ended(self) -> None:
        """Note that it is closed."""
        self._stage, self._loop = _Stage.CLOSED, None

    def _require_process(self) -> None:
        if os.getpid() != self._process:
            raise LifecycleError(self._sentences.forked)
