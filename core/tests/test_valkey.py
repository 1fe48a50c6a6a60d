"""The servers that tests get."""

from typing import Any

import pytest
import redis
from core.tests import valkey as servers
from core.tests.valkey import Elsewhere, Valkey
from redis.cluster import RedisCluster
from redis.sentinel import MasterNotFoundError, Sentinel

_SENTINEL: Any = Sentinel  # it has no types
pytestmark = pytest.mark.slow


def test_the_shared_server_is_empty_as_a_test_begins(valkey: Valkey | Elsewhere) -> None:
    assert valkey.execute("DBSIZE") == 0
    valkey.execute("SET", "left", "behind")


def test_what_another_test_has_left_behind_is_gone(valkey: Valkey | Elsewhere) -> None:
    assert valkey.execute("EXISTS", "left") == 0


def test_a_server_that_runs_already_is_used_where_the_environment_names_it(
    own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCREDIT_TEST_REDIS_URL", own_valkey.url)
    with servers.any_server() as server:
        assert isinstance(server, Elsewhere)
        server.execute("SET", "a", "b")
    assert own_valkey.execute("GET", "a") == b"b"


def test_a_server_can_be_killed_started_again_and_paused(own_valkey: Valkey) -> None:
    own_valkey.kill()
    with pytest.raises(redis.ConnectionError):
        own_valkey.execute("PING")
    own_valkey.start()
    assert own_valkey.execute("PING")
    own_valkey.pause()
    hanging = redis.Redis.from_url(own_valkey.url, socket_timeout=0.2, retry=None)
    with pytest.raises(redis.TimeoutError):
        hanging.ping()
    hanging.close()
    own_valkey.resume()
    assert own_valkey.execute("PING")


def test_a_password_is_asked_for() -> None:
    with servers.running(password="open-sesame") as server:
        assert server.execute("PING")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(f"redis://127.0.0.1:{server.port}").ping()


def test_tls_is_spoken_with_a_certificate_of_its_own_authority(own_valkey: Valkey) -> None:
    with servers.tls(own_valkey) as secured:
        client = redis.Redis.from_url(f"rediss://localhost:{secured.port}?ssl_ca_certs={secured.ca}")
        assert client.ping()
        client.close()


def test_a_sentinel_names_the_primary_and_promotes_the_replica() -> None:
    with servers.sentinel() as watched:
        asked = _SENTINEL([("127.0.0.1", watched.watcher.port)])
        assert asked.discover_master("main") == ("127.0.0.1", watched.primary.port)
        watched.fail_over()
        servers.until(lambda: _primary(asked) == ("127.0.0.1", watched.replica.port))


def test_a_cluster_has_three_nodes() -> None:
    with servers.cluster() as nodes:
        client = RedisCluster.from_url(f"redis://127.0.0.1:{nodes[0].port}")
        for key in ("a", "b", "c", "d"):
            client.set(key, key)
        assert sum(node.execute("DBSIZE") for node in nodes) == 4
        client.close()


def _primary(sentinel: Any) -> tuple[str, int] | None:
    try:
        host, port = sentinel.discover_master("main")
    except MasterNotFoundError:  # for a moment there is none
        return None
    return host, port
