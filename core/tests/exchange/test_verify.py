"""Whatever a strategy does wrong means no."""

import asyncio
import traceback
from typing import Any

import pytest
from core.tests.acme import Acme, acme_raising, acme_returning, acme_that
from core.tests.bench import NOW, assert_refused, bench, good_request

from accredit import (
    AccessDenied,
    AppBound,
    ConfigurationError,
    ExchangeError,
    Verification,
    VerifyContext,
)
from accredit import errors as e
from accredit.credentials import Credential

SERVER_ERROR = (500, "server_error", "the server could not complete the request")
UNAVAILABLE = (503, "temporarily_unavailable", "the identity provider is not available, try again later")


@pytest.mark.threat(37)
@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        KeyError("id"),
        RecursionError(),
        MemoryError(),
        AssertionError(),
        NotImplementedError(),
        StopAsyncIteration(),
        OSError("x"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "x"),
        ExceptionGroup("many", [ValueError("x")]),
        ConfigurationError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_any_exception_of_a_strategy_is_a_failed_plugin(error: Exception) -> None:
    async with bench(acme=acme_raising(error)) as wire:
        response = await wire.post(scope="openid offline_access")

        assert_refused(response, *SERVER_ERROR)
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)
        assert wire.event.detail.startswith(f"verify: {type(error).__name__} in acme_raising.<locals>.verify (acme.py:")
        assert wire.storage.kept == {}


@pytest.mark.parametrize(
    "error",
    [
        AccessDenied("no"),
        e.SubjectBlocked(),
        e.UnknownClient(),
        e.GrantNotAllowed("x"),
        e.InvalidBearer(),
        e.ConnectionNotFound(),
        e.ConnectionDisabled(),
        e.MalformedBody(),
        e.InvalidTarget(),
        e.InvalidRequest(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_an_error_that_is_not_a_strategys_to_raise_is_a_failed_plugin(error: ExchangeError) -> None:
    async with bench(acme=acme_raising(error)) as wire:
        assert_refused(await wire.post(), *SERVER_ERROR)
        assert wire.event.reason == "plugin_failed"
        assert wire.event.detail == f"verify raised {type(error).__name__}, which is not a strategy's to raise"


@pytest.mark.threat(37)
@pytest.mark.parametrize("returned", [None, True, {}, "1000", ("1000", "acme-app"), object(), Acme])
async def test_anything_but_a_verification_is_a_failed_plugin(returned: object) -> None:
    async with bench(acme=acme_returning(returned)) as wire:
        assert_refused(await wire.post(scope="offline_access"), *SERVER_ERROR)
        assert wire.event.reason == "plugin_failed"
        assert wire.event.detail == f"verify returned {type(returned).__name__}"
        assert wire.storage.kept == {}


@pytest.mark.threat(37)
async def test_a_strategy_that_hangs_is_given_up_at_the_deadline() -> None:
    cancelled = asyncio.Event()

    async def hang(_: Credential, __: VerifyContext) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with bench({"limits": {"exchange_timeout_s": 0.01}}, acme=acme_that(hang)) as wire:
        assert_refused(await wire.post(scope="offline_access"), *UNAVAILABLE)
        assert cancelled.is_set()
        assert (wire.event.reason, wire.event.detail) == ("provider_unavailable", "the exchange's deadline has passed")
        assert wire.storage.kept == {}


async def test_a_strategy_that_cancels_itself_is_a_failed_plugin() -> None:
    # As it does where it awaits a task that something else cancelled: nobody has left, so somebody wants an answer.
    async with bench(acme=acme_raising(asyncio.CancelledError())) as wire:
        assert_refused(await wire.post(scope="offline_access"), *SERVER_ERROR)
        assert (wire.event.reason, wire.event.alert) == ("plugin_failed", True)


async def test_the_python_call_raises_what_the_wire_shows() -> None:
    async with bench(acme=acme_raising(ValueError("MARKED"))) as wire:
        with pytest.raises(e.PluginFailed) as raised:
            await wire.exchange(good_request())

        assert (raised.value.status, raised.value.error) == (500, "server_error")
        assert "MARKED" not in "".join(traceback.format_exception(raised.value))


class Normalizing(Acme):
    """Its `normalize` does what `outcome` says."""

    outcome: Any = None

    def normalize(self, verification: Any) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@pytest.mark.threat(37)
@pytest.mark.parametrize(
    ("outcome", "detail"),
    [
        (ValueError("MARKED"), "normalize: ValueError in Normalizing.normalize (test_verify.py:"),
        (AccessDenied("MARKED"), "normalize: AccessDenied in Normalizing.normalize (test_verify.py:"),
        (None, "normalize returned NoneType"),
        ({"name": "MARKED"}, "normalize returned dict"),
    ],
)
async def test_a_strategy_that_cannot_normalize_is_a_failed_plugin(outcome: object, detail: str) -> None:
    class Broken(Normalizing):
        pass

    Broken.outcome = outcome
    async with bench(acme=Broken) as wire:
        assert_refused(await wire.post(scope="openid offline_access"), *SERVER_ERROR)
        assert wire.event.reason == "plugin_failed"
        assert wire.event.detail.startswith(detail)
        assert "MARKED" not in repr(wire.events) + repr(wire.log.lines)
        assert wire.storage.kept == {}


def verified_until(expires_at: int | None) -> type[Acme]:
    return acme_returning(
        Verification(user_id="1000", audience=AppBound("acme-app"), claims={"name": "Ada"}, expires_at=expires_at)
    )


@pytest.mark.parametrize("expires_at", [NOW + 1, 10**18, None])
async def test_a_token_that_ends_later_or_never_logs_in(expires_at: int | None) -> None:
    async with bench(acme=verified_until(expires_at)) as wire:
        assert (await wire.post()).status_code == 200


@pytest.mark.threat(37)
@pytest.mark.parametrize("expires_at", [NOW, NOW - 1, 1])
async def test_a_token_that_has_ended_by_what_the_strategy_says_is_refused(expires_at: int) -> None:
    async with bench(acme=verified_until(expires_at)) as wire:
        response = await wire.post(scope="openid offline_access")

        assert_refused(response, 401, "invalid_request", "invalid access_token: invalid_token")
        assert (wire.event.reason, wire.event.detail) == ("invalid_token", "expires_at has passed")
        assert wire.storage.kept == {}
