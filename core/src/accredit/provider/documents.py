"""Provider documents: JSON objects that say where things are, such as OpenID Connect's discovery document."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from accredit.errors import ProviderUnavailable
from accredit.provider.http import ProviderResponse
from accredit.provider.published import Entry, Fetch, PublishedCache


class DocumentCache(PublishedCache[Mapping[str, Any] | None]):
    """Keep the documents of one engine, by URL."""

    fetch_failed = "document.fetch_failed"
    shortest_max_age_s = 60

    async def document(self, url: str, fetch: Fetch) -> Mapping[str, Any]:
        """Return the JSON object at `url`, refreshed by `fetch` where it is stale.

        Raises:
            ProviderUnavailable: it cannot be had now.
        """
        entry, now = self._entries.get(url), self._clock()
        if entry is not None:
            may_ask = now >= entry.ask_again_at
            if entry.value is not None and entry.serves(now):
                if may_ask and now >= entry.refresh_at:
                    self._flight(url, "", entry, fetch)
                return entry.value
            if not may_ask:
                raise _unavailable(entry, now)
        # Shielded: one caller that gives up must not take the document from the others.
        entry = await asyncio.shield(self._flight(url, "", entry, fetch))
        if entry.value is None or not entry.serves(self._clock()):
            raise _unavailable(entry, self._clock())
        return entry.value

    def _nothing(self) -> None:
        return None

    def _read(self, response: ProviderResponse) -> Mapping[str, Any]:
        if response.status != 200:
            raise ProviderUnavailable(f"document has status {response.status}")
        return MappingProxyType(response.json_object())

    def _has(self, value: Mapping[str, Any] | None, sought: str | None) -> bool:
        return True


def _unavailable(entry: Entry[Mapping[str, Any] | None], now: float) -> ProviderUnavailable:
    return ProviderUnavailable("document cannot be fetched", retry_after_s=entry.wait_s(now))
