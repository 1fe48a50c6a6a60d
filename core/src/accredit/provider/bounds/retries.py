"""Make a call again where that is safe, and likely to help: after a failure that passes, within the time that is left.

Source: RFC 9110 sections 9.2.2 (what may be repeated), 10.2.3 (`Retry-After`), 15.6.3 to 15.6.5 (502, 503, 504); RFC
6585 section 4 (429).
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from tenacity import RetryCallState

FIRST_WAIT_S = 0.05
"""Before the second attempt, twice as long before the next, and up to as much again at random: those who have failed
together must not come back together."""

_OUT_OF_ORDER = frozenset({502, 503, 504})
_TOO_MANY_REQUESTS = 429
_SECONDS = re.compile(r"[0-9]{1,5}")


class NotConnected(Exception):
    """Say that a connection failed, or ended without an answer: a call that changes nothing may be made again."""


class Response(Protocol):
    """What is looked at of an answer."""

    @property
    def status(self) -> int:
        """The status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Their names are in lower case."""


R = TypeVar("R", bound=Response)


def is_out_of_order(status: int) -> bool:
    """Tell whether a status says that the provider is down.

    A plain 500 does not: it is what a server says that works, and has stumbled over this one request.
    """
    return status in _OUT_OF_ORDER


def may_pass(response: Response) -> bool:
    """Tell whether the same call may get a better answer a moment later. Of a limit only who sets it knows when."""
    if response.status == _TOO_MANY_REQUESTS:
        return _stated_wait_s(response) is not None
    return is_out_of_order(response.status)


async def again(first: R | NotConnected, call: Callable[[], Awaitable[R]], *, retries: int, remaining_s: float) -> R:
    """Return what comes of a call whose `first` attempt has failed, made up to `retries` times more.

    Waits as long as `Retry-After` asks for. Where that is longer than `remaining_s`, nothing is made again, and the
    answer that says so is returned.

    Raises:
        NotConnected: there was no connection in the last attempt either.
    """
    if retries == 0:
        if isinstance(first, NotConnected):
            raise first
        return first
    # Loaded here, because most processes get by without for long, and it takes 20 ms.
    from tenacity import AsyncRetrying, retry_if_exception_type, retry_if_result, stop_after_attempt, stop_before_delay

    made = False

    async def attempt() -> R:
        nonlocal made
        if made:
            return await call()
        made = True
        if isinstance(first, NotConnected):
            raise first
        return first

    retrying = AsyncRetrying(
        sleep=asyncio.sleep,
        retry=retry_if_exception_type(NotConnected) | retry_if_result(may_pass),
        wait=_wait_s(),
        stop=stop_after_attempt(retries + 1) | stop_before_delay(max(0.0, remaining_s)),
        retry_error_callback=lambda state: state.outcome.result() if state.outcome else None,
    )
    return await retrying(attempt)


def _wait_s() -> "Callable[[RetryCallState], float]":
    from tenacity import wait_exponential, wait_random

    by_ourselves = wait_exponential(multiplier=FIRST_WAIT_S) + wait_random(0, FIRST_WAIT_S)

    def wait_s(state: "RetryCallState") -> float:
        outcome = state.outcome
        failed = outcome is None or outcome.failed
        stated = None if failed or outcome is None else _stated_wait_s(outcome.result())
        return float(by_ourselves(state)) if stated is None else stated + FIRST_WAIT_S

    return wait_s


def _stated_wait_s(response: Response) -> int | None:
    """Return the seconds that `Retry-After` asks for. A date is further away than an exchange lasts."""
    value = response.headers.get("retry-after", "").strip()
    return int(value) if _SECONDS.fullmatch(value) else None
