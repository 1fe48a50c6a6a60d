"""A client of redis-py for what `cache.url` says."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from accredit.errors import ConfigurationError
from accredit.settings.cache_url import CacheUrl

_CONNECTIONS = 4
"""At most, to each server: one carries everything, another a look whether it is back."""
_MOVES = 2
"""So often a cluster may say in one answer that what is asked for is with another node."""
_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")


class Client(Protocol):
    """What is used of it."""

    def pipeline(self, *, transaction: bool) -> Any:
        """Return what sends several commands at once."""

    async def aclose(self) -> None:
        """Close its connections."""


def check_files(url: CacheUrl) -> None:
    """Pass where redis-py is there, and every file that the URL names.

    Raises:
        ConfigurationError: one of them is not.
    """
    try:
        import redis.asyncio  # noqa: F401 - to see whether it is there
    except ImportError:
        raise ConfigurationError('cache.url: install what goes there: pip install "accredit[redis]"') from None
    for name in _FILES:
        path = getattr(url, name)
        if path and not Path(path).is_file():
            raise ConfigurationError(f"cache.url: {name} names a file that is not there: {path}")


def make_client(url: CacheUrl, *, timeout_s: float) -> Client:
    """Return a client; it connects with the first command, and waits for up to `timeout_s` for each step of that.

    It tries nothing again: who calls does.
    """
    from redis.asyncio import Redis, Sentinel
    from redis.asyncio.cluster import ClusterNode, RedisCluster
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    options: dict[str, Any] = {
        "username": url.username or None,
        "password": url.password or None,
        "socket_timeout": None,  # the line has the time
        "socket_connect_timeout": timeout_s,
        "retry": Retry(NoBackoff(), 0),
        "max_connections": _CONNECTIONS,
        "protocol": 2,
    }
    secured: dict[str, Any] = {}
    if url.is_tls:
        secured = {"ssl": True, "ssl_cert_reqs": "required", "ssl_check_hostname": True}
        secured |= {name: getattr(url, name) for name in _FILES if getattr(url, name)}
    if url.kind == "socket":
        return Redis(unix_socket_path=url.socket, db=url.database, **options)
    if url.kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in url.nodes]
        moved = Retry(NoBackoff(), _MOVES)
        return RedisCluster(startup_nodes=nodes, **{**options, "retry": moved}, **secured)
    if url.kind == "sentinel":
        asked = options | {"username": url.sentinel_username or None, "password": url.sentinel_password or None}
        make_sentinel: Any = Sentinel  # it has no types
        watching = make_sentinel(list(url.nodes), sentinel_kwargs={**asked, **secured}, **options, **secured)
        return _Watched(watching.master_for(url.service, db=url.database), watching.sentinels)
    [(host, port)] = url.nodes
    return Redis(host=host, port=port, db=url.database, **options, **secured)


class _Watched:
    """A client of the primary, which closes those of the Sentinels too: the library leaves them open."""

    def __init__(self, primary: Client, watchers: Sequence[Client]) -> None:
        self.pipeline = primary.pipeline
        self._clients = (primary, *watchers)

    async def aclose(self) -> None:
        """Close the connections to the primary and to the Sentinels."""
        for client in self._clients:
            await client.aclose()
