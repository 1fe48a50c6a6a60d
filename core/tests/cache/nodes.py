"""Nodes that share a cache: each is an exchange of its own."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from core.tests.acme import ADA, Acme, acme_that
from core.tests.bench import Bench, bench, merged
from core.tests.valkey import Elsewhere, Valkey

from accredit import AppBound, ProviderToken, Verification, VerifyContext
from accredit.credentials import Credential

KEY = base64.b64encode(b"k" * 32).decode()
OTHER_KEY = base64.b64encode(b"o" * 32).decode()
TOKEN = ProviderToken.of("good-token")
NEVER_S = 5.0
"""Time-out of tests that are not about time: on a busy machine an answer may take its time."""


async def _verify(_: Credential, ctx: VerifyContext) -> Verification:
    await ctx.http.get("https://api.acme.example/me", params={"access_token": "good-token"})
    return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA)


ANY_TOKEN = acme_that(_verify)
"""It takes every token for Ada's."""


def sharing(url: str, **cache: Any) -> dict[str, Any]:
    """Return the settings of a node that shares what it keeps."""
    return {
        "cache": {"url": url, "encryption_key": KEY, "timeout_s": NEVER_S, **cache},
        "connections": {name: {"cache_s": 30} for name in ("acme", "acme-game", "globex")},
        "clients": {"app": {"connections": ["acme", "globex", "acme-game"]}},
    }


@asynccontextmanager
async def node(
    server: Valkey | Elsewhere, settings: Mapping[str, Any] | None = None, *, acme: type[Acme] = Acme, **cache: Any
) -> AsyncIterator[Bench]:
    """Run a node that shares what it keeps by `server`; `settings` change it, `cache` its table of that name."""
    async with bench(merged(sharing(server.url, **cache), settings or {}), acme=acme) as one:
        yield one


def asked(one: Bench) -> int:
    """Return how often its provider was asked."""
    return len(one.provider.requests)


def told(one: Bench) -> list[str]:
    """Return the names of the events about what nodes share."""
    return [event.name for event in one.heard if event.name.startswith("cache.")]
