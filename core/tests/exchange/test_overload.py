"""Too many at once: the door turns others away, and who needs no provider gets in all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from core.tests.acme import ADA, acme_that
from core.tests.bench import Bench, assert_refused, bench, good_request

from accredit import AppBound, ProviderToken, Verification, VerifyContext
from accredit.audit.events import OperationalEvent
from accredit.credentials import Credential
from accredit.errors import Overloaded

FEW = {"limits": {"max_exchanges": 1, "exchange_timeout_s": 60.0}}


@asynccontextmanager
async def full() -> AsyncIterator[Bench]:
    """Run an exchange of which a login by acme that hangs has taken the one place."""
    asked, answered = asyncio.Event(), asyncio.Event()

    async def hang(token: Credential, _: VerifyContext) -> Verification:
        if token.reveal() == "slow":
            asked.set()
            await answered.wait()
        return Verification(user_id="1000", audience=AppBound("acme-app"), claims=ADA)

    async with bench(FEW, acme=acme_that(hang)) as wire:
        login = asyncio.create_task(wire.post(access_token="slow"))
        await asked.wait()
        try:
            yield wire
        finally:
            answered.set()
            assert (await login).status_code == 200


@pytest.mark.threat(18)
async def test_who_finds_no_place_is_told_to_come_back_and_leaves_no_line() -> None:
    async with full() as wire:
        wire.forget()
        for _ in range(50):
            response = await wire.post()
        assert_refused(response, 503, "temporarily_unavailable", "the service is not available, try again later")
        assert response.headers["retry-after"] == "1"
        assert wire.heard == []
        wire.assert_untouched()
        with pytest.raises(Overloaded):
            await wire.exchange(good_request())
        with pytest.raises(Overloaded):
            await wire.exchange.verify("acme", ProviderToken.of("good-token"))
    told = [event for event in wire.heard if isinstance(event, OperationalEvent)]
    assert [(event.name, event.level, event.facts) for event in told] == [
        ("request.turned_away", "error", {"count": 52})
    ]


@pytest.mark.threat(18)
async def test_a_connection_that_hangs_leaves_the_others_theirs_and_refreshes_get_in() -> None:
    async with full() as wire:
        response = await wire.post(connection="globex", access_token_secret="s3cret", scope="offline_access")
        assert response.status_code == 200
        refresh_token = response.json()["refresh_token"]
        form = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": refresh_token}
        assert (await wire.client.post("/oauth/token", data=form)).status_code == 200
        unknown = await wire.post(connection="nobody")
        assert unknown.json()["error_description"] == "the connection was not found"
    admission = wire.exchange.engine.providers.admission
    assert (set(admission.logins.values()), admission.refreshes) == ({0}, 0)
