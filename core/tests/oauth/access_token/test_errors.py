"""Every refusal of the contract's table: status, headers, whole body, and the true reason in the audit."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from core.tests.acme import ADA, acme_raising, acme_returning
from core.tests.bench import Bench, assert_refused, bench

from accredit import AccessDenied, AppBound, ExchangeError, Login, Subject, Verification, hookimpl
from accredit import errors as e

REJECTED = (401, "invalid_request", "invalid access_token: invalid_token")
UNAVAILABLE = (503, "temporarily_unavailable", "the identity provider is not available, try again later")
SERVER_ERROR = (500, "server_error", "the server could not complete the request")

# What a strategy may raise: the answer, the reason in the audit, and whether somebody must act.
VERDICTS: list[tuple[ExchangeError, tuple[int, str, str], str, bool]] = [
    (e.InvalidProviderToken("code 190"), REJECTED, "invalid_token", False),
    (e.WrongAudience("x"), REJECTED, "wrong_audience", False),
    (e.MissingPermission("email"), REJECTED, "missing_permission", False),
    (e.ProviderUserBlocked("x"), REJECTED, "provider_user_blocked", False),
    (e.ProviderTokenRejected("x"), REJECTED, "provider_token_rejected", False),
    (e.ProviderUnavailable("x"), UNAVAILABLE, "provider_unavailable", False),
    (e.ProviderRateLimited("x"), UNAVAILABLE, "provider_rate_limited", False),
    (e.ProviderMisconfigured("x"), SERVER_ERROR, "provider_misconfigured", True),
    (e.ProviderProtocolError("x"), SERVER_ERROR, "provider_protocol_error", True),
    (e.PluginFailed("x"), SERVER_ERROR, "plugin_failed", True),
    (
        e.MissingParameter("access_token_secret"),
        (400, "invalid_request", "missing access_token_secret parameter"),
        "missing_parameter",
        False,
    ),
    (
        e.InvalidParameter("access_token"),
        (400, "invalid_request", "invalid access_token parameter"),
        "invalid_parameter",
        False,
    ),
    (
        e.InvalidParameter("code", needs="client_secret"),  # what is missing is not the client's to know
        (400, "invalid_request", "invalid code parameter"),
        "invalid_parameter",
        False,
    ),
]


@pytest.mark.parametrize(("error", "answer", "reason", "alert"), VERDICTS, ids=lambda v: type(v).__name__)
async def test_what_a_strategy_says_has_one_face_and_one_reason(
    error: ExchangeError, answer: tuple[int, str, str], reason: str, alert: bool
) -> None:
    async with bench(acme=acme_raising(error)) as wire:
        response = await wire.post(scope="openid offline_access")

        assert_refused(response, *answer)
        assert "retry-after" not in response.headers
        assert "www-authenticate" not in response.headers
        assert (wire.event.status, wire.event.reason) == (answer[0], reason)
        # Of refused credentials it says which settings to look at: see `test_engine`.
        assert (wire.event.detail or "").partition("; compare the credentials under ")[0] == error.detail
        assert wire.event.outcome == ("failed" if answer[0] >= 500 else "refused")
        assert wire.event.alert is alert
        [(level, line)] = wire.log.events()
        assert level == ("critical" if alert else "info")
        assert (line["event"], line["reason"]) == (f"exchange.{wire.event.outcome}", reason)
        assert wire.storage.kept == {}


@pytest.mark.parametrize("kind", [e.ProviderUnavailable, e.ProviderRateLimited])
async def test_retry_after_is_told_where_it_is_known(kind: type[e.ProviderUnavailable]) -> None:
    async with bench(acme=acme_raising(kind("x", retry_after_s=17))) as wire:
        response = await wire.post()

        assert_refused(response, *UNAVAILABLE)
        assert response.headers["retry-after"] == "17"


@pytest.mark.threat(1)
async def test_another_apps_token_looks_like_an_invalid_one_outside_and_differs_in_the_audit(wire: Bench) -> None:
    invalid = await wire.post(access_token="bad-token", scope="openid offline_access")
    foreign = await wire.post(access_token="foreign-token", scope="openid offline_access")

    assert_refused(invalid, *REJECTED)
    assert (foreign.status_code, foreign.content) == (invalid.status_code, invalid.content)
    assert foreign.headers == invalid.headers
    assert [event.reason for event in wire.events] == ["invalid_token", "wrong_audience"]
    assert [event.audience_proof for event in wire.events] == [None, "AppBound"]
    assert [event.subject for event in wire.events] == [None, None]
    assert wire.storage.kept == {}


@dataclass
class Host:
    """A host that refuses, in one way or another."""

    error: Exception | None = None
    subject: Subject | None = None

    @hookimpl
    async def resolve_subject(self) -> Subject | None:
        return self.subject

    @hookimpl
    async def authorize(self, login: Login) -> None:
        if self.error is not None:
            raise self.error


async def test_a_deny_hook_refuses_in_its_own_words() -> None:
    async with bench(plugins=[Host(AccessDenied("staff only: ü", detail="rule 7"))]) as wire:
        response = await wire.post(scope="offline_access")

        assert_refused(response, 401, "unauthorized", "staff only: ü")
        assert (wire.event.reason, wire.event.detail, wire.event.subject) == ("access_denied", "rule 7", "acme|1000")
        assert wire.event.alert is False
        assert wire.storage.kept == {}


@pytest.mark.threat(29)
async def test_a_blocked_user_is_told() -> None:
    async with bench(plugins=[Host(subject=Subject("u1", blocked=True))]) as wire:
        assert_refused(await wire.post(scope="offline_access"), 401, "unauthorized", "user is blocked")
        assert wire.event.reason == "subject_blocked"
        assert wire.storage.kept == {}


NASTY: list[Callable[[], Any]] = [
    lambda: acme_raising(ValueError("x")),
    lambda: acme_returning(None),
    lambda: acme_returning(Verification(user_id="1", audience=AppBound("their-app"), claims={})),
]


@pytest.mark.parametrize("make", NASTY)
async def test_no_answer_has_a_field_description(make: Callable[[], Any]) -> None:
    # An old SDK would show that instead.
    async with bench(acme=make()) as wire:
        assert set((await wire.post()).json()) == {"error", "error_description"}


async def test_upstream_text_never_reaches_the_client(wire: Bench) -> None:
    wire.provider.people["good-token"] = {**ADA, "error": {"message": "upstream text"}, "app": "their-app"}

    response = await wire.post()

    assert_refused(response, *REJECTED)
    assert "upstream text" not in repr(wire.events)
    assert "upstream text" not in repr(wire.log.lines)
    assert "their-app" in wire.event.detail  # the one exception, for the operator


async def test_message_repeats_the_description_where_switched_on() -> None:
    async with bench({"compatibility": {"error_message": True}}) as wire:
        response = await wire.post(client_id="nobody")

        assert response.status_code == 403
        assert response.json() == {
            "error": "unauthorized_client",
            "error_description": "invalid client",
            "message": "invalid client",
        }
        assert "message" not in (await wire.post()).json()


@pytest.mark.threat(51)
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (86_400, "86400"),
        (86_401, "86400"),
        (10**300, "86400"),
        (10**5000, "86400"),
        (float("inf"), "86400"),
        (0.2, "1"),
        (0, "0"),
        (-1, "0"),
        (-(10**5000), "0"),
        (float("nan"), None),
        (True, None),
        ("9" * 5000, None),
        (None, None),
    ],
    ids=range(13),
)
@pytest.mark.parametrize("kind", [e.ProviderUnavailable, e.ProviderRateLimited])
async def test_no_client_is_told_to_wait_for_more_than_a_day(
    kind: type[e.ProviderUnavailable], asked: Any, told: str | None
) -> None:
    later = kind("x")
    later.retry_after_s = asked
    for error in (kind("x", retry_after_s=asked), later):
        async with bench(acme=acme_raising(error)) as wire:
            response = await wire.post()

            assert response.status_code == 503
            assert response.headers.get("retry-after") == told
            assert response.headers["content-type"] == "application/json"
