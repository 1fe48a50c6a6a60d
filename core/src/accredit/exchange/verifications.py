"""What providers say: asked once for all who want to know the same at once, and kept for those shortly after.

Whether a token is meant for our app, and who that is, is looked at in each login anew. Refusals are kept where the
strategy says so, outages and failures of ours never.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from accredit._guard import place_of
from accredit.audit.trail import Trail
from accredit.cache import Kept, SharedCache, VerificationCache
from accredit.credentials import AccessToken, AuthorizationCode, Credential, ProviderToken
from accredit.errors import ConfigurationError, ExchangeError, ProviderTokenRejected, StorageFailed
from accredit.exchange.cache_keys import CacheKeys
from accredit.exchange.flights import Flight, Flights, again
from accredit.exchange.once import Once, limits_use
from accredit.exchange.outdated import Outdated
from accredit.exchange.steps.read_credential import read_credential
from accredit.exchange.steps.verify import verify
from accredit.models import Verification
from accredit.plugins import Connection
from accredit.strategy import Strategy, VerifyContext

_KEEPS_NONE = frozenset({"single_use", "makes_no_call"})
"""A credential that is good once must not pass twice, and where nobody is asked there is nothing to save."""
_KEPT = frozenset({"access_token", "id_token"})
"""The kinds of credentials that may come again."""
_REFUSALS_MAX_BYTES = 4_194_304
"""In this process alone, for the few providers whose refusals are kept: about four thousand of them."""
_TELL_EVERY_S = 60.0
_SHORTEST_SECRET = 32
"""Bytes."""


class Verifications:
    """Verify tokens by their connection's strategy, unless that was done already.

    `issuer` is ours. `clock` returns epoch seconds, `monotonic` seconds of a clock that nobody can set; `context` makes
    what a strategy may use, `once` knows used codes, and `cache_failed` is told where a cache does not work.

    Raises:
        ConfigurationError: the cache's `hmac_key` is shorter than 32 bytes.
    """

    def __init__(
        self,
        cache: VerificationCache,
        connections: Mapping[str, Connection],
        *,
        issuer: str,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        context: Callable[[Connection, float, Credential], VerifyContext],
        cache_failed: Callable[[str], None],
        once: Once,
    ) -> None:
        secret = cache.hmac_key
        if len(secret) < _SHORTEST_SECRET:
            raise ConfigurationError(f"the hmac_key of a {type(cache).__name__} must have {_SHORTEST_SECRET} bytes")
        self._cache = cache
        self._shared = cache if isinstance(cache, SharedCache) else None
        self._cache_s = {name: _cache_s(connection) for name, connection in connections.items()}
        self._may_be_good_once = {name for name, one in connections.items() if _may_be_good_once(one.strategy)}
        self.outdated = Outdated(max(self._cache_s.values(), default=0), clock=monotonic)
        """Users of whom nothing is taken for true that was kept: the provider is asked about them."""
        self._keys = CacheKeys(connections, issuer=issuer, secret=secret)
        self._refusals: Kept[ExchangeError] = Kept(max_bytes=_REFUSALS_MAX_BYTES, clock=monotonic)
        self._clock = clock
        self._monotonic = monotonic
        self._context = context
        self._cache_failed = cache_failed
        self._once = once
        self._told_at: float | None = None
        self._flights: Flights[Verification] = Flights()

    async def of(
        self, connection: Connection, token: ProviderToken | Credential, trail: Trail, *, until: float
    ) -> Verification:
        """Return what is known of a credential. Where nothing is kept of it, the provider is asked each time.

        The login ends at `until`, by the event loop's clock.

        Raises:
            ExchangeError: as the steps `read_credential` and `verify` do.
        """
        if not self._cache_s[connection.name]:
            return await self._alone(connection, read_credential(token, connection), trail, until)
        if isinstance(token, ProviderToken) and connection.name in self._may_be_good_once:
            token = read_credential(token, connection)
        if not isinstance(token, ProviderToken) and token.kind not in _KEPT:
            return await self._alone(connection, read_credential(token, connection), trail, until)
        key = self._keys.of(connection.name, token)
        if (refusal := self._refusals.get(key)) is not None:
            trail.verified_by = "cache"
            raise again(refusal)
        if self._shared is None and (kept := await self._kept(key, connection)) is not None:
            trail.verified_by = "cache"
            return kept
        while (flight := self._flights.get(key)) is not None:
            trail.verified_by = "flight"
            if (known := await flight.outcome()) is not None:
                return known
        with self._flights.begin(key) as flight:
            if (shared := self._shared) is None:
                return await self._asked(connection, token, trail, flight, key=key, until=until)
            try:
                wait_s = until - asyncio.get_running_loop().time()
                if (kept := self._live(await shared.find(key, wait_s=wait_s), connection)) is not None:
                    trail.verified_by = "cache"
                    flight.result = kept
                    return kept
                return await self._asked(connection, token, trail, flight, key=key, until=until)
            finally:
                shared.release(key)

    async def _alone(self, connection: Connection, credential: Credential, trail: Trail, until: float) -> Verification:
        """Ask the provider, for this login alone."""
        if isinstance(credential, AuthorizationCode):
            await self._once.use_code(connection, credential)
        return await verify(connection, credential, self._context_of(connection, credential, trail, until))

    async def _asked(
        self,
        connection: Connection,
        token: ProviderToken | Credential,
        trail: Trail,
        flight: Flight[Verification],
        *,
        key: bytes,
        until: float,
    ) -> Verification:
        """Ask the provider, and keep what it says."""
        began = self._monotonic()  # what a provider says is as old as the question
        credential = read_credential(token, connection)
        ctx = self._context_of(connection, credential, trail, until)
        try:
            verification = await verify(connection, credential, ctx)
        except ProviderTokenRejected as rejected:
            if not flight.is_parted():
                self._refusals.put(key, again(rejected), ttl_s=connection.strategy.refusals_cached_s, size_bytes=0)
            raise
        size_bytes = ctx.http.received_bytes + len(token.reveal())
        ends_at = began + self._cache_s[connection.name]
        if verification.provider_token is None:  # one that is to be kept is in no cache, nor is a login without it
            await self._keep(key, verification, flight, ends_at=ends_at, size_bytes=size_bytes)
        flight.result = verification
        return verification

    def _context_of(self, connection: Connection, credential: Credential, trail: Trail, until: float) -> VerifyContext:
        """Return what the strategy may use, and note that the provider is asked."""
        trail.verified_by = "provider"
        ctx = self._context(connection, until, credential)
        trail.calls = ctx.http.calls
        return ctx

    async def _keep(
        self, key: bytes, verification: Verification, flight: Flight[Verification], *, ends_at: float, size_bytes: int
    ) -> None:
        """Keep it until `ends_at`, by the monotonic clock, or until the token itself ends."""
        ttl_s = ends_at - self._monotonic()
        token_ends_at = verification.expires_at
        if token_ends_at is not None and token_ends_at < (now := self._clock()) + ttl_s:
            ttl_s = token_ends_at - now  # of any whole number it could be too much
        try:
            if ttl_s > 0 and not flight.is_parted():
                await self._cache.put(key, verification, ttl_s=ttl_s, size_bytes=size_bytes)
                if flight.is_parted():  # while it was being put
                    await self._cache.forget(key)
        except Exception as exc:
            self._tell_of(exc)

    async def _kept(self, key: bytes, connection: Connection) -> Verification | None:
        try:
            kept = await self._cache.get(key)
        except Exception as exc:
            self._tell_of(exc)
            return None
        return self._live(kept, connection)

    def _live(self, kept: Verification | None, connection: Connection) -> Verification | None:
        if kept is not None and kept.expires_at is not None and self._clock() >= kept.expires_at:
            return None  # by our clock too, which may have been put forward: the token's end counts
        if self.outdated.users and kept is not None and self.outdated.has(connection.namespace, kept.user_id):
            return None
        return kept

    def _tell_of(self, failure: Exception) -> None:
        """Tell operators, but not with each login."""
        now = self._monotonic()
        if self._told_at is None or now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            self._cache_failed(place_of(failure))

    def outdate(self, connection: Connection, user_id: str) -> None:
        """Let whoever logs in from now on as that user be asked about, whatever is kept, or being asked, by now."""
        self.outdated.add(connection.namespace, user_id)
        self._flights.part_all()  # nobody knows yet whom they are about

    async def forget(self, connection: Connection, token: ProviderToken | Credential) -> None:
        """Let the next login with a token ask the provider, whether that states its kind or not.

        Raises:
            StorageFailed: the cache does not work, and may still keep it.
        """
        for one in _spellings(token, connection):
            key = self._keys.of(connection.name, one)
            self._flights.part(key)
            self._refusals.forget(key)
            try:
                await self._cache.forget(key)
            except Exception as exc:
                raise StorageFailed(f"the cache of verifications: {place_of(exc)}") from None


def _may_be_good_once(strategy: Strategy[Any]) -> bool:
    """Tell whether what comes without its kind may be of one that is good once, as only the strategy can say.

    `Strategy.kind_of` takes nothing for a code or a signed payload where access tokens are accepted.
    """
    if strategy.accepts <= _KEPT:
        return False
    is_by_form = getattr(strategy.kind_of, "__func__", None) is Strategy.kind_of
    return not (is_by_form and "access_token" in strategy.accepts)


def _spellings(token: ProviderToken | Credential, connection: Connection) -> list[ProviderToken | Credential]:
    """Return a token with its kind and without: one login may have stated it, and another not."""
    if isinstance(token, ProviderToken):
        return [token, read_credential(token, connection)]
    secret = token.secret if isinstance(token, AccessToken) else None
    return [token, ProviderToken(token.value, secret, token.nonce, token.extras)]


def _cache_s(connection: Connection) -> float:
    keeps_none = _KEEPS_NONE & connection.strategy.traits or limits_use(connection.settings)
    return 0 if keeps_none else connection.settings.cache_s
