"""Provider key sets: which of them knows a `kid`, and who waits for it."""

import asyncio

from accredit.errors import ProviderUnavailable
from accredit.keys.jose import PublicKeys
from accredit.provider.http import ProviderResponse
from accredit.provider.published import Entry, Fetch, PublishedCache


class JwksCache(PublishedCache[PublicKeys]):
    """Keep the key sets of one engine, by URL.

    A fresh set that knows the `kid` costs nothing; an unknown `kid` costs one fetch, as a stale set does, and a
    cooldown if that does not bring it: a key that is new is found soon, and a flood of unknown `kid`s is none of
    fetches. Where a `kid` is unknown and nobody may ask yet, nobody can tell whether it is good: the provider is
    unavailable, and the token not refused.
    """

    fetch_failed = "jwks.fetch_failed"

    async def keys(self, url: str, kid: str | None, fetch: Fetch) -> PublicKeys:
        """Return the key set of `url`, refreshed by `fetch` where it is stale or does not know `kid`.

        None, of a token that names no key, is known wherever there are keys.

        Raises:
            ProviderUnavailable: the keys cannot be had now, and so nobody can say whether `kid` is good.
        """
        entry, now = self._entries.get(url), self._clock()
        if entry is not None:
            may_ask = now >= entry.ask_again_at
            if kid in entry.value and entry.serves(now):
                if may_ask and now >= entry.refresh_at:
                    self._flight(url, kid, entry, fetch)
                return entry.value
            if not may_ask:
                raise _unknown(entry, now)
        # Shielded: one caller that gives up must not take the keys from the others.
        entry = await asyncio.shield(self._flight(url, kid, entry, fetch))
        if entry.failed and not (kid in entry.value and entry.serves(self._clock())):
            raise _unknown(entry, self._clock())
        return entry.value

    def _nothing(self) -> PublicKeys:
        return PublicKeys({})

    def _read(self, response: ProviderResponse) -> PublicKeys:
        keys = PublicKeys(response.json_object())
        if response.status != 200 or not len(keys):
            raise ProviderUnavailable(f"key set has status {response.status} and {len(keys)} usable keys")
        return keys

    def _has(self, value: PublicKeys, sought: str | None) -> bool:
        return sought in value


def _unknown(entry: Entry[PublicKeys], now: float) -> ProviderUnavailable:
    why = "cannot be fetched" if entry.failed else "were fetched a moment ago"
    return ProviderUnavailable(f"signing keys {why}, and the kid is unknown", retry_after_s=entry.wait_s(now))
