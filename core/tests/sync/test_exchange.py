"""What the blocking exchange does is what the other does."""

import asyncio
import gc
import inspect
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from core.tests.bench import EVERYTHING, ISSUER, good_request
from core.tests.sync.doors import CountingStorage, Unopenable, doorstep
from pydantic import SecretStr

from accredit import ConfigurationError, ProviderToken, RefreshRequest, Settings, VerifyEvent
from accredit.errors import ConnectionDisabled, InvalidGrant, InvalidToken, LifecycleError, UnknownClient
from accredit.exchange import exchange as behind
from accredit.exchange import subjects as known
from accredit.storage import MemoryStorage
from accredit.sync import Exchange, Subjects

TOKEN = ProviderToken.of("good-token")


def together(number: int, function: Callable[[], object]) -> list[object]:
    """Call `function` in as many threads at once, and return what came of each."""
    barrier, outcomes = threading.Barrier(number), list[object]()

    def run() -> None:
        barrier.wait()
        try:
            outcomes.append(function())
        except Exception as exc:
            outcomes.append(exc)

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_a_call_is_a_login_that_goes_on() -> None:
    with doorstep() as step:
        tokens = step.exchange(good_request(scopes=tuple(EVERYTHING.split())))
        assert tokens.refresh_token is not None
        again = step.exchange.refresh(RefreshRequest(client_id="app", refresh_token=tokens.refresh_token))
        caller = step.exchange.authenticate(again.access_token.get_secret_value(), audience=ISSUER)
        assert caller.subject == "acme|1000"


def test_both_halves_of_a_login_can_be_had() -> None:
    with doorstep() as step:
        identity = step.exchange.verify("acme", TOKEN)
        tokens = step.exchange.issue(identity, client_id="app", subject="user-7")
        assert step.exchange.authenticate(tokens.access_token.get_secret_value()).subject == "user-7"
        assert isinstance(step.heard[0], VerifyEvent)


def test_a_nonce_can_be_had() -> None:
    with doorstep() as step:
        assert len(step.exchange.issue_nonce(client_id="app", connection="acme")) == 52
        with pytest.raises(ConnectionDisabled):
            step.exchange.issue_nonce(client_id="app", connection="off")


def test_a_token_can_be_forgotten() -> None:
    token = ProviderToken.of("good-token")
    with doorstep({"connections": {"acme": {"cache_s": 30}}}) as step:
        for _ in range(2):
            step.exchange.verify("acme", token)
        assert len(step.provider.requests) == 1
        step.exchange.forget("acme", token)
        step.exchange.verify("acme", token)
        asyncio.run(step.exchange.aforget("acme", token))
        step.exchange.verify("acme", token)
        assert len(step.provider.requests) == 3


def test_what_is_refused_raises_in_the_caller() -> None:
    with doorstep() as step:
        with pytest.raises(InvalidToken):
            step.exchange.authenticate("nonsense")
        with pytest.raises(UnknownClient):
            step.exchange.vouch_for("nobody")
        assert step.exchange.vouch_for("app").id == "app"


def test_a_bad_refresh_token_is_refused() -> None:
    with doorstep() as step, pytest.raises(InvalidGrant):
        step.exchange.refresh(RefreshRequest(client_id="app", refresh_token=SecretStr("nonsense")))


def test_subjects_can_be_managed() -> None:
    with doorstep({"subjects": {"policy": "create"}}) as step:
        subjects = step.exchange.subjects
        step.exchange(good_request(scopes=("openid", "offline_access")))
        assert subjects.subject_of("acme", "1000") == "acme|1000"
        assert subjects.identities("acme|1000") == (("acme", "1000"),)
        (session,) = subjects.sessions("acme|1000")
        assert subjects.end_session(session.id)
        assert not subjects.end_session(session.id)
        step.exchange(good_request(scopes=("openid", "offline_access")))
        assert subjects.end_sessions("acme|1000") == 1
        subjects.block("acme|1000")
        assert subjects.is_blocked("acme|1000")
        subjects.unblock("acme|1000")
        subjects.unlink("acme", "1000")
        assert subjects.subject_of("acme", "1000") is None
        assert subjects.link("acme", "1000", "acme|1000")
        assert not subjects.link("acme", "1000", "somebody")


def test_a_subject_can_be_logged_out_everywhere() -> None:
    with doorstep() as step:
        step.exchange(good_request())
        assert step.exchange.subjects.end_sessions("acme|1000") == 1


@pytest.mark.parametrize(("ours", "theirs"), [(Exchange, behind.Exchange), (Subjects, known.Subjects)])
def test_every_method_of_the_other_world_is_here_too(ours: type, theirs: type) -> None:
    def methods(one: type) -> set[str]:
        return {name for name, _ in inspect.getmembers(one, inspect.isfunction) if not name.startswith("_")}

    assert methods(theirs) - methods(ours) <= {"refuse"}  # for the edge alone


def test_settings_are_checked_when_it_is_made_and_nothing_is_opened() -> None:
    storage = CountingStorage()
    with doorstep(storage=storage):
        pass
    assert (storage.opened, storage.closed) == (0, 0)
    with pytest.raises(ConfigurationError, match="acme"):
        Exchange(Settings.model_validate({"issuer": ISSUER, "connections": {"acme": {}}}))


def test_threads_that_come_first_at_once_open_it_once() -> None:
    storage = CountingStorage()
    with doorstep(storage=storage) as step:
        assert together(8, lambda: step.exchange.verify("acme", TOKEN).user_id) == ["1000"] * 8
        assert storage.opened == 1
    assert storage.closed == 1


def test_after_it_was_closed_the_next_call_opens_it_again() -> None:
    storage = CountingStorage()
    with doorstep(storage=storage) as step:
        with step.exchange as exchange:
            assert storage.opened == 1
        assert storage.closed == 1
        assert exchange.verify("acme", TOKEN).user_id == "1000"
        assert storage.opened == 2


def test_what_cannot_be_opened_says_why_to_each_caller_and_is_tried_again() -> None:
    storage = Unopenable()
    with doorstep(storage=storage) as step:
        with pytest.raises(ConfigurationError, match="nobody is there"):
            step.exchange.open()
        assert step.exchange.verify("acme", TOKEN).user_id == "1000"


class Unclosable(MemoryStorage):
    """Cannot be closed, but for the last time."""

    times = 2

    async def close(self) -> None:
        self.times -= 1
        if self.times >= 0:
            raise RuntimeError


def test_a_part_that_cannot_be_closed_is_told_unless_something_else_went_wrong() -> None:
    with doorstep(storage=Unclosable()) as step:
        with pytest.raises(LifecycleError, match="its storage could not be"), step.exchange:
            pass
        with pytest.raises(ZeroDivisionError), step.exchange:
            raise ZeroDivisionError


async def test_in_a_thread_with_an_event_loop_the_blocking_methods_say_what_to_use() -> None:
    exchange = Exchange(Settings.model_validate({"issuer": ISSUER, "storage": {"url": "memory://"}}))
    with pytest.raises(LifecycleError, match="await the method of the same name"):
        exchange.verify("acme", TOKEN)
    with pytest.raises(LifecycleError, match="await the method of the same name"):
        exchange.answer("/healthz", method="GET", header=lambda _: "", body=bytes)


class Slow(CountingStorage):
    """Takes its time to close."""

    async def close(self) -> None:
        await asyncio.sleep(0.05)
        await super().close()


def test_who_calls_while_it_is_closed_waits_and_has_it_opened_again() -> None:
    storage = Slow()
    with doorstep(storage=storage) as step:
        step.exchange.open()

        def close() -> str:
            step.exchange.close()
            return "" if storage.closed else "it was not closed yet"

        def call() -> str:
            time.sleep(0.01)
            return step.exchange.verify("acme", TOKEN).user_id

        with ThreadPoolExecutor(8) as threads:
            found = [threads.submit(one) for one in (close, close, call, call, call)]
            assert [one.result(60) for one in found] == ["", "", "1000", "1000", "1000"]
    assert storage.opened == storage.closed == 2


def test_one_that_was_closed_is_not_kept_until_the_interpreter_exits() -> None:
    with doorstep() as step:
        step.exchange.open()
    door = weakref.ref(step.exchange._door)
    del step
    gc.collect()
    assert door() is None
