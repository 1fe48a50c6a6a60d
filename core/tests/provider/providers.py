"""Providers that answer as told, and a client for them."""

from collections.abc import AsyncIterator, Callable

import httpx

from accredit.provider.http import ProviderHTTP

API = "https://api.acme.example"
LIMIT = 1000


class Chunks(httpx.AsyncByteStream):
    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks
        self.closed = False
        self.ended = False
        """Nothing is left of the reading."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            for chunk in self.chunks:
                yield chunk
        finally:
            self.ended = True

    async def aclose(self) -> None:
        self.closed = True


class Told(httpx.AsyncBaseTransport):
    def __init__(self, reply: Callable[[], httpx.Response]) -> None:
        self.reply = reply
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.reply()


def answering(*chunks: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Told:
    return Told(lambda: httpx.Response(status, headers=headers, stream=Chunks(*(chunks or (b"{}",)))))


def client(
    transport: httpx.AsyncBaseTransport, *urls: str, timeout_s: float = 5.0, max_response_bytes: int = LIMIT
) -> ProviderHTTP:
    return ProviderHTTP(transport, urls=urls or (API,), timeout_s=timeout_s, max_response_bytes=max_response_bytes)
