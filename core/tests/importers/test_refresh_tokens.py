"""Which old refresh tokens may go on, and where they end."""

from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.bench import NOW
from core.tests.importers.support import ISSUER, connection, outcomes, target

from accredit.errors import StorageFailed
from accredit.importers import ImportOptions, OldRefreshToken, Reading, Report, Target, enter
from accredit.settings import EXCHANGE_GRANT
from accredit.settings.client_secret import SecretHash, new_secret
from accredit.storage import MOST_SESSIONS, MemoryStorage, RefreshToken, Session

WRITE = ImportOptions(write=True)
CLIENTS: Mapping[str, Any] = {
    "app": {"connections": ["google-oauth2", "acme"], "audiences": ["https://api.example.com"]},
    "elsewhere": {"connections": ["google-oauth2"]},
    "once": {"connections": ["acme"], "grant_types": [EXCHANGE_GRANT]},
}


def token(number: int = 1, **more: Any) -> OldRefreshToken:
    values: dict[str, Any] = {
        "row": f"token {number}",
        "token_hash": f"{number:064x}",
        "user": "7",
        "client_id": "app",
        "scopes": ("openid",),
        "issued_at": NOW - 1000 + number,
        "auth_time": NOW - 5000,
    }
    return OldRefreshToken(**(values | more))


async def shop(storage: MemoryStorage | None = None) -> Target:
    """Return a target whose user 7 has one identity."""
    to = target(storage, clients=CLIENTS)
    await to.storage.link("acme", "1", "7", now=NOW)
    return to


async def entered(to: Target, *tokens: OldRefreshToken, options: ImportOptions = WRITE) -> Report:
    return await enter(Reading(source="test", refresh_tokens=tokens), to, options=options)


async def only_session(to: Target) -> Session:
    [session] = await to.storage.sessions("7")
    return session


async def test_a_session_says_what_is_known_of_the_login_and_no_more() -> None:
    to = await shop()
    await entered(to, token(scopes=("openid", "profile")))

    session = await only_session(to)
    assert (session.connection, session.strategy, session.namespace, session.user_id) == ("acme", "acme", "acme", "1")
    assert (session.scope, session.audience, session.claims) == ("openid profile", ISSUER, "{}")
    assert (session.auth_time, session.renewable) == (NOW - 5000, True)
    assert session.expires_at == NOW + to.settings.tokens.refresh_ttl_s
    found = await to.storage.find(f"{1:064x}")
    assert found is not None
    assert found.token.issued_at == NOW - 999


async def test_a_token_ends_no_later_than_it_would_have() -> None:
    to = await shop()
    report = await entered(to, token(1, ends_at=NOW + 60), token(2, ends_at=NOW))

    assert (await only_session(to)).expires_at == NOW + 60
    assert outcomes(report)["token 2"] == ("left out", "it has expired")


async def test_a_token_that_has_been_idle_for_too_long_here_is_left_out() -> None:
    to = target(clients=CLIENTS, tokens={"refresh_idle_ttl_s": 1000})
    await to.storage.link("acme", "1", "7", now=NOW)
    told = outcomes(await entered(to, token(1, issued_at=NOW - 999), token(2, issued_at=NOW - 1000)))

    assert told["token 1"][0] == "entered"
    assert told["token 2"] == ("left out", "nobody has used it for as long as tokens.refresh_idle_ttl_s says")


async def test_a_login_is_not_dated_into_the_future() -> None:
    to = await shop()
    await entered(to, token(auth_time=NOW + 60))

    assert (await only_session(to)).auth_time == NOW


async def test_an_api_must_be_one_that_the_client_may_ask_for() -> None:
    to = await shop()
    own, others = "https://api.example.com", "https://others.example.com"
    report = await entered(to, token(1, audience=own), token(2, audience=others))

    assert (await only_session(to)).audience == own
    assert outcomes(report)["token 2"] == ("left out", "it is for an API that is not among the client's audiences")


async def test_a_client_that_may_not_refresh_gets_none() -> None:
    told = outcomes(await entered(await shop(), token(client_id="once")))

    assert told["token 1"] == ("left out", "client 'once' may not refresh: its grant_types lack refresh_token")


async def test_a_token_that_was_bound_to_a_secret_stays_so() -> None:
    secret_hash = str(SecretHash.of(new_secret()))
    to = target(
        clients={"app": {"connections": ["acme"]}, "server": {"connections": ["acme"], "secret_hash": secret_hash}}
    )
    await to.storage.link("acme", "1", "7", now=NOW)
    report = await entered(to, token(1, is_confidential=True), token(2, client_id="server", is_confidential=True))

    reason = "client 'app' had a secret at the old server and has none here: `accredit clients` makes one"
    assert outcomes(report)["token 1"] == ("left out", reason)
    assert (await only_session(to)).client_id == "server"


async def test_a_client_without_a_connection_for_the_identity_gets_none() -> None:
    told = outcomes(await entered(await shop(), token(client_id="elsewhere")))

    assert told["token 1"] == ("left out", "clients.elsewhere.connections names none for identities of 'acme'")


async def test_a_connection_that_is_switched_off_is_none() -> None:
    to = target(known={"acme": connection("acme")}, clients={"app": {"connections": ["acme"]}})
    await to.storage.link("globex", "1", "7", now=NOW)

    told = outcomes(await entered(to, token()))
    assert told["token 1"][0] == "left out"


async def test_a_user_who_is_blocked_here_gets_none() -> None:
    to = await shop()
    await to.storage.set_blocked("7", blocked=True)

    told = outcomes(await entered(to, token()))
    assert told["token 1"] == ("left out", "the user is blocked here, or the identity is not theirs any more")


@pytest.mark.threat(39)
async def test_a_block_that_comes_in_between_wins() -> None:
    class Raced(MemoryStorage):
        async def first_use(self, jti: str, expires_at: int) -> bool:
            await self.set_blocked("7", blocked=True)
            return await super().first_use(jti, expires_at)

    to = await shop(Raced())
    told = outcomes(await entered(to, token()))

    assert told["token 1"] == ("left out", "the user was blocked, or the identity unlinked, meanwhile")
    assert await to.storage.sessions("7") == ()


@pytest.mark.threat(42)
async def test_of_too_many_the_newest_come_and_a_second_run_pushes_nobody_out() -> None:
    to = await shop()
    tokens = [token(number) for number in range(1, MOST_SESSIONS + 6)]

    first = await entered(to, *tokens)
    again = await entered(to, *tokens)

    assert (first.changes, again.changes) == (MOST_SESSIONS, 0)
    for report in (first, again):
        told = outcomes(report)
        left_out = ("left out", f"the user has {MOST_SESSIONS} newer sessions at this client")
        assert [told[f"token {number}"] for number in range(1, 6)] == [left_out] * 5
    assert len(await to.storage.sessions("7")) == MOST_SESSIONS


class CutOff(MemoryStorage):
    """Fails once, before a session begins or after it."""

    def __init__(self, where: str) -> None:
        super().__init__(clock=lambda: NOW)
        self.where = where

    async def start(self, session: Session, token: RefreshToken | None) -> None:
        self._fail("before")
        await super().start(session, token)
        self._fail("after")

    def _fail(self, where: str) -> None:
        if where == self.where:
            self.where = ""
            raise StorageFailed("killed")


async def test_an_import_that_is_cut_off_before_a_session_begins_goes_on_in_a_second_run() -> None:
    to = await shop(CutOff("before"))
    with pytest.raises(StorageFailed):
        await entered(to, token())

    assert outcomes(await entered(to, token())) == {"token 1": ("entered", "it goes on working")}
    await only_session(to)


@pytest.mark.threat(30)
async def test_an_import_that_is_cut_off_after_a_session_has_begun_is_remembered_by_the_second_run() -> None:
    to = await shop(CutOff("after"))
    assert outcomes(await entered(to, token())) == {
        "token 1": ("left out", "another import has entered it at the same time")
    }
    assert outcomes(await entered(to, token())) == {"token 1": ("unchanged", "it was imported before")}
    assert not await to.storage.first_use(f"imported {1:064x}", NOW + 60)
