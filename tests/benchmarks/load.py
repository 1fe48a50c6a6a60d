"""The load generator: `in_flight` clients, each with its own connection and one request at a time."""

import asyncio
import json
import secrets
import time
from dataclasses import dataclass, field

from tests.benchmarks.provider import token
from tests.benchmarks.wire import HOST, Answer, Outbound, connect

_WANTED = ("access_token", "id_token", "refresh_token")
PATIENCE_S = 30.0
"""An answer that takes longer counts as wrong, and ends the client that waited for it."""


@dataclass(slots=True)
class Result:
    """What one measurement saw. Latencies are in seconds, of right answers only."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def percentile_ms(self, percent: float) -> float:
        """Return the latency that `percent` of the answers did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000 if ordered else 0.0


def _message(provider_token: str) -> bytes:
    body = json.dumps(
        {
            "client_id": "bench",
            "connection": "facebook",
            "access_token": provider_token,
            "scope": "openid profile email offline_access",
        }
    ).encode()
    head = (
        f"POST /oauth/access_token HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _fault(answer: Answer) -> str | None:
    """Say what is wrong with an answer, without repeating a token."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        return f"{answer.status}, no JSON"
    if not isinstance(body, dict):
        return f"{answer.status}, no JSON object"
    if answer.status != 200:
        return f"{answer.status} {body.get('error')}: {body.get('error_description')}"
    missing = [name for name in _WANTED if not isinstance(body.get(name), str) or not body[name]]
    return f"200 without {', '.join(missing)}" if missing else None


class _Load:
    def __init__(self, port: int, *, requests: int, seconds: float) -> None:
        self._port = port
        self._left = requests
        self._seconds = seconds
        self._run = secrets.token_hex(8)
        self.result = Result()

    async def run(self, in_flight: int) -> Result:
        channels = await asyncio.gather(*(connect(self._port) for _ in range(in_flight)))
        started = time.perf_counter()
        try:
            await asyncio.gather(*(self._client(channel, started + self._seconds) for channel in channels))
            self.result.seconds = time.perf_counter() - started
        finally:
            for channel in channels:
                channel.close()
        return self.result

    async def _client(self, channel: Outbound, until: float) -> None:
        while self._left > 0 and time.perf_counter() < until:
            self._left -= 1
            message = _message(token(self._run, self._left))
            sent = time.perf_counter()
            try:
                async with asyncio.timeout(PATIENCE_S):
                    answer = await channel.send(message)
            except (OSError, TimeoutError) as exc:
                self.result.wrong.append(f"no answer: {type(exc).__name__}")
                return
            took = time.perf_counter() - sent
            if fault := _fault(answer):
                self.result.wrong.append(fault)
            else:
                self.result.latencies.append(took)


async def measure(port: int, *, in_flight: int, requests: int, seconds: float) -> Result:
    """Exchange fresh tokens until `requests` were sent or `seconds` are over, whichever is first."""
    return await _Load(port, requests=requests, seconds=seconds).run(in_flight)
