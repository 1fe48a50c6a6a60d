"""What providers say: asked once for all who want to know the same at once, and kept for those shortly after.

Whether a token is meant for our app, and who that is, is looked at in each login anew. Refusals are kept where the
strategy says so, outages and failures of ours never.
"""

from collections.abc import Awaitable, Callable, Mapping

from accredit._guard import place_of
from accredit.audit.trail import Trail
from accredit.cache import Kept, VerificationCache
from accredit.errors import ExchangeError, ProviderTokenRejected, StorageFailed
from accredit.exchange.cache_keys import CacheKeys
from accredit.exchange.flights import Flight, Flights, again
from accredit.exchange.steps.verify import verify
from accredit.models import ProviderToken, Verification
from accredit.plugins import Connection
from accredit.strategy import VerifyContext

_KEEPS_NONE = frozenset({"single_use", "makes_no_call"})
"""A credential that is good once must not pass twice, and where nobody is asked there is nothing to save."""
_REFUSALS_MAX_BYTES = 4_194_304
"""In this process alone, for the few providers whose refusals are kept: about four thousand of them."""
_TELL_EVERY_S = 60.0


class Verifications:
    """Verify tokens by their connection's strategy, unless that was done already.

    `issuer` is ours. `clock` returns epoch seconds, `monotonic` seconds of a clock that nobody can set; `context` makes
    what a strategy may use, and `cache_failed` is told where a cache does not work.
    """

    def __init__(
        self,
        cache: VerificationCache,
        connections: Mapping[str, Connection],
        *,
        issuer: str,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        context: Callable[[Connection, float], VerifyContext],
        cache_failed: Callable[[str], None],
    ) -> None:
        self._cache = cache
        self._cache_s = {name: _cache_s(connection) for name, connection in connections.items()}
        self._keys = CacheKeys(connections, issuer=issuer, secret=cache.hmac_key)
        self._refusals: Kept[ExchangeError] = Kept(max_bytes=_REFUSALS_MAX_BYTES, clock=monotonic)
        self._clock = clock
        self._monotonic = monotonic
        self._context = context
        self._cache_failed = cache_failed
        self._told_at: float | None = None
        self._flights: Flights[Verification] = Flights()

    async def of(self, connection: Connection, token: ProviderToken, trail: Trail, *, until: float) -> Verification:
        """Return what is known of a token. Where nothing is kept for its connection, the provider is asked each time.

        The login ends at `until`, by the event loop's clock.

        Raises:
            ExchangeError: as the step `verify` does.
        """
        if not self._cache_s[connection.name]:
            return (await self._asked(connection, token, trail, until))[0]
        key = self._keys.of(connection.name, token)
        if (refusal := self._refusals.get(key)) is not None:
            trail.verified_by = "cache"
            raise again(refusal)
        kept = await self._kept(key)
        if kept is not None:
            trail.verified_by = "cache"
            return kept
        trail.verified_by = "flight"  # unless this is the login that asks
        return await self._flights.join(
            key, lambda flight: self._and_kept(key, flight, connection, self._asked(connection, token, trail, until))
        )

    async def _asked(
        self, connection: Connection, token: ProviderToken, trail: Trail, until: float
    ) -> tuple[Verification, int]:
        """Return what the strategy says, and the length of what it has made that from."""
        trail.verified_by = "provider"
        ctx = self._context(connection, until)
        trail.calls = ctx.http.calls
        verification = await verify(connection, token, ctx)
        return verification, ctx.http.received_bytes + len(token.reveal())

    async def _and_kept(
        self,
        key: bytes,
        flight: Flight[Verification],
        connection: Connection,
        asked: Awaitable[tuple[Verification, int]],
    ) -> Verification:
        began = self._monotonic()  # what a provider says is as old as the question
        try:
            verification, size_bytes = await asked
        except ProviderTokenRejected as refusal:
            if not flight.is_parted():
                self._refusals.put(key, again(refusal), ttl_s=connection.strategy.refusals_cached_s, size_bytes=0)
            raise
        ttl_s = self._cache_s[connection.name] - (self._monotonic() - began)
        now = self._clock()
        if verification.expires_at is not None and verification.expires_at < now + ttl_s:
            ttl_s = verification.expires_at - now  # of any whole number it could be too much
        try:
            if ttl_s > 0 and not flight.is_parted():
                await self._cache.put(key, verification, ttl_s=ttl_s, size_bytes=size_bytes)
                if flight.is_parted():  # while it was being put
                    await self._cache.forget(key)
        except Exception as exc:
            self._tell_of(exc)
        return verification

    async def _kept(self, key: bytes) -> Verification | None:
        try:
            kept = await self._cache.get(key)
        except Exception as exc:
            self._tell_of(exc)
            return None
        # By our clock too, which may have been put forward: the token's end counts.
        return None if kept is None or _has_ended(kept, self._clock()) else kept

    def _tell_of(self, failure: Exception) -> None:
        """Tell operators, but not with each login."""
        now = self._monotonic()
        if self._told_at is None or now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            self._cache_failed(place_of(failure))

    async def forget(self, connection: Connection, token: ProviderToken) -> None:
        """Let the next login with a token ask the provider.

        Raises:
            StorageFailed: the cache does not work, and may still keep it.
        """
        key = self._keys.of(connection.name, token)
        self._flights.part(key)
        self._refusals.forget(key)
        try:
            await self._cache.forget(key)
        except Exception as exc:
            raise StorageFailed(f"the cache of verifications: {place_of(exc)}") from None


def _cache_s(connection: Connection) -> float:
    return 0 if _KEEPS_NONE & connection.strategy.traits else connection.settings.cache_s


def _has_ended(verification: Verification, now: float) -> bool:
    return verification.expires_at is not None and now >= verification.expires_at
