"""People who log in and refresh through all nodes, again and again, and keep account of what they were given."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.faults.moody import login
from tests.faults.servers import Answer, Client

PAUSE_S = 0.05
"""After a failure, before the next attempt."""
_MOST_REFRESHES = 12
"""Of one session: fewer than after which a replaced token is forgotten."""
_AT_ONCE = 8
_SIGNED_BY = 20
"""Of so many access tokens one is kept, to be verified."""


@dataclass
class Account:
    """One login and what followed: what a client knows of it."""

    number: int
    tokens: list[str] = field(default_factory=list)
    """The refresh tokens that arrived, oldest first."""
    unclear: int = 0
    """Attempts without a good answer: they may have been done all the same."""


@dataclass
class People:
    """Several people on connections to the round robin, each of whom does one thing after the other.

    `numbers` gives each login a user of its own.
    """

    port: int
    numbers: Iterator[int]
    seed: int = 1
    outcomes: Counter[str] = field(default_factory=Counter)
    """How often each of `login 200`, `refresh 503`, `login lost` … was seen."""
    times: dict[str, list[float]] = field(default_factory=dict)
    """When each of them was seen, on the monotonic clock."""
    accounts: list[Account] = field(default_factory=list)
    access_tokens: list[str] = field(default_factory=list)
    """Some of them."""

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - which load comes next is no secret

    @property
    def answered(self) -> int:
        """How many attempts have succeeded."""
        return self.outcomes["login 200"] + self.outcomes["refresh 200"]

    @asynccontextmanager
    async def using(self, people: int, *, hanging: int = 0) -> AsyncIterator[None]:
        """Let so many people use the nodes during the block; what they have begun, they finish.

        `hanging`: so many more log in by a provider that does not answer.
        """
        over = asyncio.Event()
        tasks = [asyncio.create_task(self._use(over)) for _ in range(people)]
        tasks += [asyncio.create_task(self._hang(over)) for _ in range(hanging)]
        try:
            yield
        finally:
            over.set()
            await asyncio.gather(*tasks)

    async def until_answered(self, more: int) -> None:
        """Wait until so many more attempts have succeeded."""
        wanted = self.answered + more
        while self.answered < wanted:  # noqa: ASYNC110 - they count, and tell nobody
            await asyncio.sleep(0.01)

    async def everybody_refreshes(self) -> None:
        """Let each account use its last token once more."""
        waiting = [account for account in self.accounts if account.tokens]

        async def refresh_some() -> None:
            client = Client(self.port)
            while waiting:
                await self._refresh(client, waiting.pop())
            client.leave()

        await asyncio.gather(*(refresh_some() for _ in range(_AT_ONCE)))

    async def _use(self, over: asyncio.Event) -> None:
        client, account = Client(self.port), Account(next(self.numbers))
        self.accounts.append(account)
        while not over.is_set():
            if len(account.tokens) > 1 + self._random.randrange(_MOST_REFRESHES):
                account = Account(next(self.numbers))
                self.accounts.append(account)
            if account.tokens:
                good = await self._refresh(client, account)
            else:
                good = await self._log_in(client, account)
            if not good:
                await asyncio.sleep(PAUSE_S)
        client.leave()

    async def _hang(self, over: asyncio.Event) -> None:
        client = Client(self.port)
        while not over.is_set():
            await self._ask("hanging", client, login("moody", "hang", next(self.numbers)))
            await asyncio.sleep(PAUSE_S)
        client.leave()

    async def _log_in(self, client: Client, account: Account) -> bool:
        return self._keep(account, await self._ask("login", client, login("steady", "good", account.number)))

    async def _refresh(self, client: Client, account: Account) -> bool:
        client.refresh_token = account.tokens[-1]
        return self._keep(account, await self._ask("refresh", client, None))

    def _keep(self, account: Account, answer: Answer | None) -> bool:
        if answer is None or answer.status != 200:
            account.unclear += 1
            return False
        account.tokens.append(answer.body["refresh_token"])
        if len(self.access_tokens) * _SIGNED_BY < self.answered:
            self.access_tokens.append(answer.body["access_token"])
        return True

    async def _ask(self, what: str, client: Client, provider_token: dict[str, str] | None) -> Answer | None:
        try:
            answer = await (client.refresh() if provider_token is None else client.log_in(provider_token))
        except (OSError, asyncio.IncompleteReadError):
            client.leave()
            answer = None
        outcome = f"{what} {'lost' if answer is None or answer.status == 502 else answer.status}"
        self.outcomes[outcome] += 1
        self.times.setdefault(outcome, []).append(time.monotonic())
        return answer
