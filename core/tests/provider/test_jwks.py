"""Provider key sets: how often they are fetched, by whom, and what happens where they cannot be."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from core.tests.clock import Clock

from accredit.errors import ProviderUnavailable
from accredit.keys.jose import PublicKeys, SigningKey
from accredit.provider.http import ProviderResponse
from accredit.provider.jwks import JwksCache
from accredit.provider.published import (
    DEFAULT_MAX_AGE_S,
    FIRST_COOLDOWN_S,
    LONGEST_COOLDOWN_S,
    LONGEST_MAX_AGE_S,
    LONGEST_STALE_S,
)

URL = "https://api.acme.example/jwks"
Answer = ProviderResponse | Exception


class Provider:
    """A keys endpoint that answers as told, and counts."""

    def __init__(self, clock: Clock, answer: Answer) -> None:
        self.answer = answer
        self.fetched: list[str] = []
        self.alerts: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.cache = JwksCache(clock=clock, alert=lambda event, url: self.alerts.append((event, url)))

    async def keys(self, url: str, kid: str) -> PublicKeys:
        return await self.cache.keys(url, kid, self.fetch)

    async def settle(self) -> None:
        """Let what is fetched beside the callers arrive."""
        for _ in range(3):
            await asyncio.sleep(0)

    async def fetch(self, url: str) -> ProviderResponse:
        self.fetched.append(url)
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def published(*keys: SigningKey, cache_control: str | None = None, status: int = 200) -> ProviderResponse:
    headers = {} if cache_control is None else {"cache-control": cache_control}
    return ProviderResponse(status, headers, json.dumps({"keys": [key.public_jwk() for key in keys]}).encode())


DOWN = ProviderUnavailable("call timed out")


@pytest.fixture(scope="module")
def new_key() -> SigningKey:
    return SigningKey.generate("ES256")


Make = Callable[[Answer], Provider]


@pytest.fixture
def provider(clock: Clock) -> Make:
    return lambda answer: Provider(clock, answer)


async def test_a_fresh_set_that_knows_the_kid_costs_nothing(provider: Make, clock: Clock, es256: SigningKey) -> None:
    acme = provider(published(es256))
    for _ in range(3):
        assert es256.kid in await acme.keys(URL, es256.kid)
        clock.now += LONGEST_COOLDOWN_S
    assert acme.fetched == [URL]
    assert acme.alerts == []


async def test_every_url_has_a_set_of_its_own(provider: Make, es256: SigningKey) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    await acme.keys(f"{URL}/2", es256.kid)
    assert acme.fetched == [URL, f"{URL}/2"]


@pytest.mark.parametrize(
    ("cache_control", "max_age_s"),
    [
        (None, DEFAULT_MAX_AGE_S),
        ("", DEFAULT_MAX_AGE_S),
        ("public, must-revalidate", DEFAULT_MAX_AGE_S),
        ("max-age=many", DEFAULT_MAX_AGE_S),
        ("public, max-age=7200, must-revalidate", 7200),
        ("Max-Age=7200", 7200),
        ("max-age=999999999", LONGEST_MAX_AGE_S),
        ("max-age=99999999999999999999", LONGEST_MAX_AGE_S),
        ("max-age=0", LONGEST_COOLDOWN_S),
        ("max-age=1", LONGEST_COOLDOWN_S),
    ],
)
async def test_a_set_is_waited_for_once_it_is_stale_and_not_a_moment_before(
    provider: Make, clock: Clock, es256: SigningKey, cache_control: str | None, max_age_s: int
) -> None:
    acme = provider(published(es256, cache_control=cache_control))
    await acme.keys(URL, es256.kid)
    acme.gate.clear()
    clock.now += max_age_s - 1
    await acme.keys(URL, es256.kid)
    clock.now += 1
    waiting = asyncio.create_task(acme.keys(URL, es256.kid))
    await acme.settle()
    assert not waiting.done()
    acme.gate.set()
    await waiting
    assert len(acme.fetched) == 2


async def test_in_the_second_half_of_its_life_a_set_is_fetched_beside_those_who_use_it(
    provider: Make, clock: Clock, es256: SigningKey, new_key: SigningKey
) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    clock.now += DEFAULT_MAX_AGE_S / 2 - 1
    await acme.keys(URL, es256.kid)
    await acme.settle()
    assert len(acme.fetched) == 1
    clock.now += 1
    acme.gate.clear()
    acme.answer = published(new_key)
    for _ in range(5):
        assert es256.kid in await acme.keys(URL, es256.kid)
        await acme.settle()
    assert len(acme.fetched) == 2
    acme.gate.set()
    await acme.settle()
    assert new_key.kid in await acme.keys(URL, new_key.kid)
    clock.now += DEFAULT_MAX_AGE_S / 2 - 1
    await acme.keys(URL, new_key.kid)
    await acme.settle()
    assert len(acme.fetched) == 2


@pytest.mark.threat(22)
async def test_nobody_waits_for_an_endpoint_that_is_known_to_hang(
    provider: Make, clock: Clock, es256: SigningKey
) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    acme.answer = DOWN
    clock.now += DEFAULT_MAX_AGE_S / 2
    await acme.keys(URL, es256.kid)
    await acme.settle()
    assert acme.alerts == [("jwks.fetch_failed", URL)]
    acme.gate.clear()
    clock.now += DEFAULT_MAX_AGE_S
    for _ in range(3):
        assert es256.kid in await acme.keys(URL, es256.kid)
        await acme.settle()
    assert len(acme.fetched) == 3
    await acme.cache.close()


@pytest.mark.threat(22)
async def test_a_stale_set_serves_for_a_day_and_no_longer(provider: Make, clock: Clock, es256: SigningKey) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    acme.answer = DOWN
    clock.now += DEFAULT_MAX_AGE_S + LONGEST_STALE_S - 1
    assert es256.kid in await acme.keys(URL, es256.kid)
    clock.now += 1
    with pytest.raises(ProviderUnavailable, match="signing keys cannot be fetched"):
        await acme.keys(URL, es256.kid)
    acme.answer = published(es256)
    clock.now += LONGEST_COOLDOWN_S
    assert es256.kid in await acme.keys(URL, es256.kid)


async def test_closing_ends_what_is_being_fetched_and_keeps_what_there_is(
    provider: Make, clock: Clock, es256: SigningKey
) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    clock.now += DEFAULT_MAX_AGE_S / 2
    acme.gate.clear()
    await acme.keys(URL, es256.kid)
    await acme.settle()
    before = asyncio.all_tasks()
    await acme.cache.close()
    assert len(before - asyncio.all_tasks()) == 1
    await acme.cache.close()
    acme.gate.set()
    assert es256.kid in await acme.keys(URL, es256.kid)
    await acme.settle()
    assert len(acme.fetched) == 3


def test_a_fetch_of_a_loop_that_has_ended_hinders_nobody(es256: SigningKey) -> None:
    ended = asyncio.new_event_loop()
    acme = Provider(Clock(), published(es256))

    async def ask() -> None:
        acme.gate.clear()
        waiting = asyncio.ensure_future(acme.keys(URL, es256.kid))
        await acme.settle()
        waiting.cancel()

    ended.run_until_complete(ask())
    left: Any
    [left] = asyncio.all_tasks(ended)
    left.get_coro().close()
    left._log_destroy_pending = False  # nobody will run it any more: that is what this is about
    ended.close()
    asyncio.run(acme.cache.close())
    acme.gate = asyncio.Event()
    acme.gate.set()
    assert es256.kid in asyncio.run(acme.keys(URL, es256.kid))


@pytest.mark.threat(22)
async def test_a_rotation_costs_one_fetch(provider: Make, clock: Clock, es256: SigningKey, new_key: SigningKey) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    acme.answer = published(es256, new_key)
    clock.now += LONGEST_COOLDOWN_S
    keys = await acme.keys(URL, new_key.kid)
    assert new_key.kid in keys
    assert es256.kid in keys
    assert len(acme.fetched) == 2
    acme.answer = published(new_key)
    clock.now += DEFAULT_MAX_AGE_S
    assert es256.kid not in await acme.keys(URL, new_key.kid)


@pytest.mark.threat(6)
async def test_a_flood_of_unknown_kids_is_none_of_fetches(provider: Make, clock: Clock, es256: SigningKey) -> None:
    acme = provider(published(es256))
    began, asked = clock.now, list[float]()
    for second in range(100):
        for number in range(5):
            kid = f"{second}-{number}"
            if len(asked) < 8 and number == 0 and second in {0, 1, 3, 7, 15, 31, 61, 91}:
                assert kid not in await acme.keys(URL, kid)
                asked.append(clock.now - began)
                continue
            with pytest.raises(ProviderUnavailable, match="were fetched a moment ago, and the kid is unknown") as error:
                await acme.keys(URL, kid)
            assert 1 <= (error.value.retry_after_s or 0) <= LONGEST_COOLDOWN_S
        assert es256.kid in await acme.keys(URL, es256.kid)
        clock.now += 1
    assert len(acme.fetched) == len(asked) == 8
    assert acme.alerts == []


async def test_fifty_callers_share_one_fetch(provider: Make, es256: SigningKey) -> None:
    acme = provider(published(es256))
    acme.gate.clear()
    callers = [asyncio.create_task(acme.keys(URL, es256.kid)) for _ in range(50)]
    await asyncio.sleep(0)
    acme.gate.set()
    answers = await asyncio.gather(*callers)
    assert all(es256.kid in keys for keys in answers)
    assert len(acme.fetched) == 1


async def test_a_caller_who_gives_up_does_not_take_the_keys_from_the_others(provider: Make, es256: SigningKey) -> None:
    acme = provider(published(es256))
    acme.gate.clear()
    first, second = (asyncio.create_task(acme.keys(URL, es256.kid)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    acme.gate.set()
    assert es256.kid in await second
    assert len(acme.fetched) == 1


async def test_keys_that_arrive_after_everybody_gave_up_are_kept(provider: Make, es256: SigningKey) -> None:
    acme = provider(published(es256))
    acme.gate.clear()
    only = asyncio.create_task(acme.keys(URL, es256.kid))
    await asyncio.sleep(0)
    only.cancel()
    with pytest.raises(asyncio.CancelledError):
        await only
    acme.gate.set()
    assert es256.kid in await acme.keys(URL, es256.kid)
    assert len(acme.fetched) == 1


@pytest.mark.threat(22)
@pytest.mark.parametrize("answer", [DOWN, ProviderResponse(500, {}, b"oops"), ProviderResponse(200, {}, b"<html>")])
async def test_an_endpoint_down_with_keys_in_hand_serves_those_and_alerts(
    provider: Make, clock: Clock, es256: SigningKey, answer: Answer
) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    clock.now += DEFAULT_MAX_AGE_S
    acme.answer = answer
    for _ in range(10):
        assert es256.kid in await acme.keys(URL, es256.kid)
    assert len(acme.fetched) == 2
    assert acme.alerts == [("jwks.fetch_failed", URL)]
    with pytest.raises(ProviderUnavailable, match="signing keys cannot be fetched, and the kid is unknown"):
        await acme.keys(URL, "unknown")
    assert len(acme.fetched) == 2


async def test_it_is_asked_again_after_the_cooldown_and_forgiven_once_it_answers(
    provider: Make, clock: Clock, es256: SigningKey, new_key: SigningKey
) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    acme.answer = DOWN
    for _ in range(3):
        clock.now += DEFAULT_MAX_AGE_S
        await acme.keys(URL, es256.kid)
        await acme.settle()
    assert len(acme.fetched) == 4
    acme.answer = published(new_key)
    clock.now += LONGEST_COOLDOWN_S
    assert new_key.kid in await acme.keys(URL, new_key.kid)
    clock.now += LONGEST_COOLDOWN_S
    assert es256.kid not in await acme.keys(URL, es256.kid)  # refused now, no longer unavailable


async def test_an_unknown_kid_while_the_endpoint_is_down_is_nobodys_fault(
    provider: Make, clock: Clock, es256: SigningKey
) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    acme.answer = DOWN
    clock.now += LONGEST_COOLDOWN_S
    with pytest.raises(ProviderUnavailable):
        await acme.keys(URL, "perhaps rotated")
    assert es256.kid in await acme.keys(URL, es256.kid)


@pytest.mark.threat(22)
async def test_an_endpoint_down_with_no_keys_is_unavailability_and_no_flood(
    provider: Make, clock: Clock, es256: SigningKey
) -> None:
    acme = provider(DOWN)
    for _ in range(10):
        with pytest.raises(ProviderUnavailable):
            await acme.keys(URL, es256.kid)
    clock.now += FIRST_COOLDOWN_S / 2
    with pytest.raises(ProviderUnavailable, match="signing keys cannot be fetched, and the kid is unknown"):
        await acme.keys(URL, es256.kid)
    assert len(acme.fetched) == 1
    assert acme.alerts == [("jwks.fetch_failed", URL)]
    acme.answer = published(es256)
    clock.now += FIRST_COOLDOWN_S / 2
    assert es256.kid in await acme.keys(URL, es256.kid)
    assert len(acme.fetched) == 2


async def test_fifty_callers_share_one_failure(provider: Make, es256: SigningKey) -> None:
    acme = provider(DOWN)
    acme.gate.clear()
    callers = [asyncio.create_task(acme.keys(URL, es256.kid)) for _ in range(50)]
    await asyncio.sleep(0)
    acme.gate.set()
    outcomes = await asyncio.gather(*callers, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {ProviderUnavailable}
    assert len(acme.fetched) == len(acme.alerts) == 1


def symmetric() -> dict[str, Any]:
    return {"kty": "oct", "k": "AAAA", "kid": "1"}


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'{"keys":null}', b'{"keys":[]}', json.dumps({"keys": [symmetric()]}).encode()],
)
async def test_a_garbage_key_set_does_not_replace_a_good_one(
    provider: Make, clock: Clock, es256: SigningKey, body: bytes
) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    acme.answer = ProviderResponse(200, {}, body)
    clock.now += DEFAULT_MAX_AGE_S
    assert es256.kid in await acme.keys(URL, es256.kid)
    assert acme.alerts == [("jwks.fetch_failed", URL)]


@pytest.mark.parametrize("status", [201, 204, 404, 429, 500])
async def test_a_key_set_under_another_status_is_none(provider: Make, es256: SigningKey, status: int) -> None:
    acme = provider(published(es256, status=status))
    with pytest.raises(ProviderUnavailable):
        await acme.keys(URL, es256.kid)


async def test_a_failure_of_another_kind_is_no_flood_either(provider: Make, es256: SigningKey) -> None:
    acme = provider(RuntimeError("a transport may raise anything"))
    for _ in range(10):
        with pytest.raises(ProviderUnavailable):
            await acme.keys(URL, es256.kid)
    assert len(acme.fetched) == 1


@pytest.mark.threat(22)
async def test_the_cooldown_of_a_failing_endpoint_begins_short_and_grows(
    provider: Make, clock: Clock, es256: SigningKey
) -> None:
    acme = provider(DOWN)
    asked: list[float] = []
    began = clock.now
    for _ in range(400):
        before = len(acme.fetched)
        with pytest.raises(ProviderUnavailable) as refused:
            await acme.keys(URL, es256.kid)
        assert 1 <= (refused.value.retry_after_s or 0) <= LONGEST_COOLDOWN_S
        if len(acme.fetched) > before:
            asked.append(clock.now - began)
        clock.now += 0.25
    assert asked == [0, 1, 3, 7, 15, 31, 61, 91]


async def test_the_cooldown_begins_when_the_failed_fetch_has_ended(
    provider: Make, clock: Clock, es256: SigningKey
) -> None:
    acme = provider(DOWN)
    acme.gate.clear()
    waiting = asyncio.create_task(acme.keys(URL, es256.kid))
    await asyncio.sleep(0)
    clock.now += 60  # such as a fetch that ends by its time-out
    acme.gate.set()
    with pytest.raises(ProviderUnavailable):
        await waiting
    with pytest.raises(ProviderUnavailable):
        await acme.keys(URL, es256.kid)
    assert len(acme.fetched) == 1


async def test_an_endpoint_that_has_been_back_is_forgiven_its_failures(
    provider: Make, clock: Clock, es256: SigningKey
) -> None:
    acme = provider(DOWN)
    for _ in range(8):
        with pytest.raises(ProviderUnavailable):
            await acme.keys(URL, es256.kid)
        clock.now += LONGEST_COOLDOWN_S
    acme.answer = published(es256)
    await acme.keys(URL, es256.kid)
    acme.answer = DOWN
    clock.now += DEFAULT_MAX_AGE_S
    for expected in (10, 10, 11):
        await acme.keys(URL, es256.kid)
        await acme.settle()
        assert len(acme.fetched) == expected
        clock.now += FIRST_COOLDOWN_S / 2


async def test_a_new_key_is_found_after_a_short_cooldown_whoever_feeds_unknown_kids(
    provider: Make, clock: Clock, es256: SigningKey, new_key: SigningKey
) -> None:
    acme = provider(published(es256))
    await acme.keys(URL, es256.kid)
    await acme.keys(URL, "garbage")  # an attacker's, which has just used up the fetch
    acme.answer = published(es256, new_key)
    with pytest.raises(ProviderUnavailable):  # and never a refusal: the user's token is good
        await acme.keys(URL, new_key.kid)
    assert es256.kid in await acme.keys(URL, es256.kid)
    clock.now += FIRST_COOLDOWN_S
    assert new_key.kid in await acme.keys(URL, new_key.kid)


async def test_a_new_key_ends_the_cooldown_and_so_does_a_quiet_while(
    provider: Make, clock: Clock, es256: SigningKey, new_key: SigningKey
) -> None:
    acme = provider(published(es256))
    for _ in range(6):
        await acme.keys(URL, "garbage")
        clock.now += LONGEST_COOLDOWN_S
    acme.answer = published(es256, new_key)
    await acme.keys(URL, new_key.kid)
    for _ in range(3):  # at once, and then after the shortest cooldown, whenever it was quiet for a while
        await acme.keys(URL, "garbage")
        with pytest.raises(ProviderUnavailable) as error:
            await acme.keys(URL, "garbage")
        assert error.value.retry_after_s == FIRST_COOLDOWN_S
        clock.now += FIRST_COOLDOWN_S + LONGEST_COOLDOWN_S
