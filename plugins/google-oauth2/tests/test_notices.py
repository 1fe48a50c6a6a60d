"""Security event tokens: Google tells that a user's sessions, tokens or account have ended."""

from typing import Any

import httpx
import pytest

from accredit import create_app, hookimpl
from accredit.errors import ExchangeError, InvalidNotice, ProviderTokenRejected, ProviderUnavailable
from accredit.notices import Notice, NoticeRequest, ProviderNotice
from accredit.testing import ACCEPTED, BASE_URL, IdTokenIssuer, InProcess, exchange_for, person
from accredit_google_oauth2.notices import ISSUERS
from accredit_google_oauth2.simulator import GoogleSimulator
from accredit_google_oauth2.simulator.notices import OAUTH, RISC, mint, user
from accredit_google_oauth2.simulator.tokens import ANDROID, FOREIGN, WEB, subject

ADA = person("ada")
WEEK_S = 7 * 86_400
REVOKED = f"{RISC}sessions-revoked"
KEYS = "/oauth2/v3/certs"


class Keyless(httpx.AsyncBaseTransport):
    """A Google whose key set is down."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert request.url.path == KEYS
        return httpx.Response(503, stream=httpx.ByteStream(b""))


class Host:
    """Keeps what hosts hear."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str | None]] = []

    @hookimpl
    async def provider_notice(self, notice: ProviderNotice) -> None:
        self.heard.append((notice.kind, notice.user_id))


@pytest.fixture
def google(simulator: GoogleSimulator) -> IdTokenIssuer:
    return simulator.id_tokens


@pytest.fixture
def read(simulator: GoogleSimulator, now: int) -> Any:
    async def read(
        body: str | bytes, *, method: Any = "POST", transport: httpx.AsyncBaseTransport | None = None
    ) -> Notice:
        transport = transport or InProcess({BASE_URL: simulator.app()})
        async with exchange_for(simulator, transport=transport, clock=lambda: now) as exchange:
            ours = exchange.engine.connections["google-oauth2"]
            request = NoticeRequest.of(method=method, body=body.encode() if isinstance(body, str) else body)
            return await ours.strategy.read_notice(request, exchange.engine.context(ours))

    return read


def about(event: str, who: dict[str, Any] | None = None, **more: object) -> dict[str, Any]:
    return {event: {"subject": user(ADA) if who is None else who, **more}}


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (f"{RISC}sessions-revoked", "sessions_revoked"),
        (f"{OAUTH}tokens-revoked", "sessions_revoked"),
        (f"{OAUTH}token-revoked", "token_revoked"),
        (f"{RISC}account-enabled", "account_enabled"),
        (f"{RISC}account-credential-change-required", "credential_change_required"),
    ],
)
@pytest.mark.parametrize("subject_type", ["iss-sub", "id_token_claims"])
async def test_what_has_happened_is_told_of_the_user_and_answered_by_202(
    read: Any, google: IdTokenIssuer, event: str, kind: str, subject_type: str
) -> None:
    who = {**user(ADA, subject_type), "email": "ada@example.com"}
    notice = await read(mint(google, about(event, who), jti="one"))
    assert [(one.kind, one.user_id, dict(one.facts)) for one in notice.events] == [(kind, subject(ADA), {})]
    assert (notice.id, notice.audience) == ("one", (WEB, ANDROID))
    assert (notice.answer.status, notice.answer.body) == (202, "")
    assert WEEK_S <= notice.replayable_s <= WEEK_S + 2


@pytest.mark.parametrize("reason", ["hijacking", "bulk-account", None])
async def test_locked_account_is_told_with_the_reason(read: Any, google: IdTokenIssuer, reason: str | None) -> None:
    why: dict[str, Any] = {} if reason is None else {"reason": reason}
    (event,) = (await read(mint(google, about(f"{RISC}account-disabled", **why), jti="one"))).events
    assert (event.kind, event.user_id, dict(event.facts)) == ("account_disabled", subject(ADA), why)


@pytest.mark.parametrize(
    ("named", "facts"),
    [
        ({"token_identifier_alg": "prefix", "token": "1//0abcdefghijkl"}, {"token_prefix": "1//0abcdefghijkl"}),
        ({"token_identifier_alg": "hash_base64_sha512_sha512", "token": "Zm9v"}, {"token_hash": "Zm9v"}),
        ({"token_identifier_alg": "plain", "token": "x"}, {}),
        ({"token_identifier_alg": "prefix", "token": 5}, {}),
        ({"token_identifier_alg": ["prefix"], "token": "x"}, {}),
        ({}, {}),
    ],
    ids=["prefix", "hash", "unknown", "number", "list", "nothing"],
)
async def test_one_token_that_has_ended_is_told_by_what_it_is_named(
    read: Any, google: IdTokenIssuer, named: dict[str, object], facts: dict[str, str]
) -> None:
    who = {"subject_type": "oauth_token", "token_type": "refresh_token", **named}
    (event,) = (await read(mint(google, about(f"{OAUTH}token-revoked", who), jti="one"))).events
    assert (event.kind, event.user_id, dict(event.facts)) == ("token_revoked", None, facts)


@pytest.mark.parametrize(("said", "facts"), [({"state": "hello"}, {"state": "hello"}), ({}, {}), ({"state": 5}, {})])
async def test_verification_is_a_test(read: Any, google: IdTokenIssuer, said: Any, facts: dict[str, str]) -> None:
    (event,) = (await read(mint(google, {f"{RISC}verification": said}, jti="one"))).events
    assert (event.kind, event.user_id, dict(event.facts)) == ("test", None, facts)


async def test_each_of_several_events_is_told_and_what_is_not_known_left_out(read: Any, google: IdTokenIssuer) -> None:
    grace = user(person("grace"))
    events = {**about(REVOKED), f"{RISC}opt-in": 5, **about(f"{RISC}account-enabled", grace)}
    notice = await read(mint(google, events, jti="one"))
    assert [one.user_id for one in notice.events] == [subject(ADA), subject(person("grace"))]
    alone = await read(mint(google, {f"{RISC}account-purged": {}}, jti="two"))
    assert (alone.events, alone.answer.status) == ((), 202)


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_google_writes_its_name_in_three_ways(read: Any, google: IdTokenIssuer, issuer: str) -> None:
    assert (await read(mint(google, about(REVOKED, {**user(ADA), "iss": issuer}), jti="one", iss=issuer))).events


@pytest.mark.threat(8)
@pytest.mark.parametrize(
    "who",
    [
        ...,
        None,
        "ada",
        {},
        {"sub": "1"},
        {**user(ADA), "subject_type": "email"},
        {**user(ADA), "subject_type": "oauth_token"},
        {**user(ADA), "subject_type": ["iss-sub"]},
        {**user(ADA), "iss": "https://accounts.example.com/"},
        {**user(ADA), "iss": None},
        {**user(ADA), "iss": [ISSUERS[0]]},
        {**user(ADA), "sub": None},
        {**user(ADA), "sub": ""},
        {**user(ADA), "sub": 5},
        {**user(ADA), "sub": "a|b"},
    ],
    ids=repr,
)
async def test_event_that_names_nobody_is_refused(read: Any, google: IdTokenIssuer, who: Any) -> None:
    with pytest.raises(InvalidNotice):
        await read(mint(google, {REVOKED: {} if who is ... else {"subject": who}}, jti="one"))


@pytest.mark.parametrize("said", [None, "x", [], 5])
async def test_known_event_that_is_no_object_is_refused(read: Any, google: IdTokenIssuer, said: Any) -> None:
    with pytest.raises(InvalidNotice):
        await read(mint(google, {REVOKED: said}, jti="one"))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://accounts.example.com/"},
        {"iss": "http://accounts.google.com/"},
        {"iss": None},
        {"jti": None},
        {"iat": None},
        {"iat": 1_800_000_000 + 3600},
        {"iat": 1_800_000_000 - WEEK_S},
        {"events": None},
        {"events": {}},
        {"events": []},
        {"aud": None},
    ],
    ids=repr,
)
async def test_token_that_is_no_notice_of_googles_is_refused(
    read: Any, google: IdTokenIssuer, changes: dict[str, Any]
) -> None:
    with pytest.raises(ProviderTokenRejected):
        await read(mint(google, about(REVOKED), **{"jti": "one", **changes}))


async def test_end_of_a_token_is_not_looked_at_since_what_has_happened_has_happened(
    read: Any, google: IdTokenIssuer, now: int
) -> None:
    assert (await read(mint(google, about(REVOKED), jti="one", iat=now - WEEK_S + 1, exp=now - 1))).events


@pytest.mark.threat(6)
async def test_forgery_is_refused(read: Any, google: IdTokenIssuer) -> None:
    token = mint(google, about(REVOKED), jti="one")
    head, claims, signature = token.split(".")
    changed = f"{head}.{claims}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    stranger = google.mint(ADA, changes={"jti": "x", "events": about(REVOKED)}, key=google.stranger())
    for body in (f"{head}.{claims}.", f"{head}.{claims}", token[:-4], changed, stranger, "", "é", "a.b.c", b"\xff"):
        with pytest.raises(ExchangeError) as raised:
            await read(body)
        assert isinstance(raised.value, InvalidNotice | ProviderTokenRejected | ProviderUnavailable)


async def test_id_token_is_no_notice(read: Any, google: IdTokenIssuer) -> None:
    with pytest.raises(ProviderTokenRejected):
        await read(google.mint(ADA))


async def test_it_comes_by_post(read: Any, google: IdTokenIssuer) -> None:
    assert (await read(f"{mint(google, about(REVOKED), jti='one')}\r\n")).events
    with pytest.raises(InvalidNotice):
        await read(mint(google, about(REVOKED), jti="one"), method="GET")


async def test_without_keys_nobody_can_tell(read: Any, google: IdTokenIssuer) -> None:
    with pytest.raises(ProviderUnavailable):
        await read(mint(google, about(REVOKED), jti="one"), transport=Keyless())


@pytest.mark.threat(5)
@pytest.mark.parametrize(
    ("aud", "status"),
    [(WEB, 202), ([FOREIGN, ANDROID], 202), (FOREIGN, 400), ([FOREIGN, f"{WEB}.x"], 400), ([], 400)],
)
async def test_over_http_what_names_one_of_our_clients_is_carried_out_once_and_all_else_refused(
    simulator: GoogleSimulator, google: IdTokenIssuer, now: int, aud: object, status: int
) -> None:
    transport, host = InProcess({BASE_URL: simulator.app()}), Host()
    async with exchange_for(simulator, transport=transport, clock=lambda: now, plugins=[host]) as exchange:
        app = httpx.ASGITransport(app=create_app(exchange))
        async with httpx.AsyncClient(transport=app, base_url="https://login.example.com") as client:
            body = mint(google, about(REVOKED), jti="one", aud=aud)
            headers = {"content-type": "application/secevent+jwt"}
            for _ in range(2):
                answer = await client.post("/notices/google-oauth2", content=body, headers=headers)
                assert answer.status_code == status
            assert host.heard == ([("sessions_revoked", subject(ADA))] if status == 202 else [])


async def test_samples_are_read_as_they_say(read: Any, simulator: GoogleSimulator) -> None:
    for sample in simulator.notices():
        if sample.expected == ACCEPTED or sample.is_foreign:
            notice = await read(sample.body)
            assert sample.is_foreign or notice.events == sample.events, sample.name
            assert {WEB, ANDROID}.isdisjoint(notice.audience) is sample.is_foreign, sample.name
        else:
            with pytest.raises(ProviderTokenRejected):
                await read(sample.body)
