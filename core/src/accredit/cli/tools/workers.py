"""`accredit serve --workers`: what several processes share, and how this process becomes one of them."""

from __future__ import annotations

import gc
import os
import select
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from accredit.cli.tools.metrics import SharedCounts, metrics_listener, metrics_url
from accredit.cli.tools.operator import make_board, operator_listener
from accredit.cli.tools.process import is_in_terminal
from accredit.errors import ConfigurationError
from accredit.serving.addresses import listen
from accredit.serving.listener import SharedAddress, url_of

if TYPE_CHECKING:
    import socket

    from accredit.cli.tools.logs import Turns
    from accredit.limits.tally import Tally
    from accredit.operator import Board
    from accredit.serving.handed_over import HandedOver
    from accredit.serving.place import Place
    from accredit.settings import ServerSettings, Settings

_STALLED_S = 1.0
"""Whoever reads standard error is not waited for longer."""


class Generation(NamedTuple):
    """What one generation of workers serves with."""

    settings: Settings
    limits: ServerSettings


class Share(NamedTuple):
    """What a worker has of what all of them share."""

    place: Place
    generation: Generation
    listen: Callable[[], list[socket.socket]]
    is_handed_over: bool
    """Whether these are the service manager's, which outlive every worker."""
    turns: Turns
    metrics: socket.socket | None
    counts: SharedCounts | None
    is_first: bool
    """Whether it does what one of them does for all."""
    operator: socket.socket | None
    board: Board | None
    tally: Tally


@contextmanager
def one_of(
    first: Generation,
    count: int,
    host: str,
    port: int,
    *,
    prepare: Callable[[], Generation],
    grace_s: Callable[[Settings], float],
    handed: HandedOver,
) -> Iterator[Share]:
    """Become one of `count` workers: the block runs in each of them. The parent stays out, and ends by `SystemExit`.

    `prepare` reads the settings anew, and raises `ConfigurationError` where they are no good; `grace_s` says how long
    a worker with some settings may take to stop. `handed` are sockets to be used in the place of `host` and `port`.

    Raises:
        ConfigurationError: several processes cannot do this, or an address cannot be had.
    """
    _check(first.settings)
    from accredit.serving.supervisor import Supervisor
    from accredit.serving.workers import Workers

    generations = {0: first}
    metrics = first.settings.metrics
    with (
        metrics_listener(metrics, handed.metrics) as beside,
        operator_listener(first.settings.operator) as page,
        _folder(is_needed=beside is not None) as folder,
        _turns() as turns,
        _tally() as tally,
    ):
        url, listen_at = _address(handed, host, port)
        board = make_board(first.settings.operator, 2 * count)  # while a reload is under way there are as many
        _import_what_workers_need()

        def announce() -> None:
            if beside is not None:
                _say(f"accredit: metrics at {metrics_url(metrics, beside)}")
            if page is not None:
                _say(f"accredit: operator's page at {url_of(page)}/")
            _say(f"accredit: {count} workers")
            _say(f"accredit: listening on {url}, issuer {first.settings.issuer}")

        def reload(number: int) -> float | None:
            try:
                made = prepare()
                _check(made.settings)
                if (made.settings.metrics, made.settings.operator) != (metrics, first.settings.operator):
                    raise ConfigurationError("metrics, operator: what stands there is changed by a restart only")
            except ConfigurationError as exc:
                _say(f"accredit: not reloaded: {exc}; the workers of before go on")
                return None
            generations[number] = made
            return grace_s(made.settings)

        workers = Workers(
            count,
            grace_s=grace_s(first.settings),
            say=_say,
            serving=announce,
            ended=_forgetting(folder, board),
            reload=None if is_in_terminal() else reload,
            supervisor=Supervisor(),
        )
        place = workers.run()
        counts = None if folder is None else SharedCounts(folder, place.number)
        yield Share(
            place=place,
            generation=generations[place.generation],
            listen=lambda: listen_at(place.listener),
            is_handed_over=bool(handed.serving),
            turns=turns,
            metrics=beside,
            counts=counts,
            is_first=place.number % count == 1 % count,
            operator=page,
            board=board,
            tally=tally,
        )


def _address(handed: HandedOver, host: str, port: int) -> tuple[str, Callable[[int | None], list[socket.socket]]]:
    """Return where all workers listen, and how each does."""
    if handed.serving:
        return ", ".join(map(url_of, handed.serving)), lambda _: handed.serving
    with listen(host, port, options="--host or --port") as first:
        address = SharedAddress(first)
    return address.url, lambda inherited: [address.listen(inherited)]


@contextmanager
def _tally() -> Iterator[Tally]:
    """Make the memory in which the workers count what is limited, together."""
    from accredit.limits.tally import Tally

    with closing(Tally()) as tally:
        yield tally


def _check(settings: Settings) -> None:
    if sys.platform != "linux":
        raise ConfigurationError("--workers: more than one needs Linux, which hands connections to all of them")
    if settings.storage.url == "memory://":
        raise ConfigurationError(
            "--workers: with storage.url = memory:// each worker would keep sessions that the others do not know; "
            "use sqlite:///PATH, or one worker"
        )


def _import_what_workers_need() -> None:
    """Import it here, once: what is in memory before the fork is there once for all. None of it starts a thread."""
    import accredit.asgi
    import accredit.exchange.exchange
    import accredit.serving.server  # noqa: F401 - for the workers

    with suppress(ImportError):  # it is not everywhere
        import uvloop  # noqa: F401 - for the workers
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # or each worker would write it again
    gc.collect()
    gc.freeze()  # a collection would write into every page, and so copy it


@contextmanager
def _turns() -> Iterator[Turns]:
    """Make a lock for each of the two places that workers write to, or one where these are the same."""
    from accredit.serving.turns import Turns

    with ExitStack() as stack:
        out = stack.enter_context(closing(Turns()))
        yield out, (out if _write_to_one_file() else stack.enter_context(closing(Turns())))


def _write_to_one_file() -> bool:
    try:
        return os.path.sameopenfile(sys.stdout.fileno(), sys.stderr.fileno())
    except (OSError, ValueError):  # one of them is closed, or no file
        return False


@contextmanager
def _folder(*, is_needed: bool) -> Iterator[str | None]:
    """Make the folder in which workers count; the parent deletes it at the end, or whoever outlives the parent."""
    if not is_needed:
        yield None
        return
    owner, folder = os.getpid(), tempfile.mkdtemp(prefix="accredit-metrics-")
    try:
        yield folder
    finally:
        if os.getppid() != owner:  # the parent, or a worker that it has left behind: it was killed
            shutil.rmtree(folder, ignore_errors=True)


def _forgetting(folder: str | None, board: Board | None) -> Callable[[int], object]:
    """Return what forgets how things stood in a worker that has ended."""

    def forget(number: int) -> None:
        if folder is not None:
            from accredit.metrics.together import has_ended

            has_ended(folder, number)
        if board is not None:
            board.clear(number)

    return forget


def _say(sentence: str) -> None:
    """Write a line to standard error, which may be stalled: the parent must go on looking after workers."""
    with suppress(OSError, ValueError):
        number = sys.stderr.fileno()
        if select.select([], [number], [], _STALLED_S)[1]:
            os.write(number, f"{sentence}\n".encode())
