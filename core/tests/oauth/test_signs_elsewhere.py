"""A node that has the public halves of our keys alone: it says whose a token is, and sends logins elsewhere."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from core.tests.acme import Acme, Brings, Globex
from core.tests.bench import SETTINGS, Bench, Observer, assert_refused, good_request, merged
from core.tests.oauth.presented import SVC, introspect, userinfo
from core.tests.oauth.support import ask, clients, log_in, refresh

from accredit import Exchange, Settings, create_app
from accredit.credentials import ProviderToken
from accredit.errors import SignsElsewhere, StorageFailed
from accredit.storage import MemoryStorage

ELSEWHERE = 503, "temporarily_unavailable", "the service is not available, try again later"


class Replica(MemoryStorage):
    """What a read-only replica is like: it can be read."""

    def __init__(self, primary: MemoryStorage) -> None:
        super().__init__()
        self.__dict__.update({name: value for name, value in vars(primary).items() if name != "_clock"})

    async def check(self) -> None:
        raise StorageFailed("read-only")

    async def first_use(self, jti: str, expires_at: int) -> bool:
        raise StorageFailed("read-only")


@asynccontextmanager
async def second_region(wire: Bench, path: Path) -> AsyncIterator[Bench]:
    own = {"keys": {"place": "published", "published": str(path)}, "tokens": {"signing_alg": "ES256"}}
    observer = Observer()
    exchange = Exchange(
        Settings.model_validate(merged(merged(SETTINGS, {"clients": clients()}), own)),
        plugins=[Brings(Acme, Globex), observer],
        transport=wire.provider,
        clock=wire.clock,
        monotonic=wire.clock.monotonic,
        storage=Replica(wire.storage),
        logger=wire.log,
    )
    transport = httpx.ASGITransport(app=create_app(exchange))
    async with exchange, httpx.AsyncClient(transport=transport, base_url="https://login.example.com") as client:
        yield Bench(
            exchange, client, wire.provider, wire.storage, wire.clock, observer.heard, observer.events, wire.log
        )


@pytest.fixture
def published(wire: Bench, tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps(wire.exchange.engine.keys.jwks()))
    return path


@pytest.fixture
async def elsewhere(wire: Bench, published: Path) -> AsyncIterator[Bench]:
    async with second_region(wire, published) as one:
        yield one


async def test_it_verifies_what_the_first_region_has_issued(wire: Bench, elsewhere: Bench) -> None:
    tokens = await log_in(wire, "openid profile offline_access")

    answer = await userinfo(elsewhere, tokens["access_token"])
    assert (answer.status_code, answer.json()["sub"]) == (200, "acme|1000")
    assert (await introspect(elsewhere, tokens["access_token"])).json()["active"] is True
    answer = await elsewhere.client.post("/tokeninfo", json={"id_token": tokens["id_token"]})
    assert answer.status_code == 200
    caller = await elsewhere.exchange.authenticate(tokens["access_token"])
    assert caller.subject == "acme|1000"
    published = await elsewhere.client.get("/.well-known/jwks.json")
    assert published.json() == (await wire.client.get("/.well-known/jwks.json")).json()


async def test_a_login_is_refused_before_the_provider_is_asked(wire: Bench, elsewhere: Bench) -> None:
    wire.provider.requests.clear()
    answer = await elsewhere.post()
    assert_refused(answer, *ELSEWHERE)
    assert answer.headers["retry-after"] == "5"
    assert wire.provider.requests == []
    assert (elsewhere.event.reason, elsewhere.event.alert) == ("signs_elsewhere", False)
    assert_refused(await elsewhere.post(client_id="nobody"), 403, "unauthorized_client", "invalid client")


async def test_a_refresh_is_refused_and_the_token_stays_good(wire: Bench, elsewhere: Bench) -> None:
    token = (await log_in(wire))["refresh_token"]
    assert_refused(await refresh(elsewhere, token), *ELSEWHERE)
    assert (await refresh(wire, token)).status_code == 200


async def test_a_clients_own_token_is_refused(elsewhere: Bench) -> None:
    assert_refused(await ask(elsewhere, SVC, grant_type="client_credentials"), *ELSEWHERE)


async def test_callers_from_python_get_the_same(elsewhere: Bench) -> None:
    with pytest.raises(SignsElsewhere):
        await elsewhere.exchange(good_request())
    identity = await elsewhere.exchange.verify("acme", ProviderToken.of("good-token"))
    with pytest.raises(SignsElsewhere):
        await elsewhere.exchange.issue(identity, client_id="app")


async def test_readiness_says_that_it_only_verifies_and_writes_nothing(wire: Bench, elsewhere: Bench) -> None:
    answer = await elsewhere.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "signs": False})
    assert (await wire.client.get("/readyz")).json() == {"status": "ready"}
