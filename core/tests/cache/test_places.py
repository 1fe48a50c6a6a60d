"""Every kind of place that `cache.url` can name, each with a server of that kind; and no password in anything told."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
from core.tests import valkey as servers
from core.tests.bench import bench
from core.tests.cache.nodes import asked, sharing, told
from core.tests.valkey import Valkey

from accredit import ConfigurationError, Exchange, Settings
from accredit.cache.redis import hints, line

pytestmark = pytest.mark.slow
RIGHTS = "~accredit:* -@all +get +getrange +set +del +exists +incr +pexpire +pttl +eval +ping +client|setinfo"
"""What a user of the server needs: nothing else is sent."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nodes tell each other of providers at once, too."""
    monkeypatch.setattr(hints, "EVERY_S", 0.01)


async def assert_shared(url: str, **cache: Any) -> None:
    """Check that two nodes share what they keep by this URL."""
    async with bench(sharing(url, **cache)) as one, bench(sharing(url, **cache)) as other:
        assert [(await which.post()).status_code for which in (one, other)] == [200, 200]
        assert (asked(one), asked(other)) == (1, 0), told(one)
        breaker, its = (which.exchange.engine.providers.bounds["acme"].breaker for which in (one, other))
        for _ in range(5):
            breaker.leave(breaker.enter(), "outage")
        while not its.is_warned:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)
        assert one.exchange.engine.degraded == ()


async def test_a_socket(own_valkey: Valkey) -> None:
    await assert_shared(f"unix://{own_valkey.socket}?db=1")
    assert own_valkey.execute("INFO", "keyspace")["db1"]["keys"] > 0


async def test_a_database_of_a_number(own_valkey: Valkey) -> None:
    await assert_shared(own_valkey.url_for("", "", db=2))
    assert own_valkey.execute("DBSIZE") == 0


async def test_a_password() -> None:
    with servers.running(password="open-sesame") as server:
        await assert_shared(server.url)


async def test_a_user_with_no_more_rights_than_it_needs() -> None:
    with servers.running(options=[f"user accredit on >open-sesame {RIGHTS}"]) as server:
        await assert_shared(server.url_for("accredit", "open-sesame"))
        assert server.execute("ACL", "LOG") == []


async def test_tls_by_an_authority_of_its_own(own_valkey: Valkey) -> None:
    with servers.tls(own_valkey) as secured:
        await assert_shared(f"rediss://localhost:{secured.port}?ssl_ca_certs={secured.ca}")


@pytest.mark.parametrize("how", ["another authority", "another name"])
async def test_tls_by_anybody_else_is_not_trusted(own_valkey: Valkey, how: str) -> None:
    with servers.tls(own_valkey) as secured, servers.tls(own_valkey, name="elsewhere.example") as other:
        url = f"rediss://localhost:{other.port}" if how == "another name" else f"rediss://localhost:{secured.port}"
        async with bench(sharing(f"{url}?ssl_ca_certs={other.ca}" if how == "another name" else url)) as one:
            assert (await one.post()).status_code == 200
            assert one.exchange.engine.degraded == ("cache",)


async def test_a_sentinel_and_the_replica_that_it_promotes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LONGEST_REST_S", 0.2)
    with servers.sentinel() as watched:
        await assert_shared(watched.url)
        async with bench(sharing(watched.url)) as one:
            watched.fail_over()
            await one.post()
            while one.exchange.engine.degraded:  # noqa: ASYNC110 - a Sentinel takes seconds, and tells nobody
                await asyncio.sleep(0.05)
            await one.post(nonce="a")
            assert watched.replica.execute("DBSIZE") > 0


async def test_a_cluster() -> None:
    with servers.cluster() as nodes:
        url = f"redis+cluster://127.0.0.1:{nodes[1].port},127.0.0.1:{nodes[0].port}"
        await assert_shared(url)
        async with bench(sharing(url)) as one:
            for number in range(20):
                await one.post(connection="globex", access_token_secret=f"secret-{number}")
            assert one.exchange.engine.degraded == ()
        assert all(node.execute("DBSIZE") > 0 for node in nodes)


@pytest.mark.threat(33)
@pytest.mark.parametrize("kind", ["refused", "gone"])
async def test_no_password_is_told(kind: str) -> None:
    with servers.running(password="open-sesame") as server:
        url = server.url_for("accredit", "hidden-password")
        if kind == "gone":
            server.kill()
        async with bench(sharing(url)) as one:
            await one.post()
            assert told(one) == ["cache.away"]
            assert one.exchange.engine.degraded == ("cache",)
            everything = f"{one.heard}{one.log.lines}{vars(one.exchange.engine)}{one.exchange.settings!r}"
            assert "hidden-password" not in everything


def make(url: str) -> Exchange:
    return Exchange(Settings.model_validate({"issuer": "https://a.example/", "cache": sharing(url)["cache"]}))


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"cache.url: ssl_ca_certs names a file that is not there: .*no.pem"):
        make(f"rediss://:hidden@a?ssl_ca_certs={tmp_path}/no.pem")


def test_without_its_client_the_start_says_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    with pytest.raises(ConfigurationError, match=r'pip install "accredit\[redis\]"'):
        make("redis://a")


async def test_a_client_certificate_is_shown(own_valkey: Valkey) -> None:
    with servers.tls(own_valkey, asks=True) as secured:
        base = f"rediss://localhost:{secured.port}?ssl_ca_certs={secured.ca}"
        await assert_shared(f"{base}&ssl_certfile={secured.certificate}&ssl_keyfile={secured.certificate}")
        async with bench(sharing(base)) as one:
            assert one.exchange.engine.degraded == ("cache",)
