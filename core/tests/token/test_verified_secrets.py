"""The slow hash is paid once for a right secret and every time for a wrong one, and nobody else waits for it."""

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from core.tests.token.support import SECRET, ask, basic, token_bench

from accredit.client_secret import SecretHash
from accredit.oauth.verified_secrets import VerifiedSecrets


class Slow:
    """A hash that takes until the test lets it go, and counts."""

    def __init__(self, *, waits: bool = False) -> None:
        self.asked: list[str] = []
        self.active = self.most = 0
        self.go_on = threading.Event()
        self._lock = threading.Lock()
        if not waits:
            self.go_on.set()

    def matches(self, secret: str) -> bool:
        with self._lock:
            self.asked.append(secret)
            self.active += 1
            self.most = max(self.most, self.active)
        assert threading.current_thread() is not threading.main_thread()
        assert self.go_on.wait(30)
        with self._lock:
            self.active -= 1
        return secret == "right"


async def until(condition: object) -> None:
    """Let the loop and the threads run until `condition` holds."""
    assert callable(condition)
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.to_thread(lambda: None)


@pytest.fixture
async def slow() -> AsyncIterator[Slow]:
    one = Slow(waits=True)
    yield one
    one.go_on.set()


async def test_a_right_secret_costs_one_slow_hash() -> None:
    hashed = Slow()
    verified = VerifiedSecrets({"svc": hashed})

    assert [await verified.check("svc", "right") for _ in range(100)] == [True] * 100
    assert hashed.asked == ["right"]


async def test_a_wrong_secret_costs_one_each_time() -> None:
    hashed = Slow()
    verified = VerifiedSecrets({"svc": hashed})
    await verified.check("svc", "right")

    assert [await verified.check("svc", "wrong") for _ in range(5)] == [False] * 5
    assert hashed.asked == ["right"] + ["wrong"] * 5
    assert await verified.check("svc", "right")
    assert len(hashed.asked) == 6


async def test_what_is_right_for_one_client_is_not_for_another() -> None:
    one, two = Slow(), Slow()
    verified = VerifiedSecrets({"one": one, "two": two})
    await verified.check("one", "right")
    await verified.check("two", "right")

    assert (one.asked, two.asked) == (["right"], ["right"])


async def test_many_with_the_same_secret_share_one_slow_hash(slow: Slow) -> None:
    verified = VerifiedSecrets({"svc": slow})
    waiting = [asyncio.create_task(verified.check("svc", "right")) for _ in range(500)]
    await until(lambda: slow.asked)
    slow.go_on.set()

    assert await asyncio.gather(*waiting) == [True] * 500
    assert slow.asked == ["right"]


async def test_one_who_gives_up_does_not_take_the_verdict_from_the_others(slow: Slow) -> None:
    verified = VerifiedSecrets({"svc": slow})
    first, second = (asyncio.create_task(verified.check("svc", "right")) for _ in range(2))
    await until(lambda: slow.asked)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    slow.go_on.set()

    assert await second
    assert slow.asked == ["right"]


async def test_guesses_at_one_client_run_one_after_another_and_the_loop_runs_on(slow: Slow) -> None:
    other = Slow()
    verified = VerifiedSecrets({"svc": slow, "other": other})
    guesses = [asyncio.create_task(verified.check("svc", f"guess {number}")) for number in range(50)]
    await until(lambda: slow.asked)

    assert await verified.check("other", "right")
    slow.go_on.set()
    assert await asyncio.gather(*guesses) == [False] * 50
    assert (slow.most, len(slow.asked)) == (1, 50)


async def test_of_all_clients_two_are_hashed_at_once() -> None:
    shared = Slow(waits=True)
    verified = VerifiedSecrets({str(number): shared for number in range(20)})
    waiting = [asyncio.create_task(verified.check(str(number), "right")) for number in range(20)]
    await until(lambda: len(shared.asked) == 2)
    shared.go_on.set()

    assert all(await asyncio.gather(*waiting))
    assert (shared.most, len(shared.asked)) == (2, 20)


async def test_a_client_that_was_in_before_does_not_wait_for_guesses(slow: Slow) -> None:
    verified = VerifiedSecrets({"svc": slow})
    slow.go_on.set()
    await verified.check("svc", "right")
    slow.go_on.clear()
    guess = asyncio.create_task(verified.check("svc", "wrong"))
    await until(lambda: "wrong" in slow.asked)

    assert await verified.check("svc", "right")
    slow.go_on.set()
    assert not await guess


async def test_nothing_of_a_secret_is_kept() -> None:
    class OneSecret:
        def matches(self, secret: str) -> bool:
            return secret == "the secret"

    verified = VerifiedSecrets({"svc": OneSecret()})
    assert await verified.check("svc", "the secret")
    assert not await verified.check("svc", "a guess")
    await asyncio.sleep(0)  # the callbacks of what has just finished

    kept = repr(vars(verified))
    assert "the secret" not in kept
    assert "a guess" not in kept


async def test_over_http_the_slow_hash_runs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    matches = SecretHash.matches
    calls: list[str] = []

    def counted(self: SecretHash, secret: str) -> bool:
        calls.append(secret)
        return matches(self, secret)

    monkeypatch.setattr(SecretHash, "matches", counted)
    async with token_bench() as wire:
        answers = await asyncio.gather(
            *(ask(wire, basic("svc", SECRET), grant_type="client_credentials") for _ in range(100))
        )

    assert {answer.status_code for answer in answers} == {200}
    assert calls == [SECRET]
