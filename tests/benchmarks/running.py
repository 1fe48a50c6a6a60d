"""Participants while they run: measured over HTTP, or by a line that tells one to measure itself."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import processes
from tests.benchmarks.cases import FRESH
from tests.benchmarks.children import START_S, Child
from tests.benchmarks.load import Result, measure, say, say_once
from tests.benchmarks.participants import Participant
from tests.benchmarks.provider import token, user_id
from tests.benchmarks.samples import Probe
from tests.benchmarks.visitors import visitors
from tests.benchmarks.wire import Answer, connect

_STRANGERS = (9_000_001, 9_000_002, 9_000_003)
"""Users who are seen in probes only: some servers take one e-mail address from one provider alone."""


def _serial() -> str:
    return f"{time.time_ns():016x}"[-16:]


class Server:
    """A participant that answers HTTP."""

    def __init__(self, participant: Participant, child: Child) -> None:
        self.participant = participant
        self.child = child

    async def until_ready(self) -> None:
        """Wait until it answers.

        Raises:
            RuntimeError: it does not.
        """
        await self.child.until_ready()

    async def measure(
        self, journey: str, *, in_flight: int, seconds: float, users: int, begin: Callable[[], None]
    ) -> Result:
        """Let clients go on a journey; `begin` is called as the clock starts."""
        clients = visitors(journey, self.participant.dialect, count=in_flight, users=users)
        return await measure(self.child.port, clients, seconds=seconds, begin=begin)

    async def greet(self, users: int) -> Result:
        """Log every user in once: what is measured is people who come back."""
        clients = visitors(FRESH, self.participant.dialect, count=8, users=users)
        return await measure(self.child.port, clients, seconds=START_S, requests=users)

    async def probe(self) -> Probe:
        """See that it lets the right one in and nobody else; an answer must lead to the user whose token it was.

        Raises:
            RuntimeError: it does not let the right one in, or for somebody else.
        """
        good = await self._log_in(token(_serial(), 0))
        fault = self.participant.dialect.fault(good, user_id(0)) or await self._mistaken(good)
        if fault:
            raise RuntimeError(f"{self.participant.name}: {fault}\n{self.child.last_words()}")
        other = await self._log_in(token(_serial(), _STRANGERS[2], app="Other"))
        invalid = await self._log_in("EAAnot-a-token-of-anybody" + 170 * "z")
        return Probe(
            server=self.participant.name,
            other_app=self._verdict(other, _STRANGERS[2]),
            other_client=await self._at_google(),
            invalid=self._verdict(invalid, _STRANGERS[2]),
            idle_mib=processes.peak_mib(self.child.pid),
        )

    async def _at_google(self) -> str:
        """Return what it does with a token of Google's for another app, if it takes one for ours."""
        say_it = self.participant.dialect.google
        if say_it is None:
            return ""
        ours = token(_serial(), _STRANGERS[0], is_googles=True)
        fault = self.participant.dialect.fault(await say_once(self.child.port, say_it(ours)), user_id(_STRANGERS[0]))
        if fault:
            raise RuntimeError(f"{self.participant.name}, with a token of Google's: {fault}\n{self.child.last_words()}")
        others = token(_serial(), _STRANGERS[1], app="Other", is_googles=True)
        return self._verdict(await say_once(self.child.port, say_it(others)), _STRANGERS[1])

    async def _log_in(self, provider_token: str) -> Answer:
        return await say_once(self.child.port, self.participant.dialect.login(provider_token))

    async def _mistaken(self, answer: Answer) -> str | None:
        dialect = self.participant.dialect
        if dialect.whoami is None:
            return None
        channel = await connect(self.child.port)
        told = await say(channel, dialect.whoami(dialect.session(json.loads(answer.body))))
        channel.close()
        if told.status == 200 and user_id(0).encode() in told.body:
            return None
        return f"its session is not of the user whose token it was: {told.status} {told.body[:200]!r}"

    def _verdict(self, answer: Answer, number: int) -> str:
        accepted = self.participant.dialect.fault(answer, user_id(number)) is None
        return f"{'accepted' if accepted else 'refused'} ({answer.status})"


class Verifying:
    """A participant that verifies in its own process."""

    def __init__(self, participant: Participant, child: Child, answers: Path) -> None:
        self.participant = participant
        self.child = child
        self._answers = answers
        self._lines = 1

    async def until_ready(self) -> None:
        """Wait until it is open.

        Raises:
            RuntimeError: it does not open.
        """
        await self._answer(0, START_S)

    async def measure(
        self, journey: str, *, in_flight: int, seconds: float, users: int, begin: Callable[[], None]
    ) -> Result:
        """Let it measure itself; `begin` is called as the clock starts. Its journey is always the same."""
        stdin = self.child.process.stdin
        assert stdin is not None
        begin()
        stdin.write(json.dumps({"seconds": seconds, "in_flight": in_flight, "users": users}).encode() + b"\n")
        stdin.flush()
        busy = time.process_time()
        told = json.loads(await self._answer(self._lines, seconds + START_S))
        self._lines += 1
        return Result(told["seconds"], told["latencies"], told["wrong"], time.process_time() - busy)

    async def _answer(self, place: int, patience_s: float) -> str:
        end = time.monotonic() + patience_s
        while time.monotonic() < end and self.child.process.poll() is None:
            text = self._answers.read_text() if self._answers.exists() else ""
            lines = text.splitlines(keepends=True)
            if len(lines) > place and lines[place].endswith("\n"):
                return lines[place]
            await asyncio.sleep(0.05)
        raise RuntimeError(f"{self.child.name} does not answer\n{self.child.last_words()}")


Running = Server | Verifying
