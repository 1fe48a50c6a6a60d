"""When the e-mail address is asked for; and no login hangs on it."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest

from accredit.credentials import ProviderToken
from accredit.errors import OutOfDescriptors, PluginFailed, ProviderUnavailable
from accredit.models import Identity
from accredit.profile import Assurance, Email
from accredit.testing import BASE_URL, InProcess, exchange_for
from accredit_weibo.refusals import ERRORS
from accredit_weibo.simulator import WeiboSimulator

Verify = Callable[..., Awaitable[Identity]]

INFO, USER, EMAIL = "/oauth2/get_token_info", "/2/users/show.json", "/2/account/profile/email.json"
ADDRESS = (200, [{"email": "ada@example.com"}])


@pytest.mark.parametrize("scope", ["email", "all", "follow_app_official_microblog, email", ",email,"])
async def test_email_is_asked_for_where_the_scope_opens_it(verify: Verify, scope: str) -> None:
    identity = await verify(info={"scope": scope}, email=ADDRESS)

    assert identity.profile.email == Email("ada@example.com", Assurance.UNVERIFIED)


@pytest.mark.parametrize("scope", [None, ...])
async def test_a_scope_that_is_not_said_may_be_any(
    verify: Verify, requests: list[httpx.Request], scope: object
) -> None:
    identity = await verify(info={"scope": scope}, email=ADDRESS)

    assert identity.profile.email == Email("ada@example.com", Assurance.UNVERIFIED)
    assert identity.provider_scopes == frozenset()
    assert sorted(one.url.path for one in requests) == sorted([INFO, USER, EMAIL])


@pytest.mark.parametrize("scope", ["", " ", ",", "Email", "email_read", "friendships_groups_read"])
async def test_email_is_not_asked_for_where_the_scope_does_not_open_it(
    verify: Verify, requests: list[httpx.Request], scope: object
) -> None:
    identity = await verify(info={"scope": scope}, email=ADDRESS)

    assert identity.profile.email is None
    assert [one.url.path for one in requests] == [INFO, USER]


@pytest.mark.parametrize("scope", [1, True, ["email"], {"email": True}])
async def test_scope_of_a_wrong_type_is_nonsense(verify: Verify, scope: object) -> None:
    with pytest.raises(ProviderUnavailable, match="scope"):
        await verify(info={"scope": scope})


@pytest.mark.parametrize(
    "body",
    [
        *([], {}, None, False, [[]], [{}], ["ada@example.com"], [{"email": None}], [{"email": 1}], [{"email": " "}]),
        {"email": "ada@example.com"},
        *(b"", b"<html>", b"\xff\xfe"),
    ],
)
async def test_email_answer_that_nobody_can_read_means_no_email(verify: Verify, body: object) -> None:
    assert (await verify(email=(200, body))).profile.email is None


@pytest.mark.threat(49)
@pytest.mark.parametrize("code", [*ERRORS, 20_015, 99_999, "x"])
async def test_refused_email_call_never_refuses_the_login(
    verify: Verify, requests: list[httpx.Request], code: object
) -> None:
    identity = await verify(email=(403, {"error": "no", "error_code": code}))

    assert identity.profile.email is None
    assert sorted(one.url.path for one in requests) == sorted([INFO, USER, EMAIL])


async def test_address_under_an_error_status_is_not_believed(verify: Verify) -> None:
    assert (await verify(email=ADDRESS)).profile.email is not None
    assert (await verify(email=(403, ADDRESS[1]))).profile.email is None


@pytest.mark.parametrize("error", [httpx.ConnectError("refused"), OutOfDescriptors(), PluginFailed("x")])
@pytest.mark.parametrize("scope", ["email", None])
async def test_email_call_that_breaks_never_refuses_the_login(
    verify: Verify, scope: str | None, error: Exception
) -> None:
    assert (await verify(info={"scope": scope}, email=error)).profile.email is None


async def test_operator_may_vouch_for_addresses(verify: Verify) -> None:
    identity = await verify(trust_email=True)

    assert identity.profile.email == Email("ada@example.com", Assurance.PROVIDER_ASSERTED)


async def test_user_and_email_are_asked_at_the_same_time() -> None:
    simulator = WeiboSimulator()
    inner = InProcess({BASE_URL: simulator.app()})
    asked: set[str] = set()
    both = asyncio.Event()

    class Meeting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if request.method == "GET":
                asked.add(request.url.path)
                if asked == {USER, EMAIL}:
                    both.set()
                await both.wait()
            return await inner.handle_async_request(request)

    async with exchange_for(simulator, transport=Meeting()) as exchange:
        identity = await exchange.verify("weibo", ProviderToken.of("2.00sim-good-ada"))

    assert identity.profile.email is not None
