"""Is what nodes share there, and can it be written? Asked once, with a word that ends after a second."""

from collections.abc import Callable

from accredit.cache.make import make_shared
from accredit.cli.checkup.finding import Examiner, Finding
from accredit.errors import ConfigurationError
from accredit.settings import CacheSettings

_ABOUT = "cache.url"
"""Not what it says, which may hold a password."""
_examiner = Examiner("cache")


async def examine_cache(settings: CacheSettings, *, clock: Callable[[], float]) -> list[Finding]:
    """Judge what nodes share as the next start will find it; nothing where each process has its own."""
    told: list[str] = []
    try:
        shared = make_shared(settings, clock=clock, monotonic=clock, report=lambda _, detail: told.append(detail))
    except ConfigurationError as exc:
        return [_examiner.fail(_ABOUT, str(exc), "change what the message names; nothing starts before")]
    if shared is None:
        return []
    await shared.open()
    await shared.close()
    if told:
        advice = "look at the server, the user of cache.url and the way there; meanwhile each process goes on by itself"
        return [_examiner.warn(_ABOUT, f"it cannot be used: {told[0]}", advice)]
    return [_examiner.ok(_ABOUT, "it is there, and can be written")]
