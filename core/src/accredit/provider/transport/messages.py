"""What is sent to a provider and what comes back, as values: the seam between `accredit.provider.http` and transports.

A transport is one function, `Send`. Ours implements it; any of httpx's is made one by `httpx_seam`.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

import httpx
from pydantic import SecretStr


class Address(NamedTuple):
    """Where calls go: a URL, taken apart once."""

    url: str
    """Without fragment, but with whatever credentials stand in it."""
    scheme: str
    host: str
    """In ASCII, as it is looked up."""
    port: int | None
    """None for the scheme's own."""
    authority: str
    """Host and port, as the header `Host` has them."""
    target: str
    """Path and query, as the first line of a request has them."""

    def __repr__(self) -> str:
        """Name the host alone: the rest may hold a secret."""
        return f"Address({self.scheme}://{self.authority})"


def address_of(url: httpx.URL) -> Address:
    """Return the address of a URL.

    Raises:
        UnicodeError: its host is no name: what begins as one in Punycode must be one.
    """
    _ = url.host
    return Address(
        url=str(url).partition("#")[0],
        scheme=url.scheme,
        host=url.raw_host.decode("ascii"),
        port=url.port,
        authority=url.netloc.decode("ascii"),
        target=url.raw_path.decode("latin-1"),
    )


def with_query(text: str, query: str) -> str:
    """Return a URL or target with `query` added to whatever query it has."""
    return f"{text}{'&' if '?' in text else '?'}{query}" if query else text


class Request(NamedTuple):
    """One call, ready to be sent. `headers` are all of them, also `Host` and the length of `content`."""

    method: str
    address: Address
    query: str
    """To be added to the address, which may have one already; empty for none."""
    headers: Sequence[tuple[str, str]]
    content: bytes = b""
    reads_only: bool = False
    """It changes nothing at the provider, whatever its method, and may be sent once more."""
    proxy: SecretStr | None = None
    """As in the settings; without one the call goes directly."""

    @property
    def url(self) -> str:
        """The URL as a whole."""
        return with_query(self.address.url, self.query)

    def __repr__(self) -> str:
        """Name method and host alone: the rest holds tokens."""
        return f"Request({self.method} {self.address!r})"


class Whole(NamedTuple):
    """An answer all of which has come; nothing is held for it any longer."""

    status: int
    headers: Sequence[tuple[bytes, bytes]]
    """In order, with the letter case in which they came."""
    body: bytes

    def __repr__(self) -> str:
        """Name the status alone: the rest may hold tokens."""
        return f"Whole({self.status})"


class Reply(Protocol):
    """An answer whose head has come, and not yet its body. It is closed exactly once, read or not."""

    @property
    def status(self) -> int:
        """The status of the answer."""

    @property
    def headers(self) -> Sequence[tuple[bytes, bytes]]:
        """The headers, as in `Whole`."""

    async def read(self) -> bytes:
        """Return the next part of the body, nothing at its end.

        Raises:
            httpx.TransportError: there is no more, though the answer has not ended.
        """

    async def close(self) -> None:
        """Let go of it."""


Send = Callable[[Request], Awaitable[Whole | Reply]]
"""Sends one request, and returns as soon as the head of the answer is there; the caller bounds the time.

Most answers come in one piece, and are `Whole` then.

Raises httpx's errors: `httpx.LocalProtocolError` or `httpx.UnsupportedProtocol` where the request cannot be sent, any
other `httpx.TransportError` where no answer has come.
"""
