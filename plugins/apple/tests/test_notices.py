"""Signed notices: a user leaves, or switches the forwarding of mail."""

import json
from typing import Any

import httpx
import pytest

from accredit import create_app
from accredit.errors import ExchangeError, InvalidNotice, ProviderTokenRejected, ProviderUnavailable
from accredit.notices import Notice, NoticeRequest
from accredit.testing import person
from accredit_apple.simulator import AppleSimulator
from accredit_apple.simulator.team import BUNDLE_ID, FOREIGN
from accredit_apple.simulator.tokens import subject

ADA = person("ada")
DAY_S = 86_400


@pytest.fixture
def read(connect: Any) -> Any:
    async def read(body: bytes, *, method: Any = "POST") -> Notice:
        async with connect() as (_, strategy, ctx):
            notice: Notice = await strategy.read_notice(NoticeRequest.of(method=method, body=body), ctx)
            return notice

    return read


@pytest.mark.parametrize(
    ("spelling", "kind"),
    [
        ("consent-revoked", "consent_revoked"),
        ("account-delete", "account_deleted"),
        ("account-deleted", "account_deleted"),
    ],
)
async def test_user_who_has_left_is_told(
    read: Any, apple: AppleSimulator, clock: Any, spelling: str, kind: str
) -> None:
    notice = await read(apple.notice(apple.event(spelling), jti="one"))
    (event,) = notice.events
    assert (event.kind, event.user_id, dict(event.facts)) == (kind, subject(ADA), {"event_time": int(clock())})
    assert (notice.id, notice.audience) == ("one", (BUNDLE_ID,))
    assert (notice.answer.status, notice.answer.body) == (200, "")
    assert DAY_S <= notice.replayable_s <= DAY_S + 2


@pytest.mark.parametrize(("spelling", "enabled"), [("email-enabled", True), ("email-disabled", False)])
async def test_forwarding_of_mail_is_told_with_the_address(
    read: Any, apple: AppleSimulator, spelling: str, enabled: bool
) -> None:
    said = apple.event(spelling, email="x@private.icloud.com", is_private_email="true")
    (event,) = (await read(apple.notice(said))).events
    assert event.kind == "email_relay_changed"
    assert (event.facts["enabled"], event.facts["email"]) == (enabled, "x@private.icloud.com")


@pytest.mark.parametrize("more", [{"email": None, "event_time": None}, {"email": 5, "event_time": "now"}])
async def test_what_is_not_as_it_should_be_beside_the_user_is_left_out(
    read: Any, apple: AppleSimulator, more: dict[str, object]
) -> None:
    (event,) = (await read(apple.notice({**apple.event("email-disabled"), **more}))).events
    assert dict(event.facts) == {"enabled": False}


@pytest.mark.parametrize("said", [{"type": "owner-changed", "sub": "x"}, {"type": 5}, {"sub": "x"}])
async def test_what_is_not_known_is_answered_and_told_nobody(read: Any, apple: AppleSimulator, said: Any) -> None:
    notice = await read(apple.notice(said))
    assert (notice.events, notice.answer.status) == ((), 200)


async def test_notice_of_another_app_names_it(read: Any, apple: AppleSimulator) -> None:
    assert (await read(apple.notice(apple.event("consent-revoked"), aud=FOREIGN))).audience == (FOREIGN,)


@pytest.mark.threat(8)
@pytest.mark.parametrize("sub", [None, "", 5, "a|b", ["x"]])
async def test_event_that_names_nobody_is_refused(read: Any, apple: AppleSimulator, sub: object) -> None:
    with pytest.raises(InvalidNotice):
        await read(apple.notice({**apple.event("consent-revoked"), "sub": sub}))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://account.apple.com"},
        {"iss": None},
        {"jti": None},
        {"exp": None},
        {"exp": 1_800_000_000},
        {"iat": None},
        {"iat": 1_800_000_000 + 3600},
        {"events": "no JSON"},
        {"events": "[]"},
        {"events": None},
    ],
    ids=repr,
)
async def test_token_that_is_no_current_notice_of_apples_is_refused(
    read: Any, apple: AppleSimulator, changes: dict[str, object]
) -> None:
    with pytest.raises(ProviderTokenRejected):
        await read(apple.notice(apple.event("consent-revoked"), **changes))


@pytest.mark.threat(6)
async def test_forgery_is_refused(read: Any, apple: AppleSimulator) -> None:
    signed = json.loads(apple.notice(apple.event("account-delete")))["payload"]
    head, claims, _ = signed.split(".")
    stranger = apple.id_tokens.mint(ADA, changes={"events": "{}"}, key=apple.id_tokens.stranger())
    for payload in (f"{head}.{claims}.", f"{head}.{claims}", signed[:-4], stranger, "", "é", "a.b.c"):
        with pytest.raises(ExchangeError) as raised:
            await read(json.dumps({"payload": payload}).encode())
        assert isinstance(raised.value, InvalidNotice | ProviderTokenRejected | ProviderUnavailable)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"payload": 5}', b'{"payload": ["a.b.c"]}', b"\xff", b"payload=x"]
)
async def test_body_without_a_payload_is_refused(read: Any, body: bytes) -> None:
    with pytest.raises(InvalidNotice):
        await read(body)


async def test_it_comes_by_post(read: Any, apple: AppleSimulator) -> None:
    with pytest.raises(InvalidNotice):
        await read(apple.notice(apple.event("consent-revoked")), method="GET")


async def test_id_token_is_no_notice(read: Any, apple: AppleSimulator) -> None:
    with pytest.raises(ProviderTokenRejected):
        await read(json.dumps({"payload": apple.id_tokens.mint(ADA)}).encode())


async def test_over_http_ours_is_answered_and_another_apps_refused(connect: Any, apple: AppleSimulator) -> None:
    async with connect() as (exchange, _, _):
        transport = httpx.ASGITransport(app=create_app(exchange))
        async with httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
            for changes, status in (({}, 200), ({"aud": FOREIGN}, 400), ({"exp": 1}, 400)):
                body = apple.notice(apple.event("consent-revoked"), **changes)
                assert (await client.post("/notices/apple", content=body)).status_code == status
