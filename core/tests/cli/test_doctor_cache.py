"""What `doctor` says of what nodes share."""

import time
from typing import Any

import pytest
from core.tests.cache.nodes import sharing
from core.tests.valkey import Valkey, running

from accredit import Settings
from accredit.cli.checkup.cache import examine_cache
from accredit.cli.checkup.finding import Finding
from accredit.exchange.without_files import exchange_without_files
from accredit.settings import CacheSettings

pytestmark = pytest.mark.slow


async def examined(url: str) -> Finding:
    settings = CacheSettings.model_validate(sharing(url)["cache"])
    [finding] = await examine_cache(settings, clock=time.time)
    return finding


async def test_where_each_process_has_its_own_there_is_nothing_to_say() -> None:
    assert await examine_cache(CacheSettings(), clock=time.time) == []


async def test_one_that_can_be_written_is_good(own_valkey: Valkey) -> None:
    assert (await examined(own_valkey.url)).status == "ok"


async def test_one_that_is_gone_or_has_another_password_is_doubtful_and_no_password_is_told() -> None:
    with running(password="open-sesame") as server:
        wrong = await examined(server.url_for("", "hidden"))
        server.kill()
        gone = await examined(server.url)
    assert (wrong.status, gone.status) == ("warn", "warn")
    place = f"it cannot be used: 127.0.0.1:{server.port}"
    assert wrong.what == f"{place}: the server refuses our user or password"
    assert gone.what == f"{place}: the server cannot be reached: Connection refused"
    assert "hidden" not in repr(wrong)
    assert "sesame" not in repr(gone)


async def test_what_stops_the_start_is_bad() -> None:
    finding = await examined("rediss://a?ssl_ca_certs=/nowhere/ca.pem")
    assert (finding.status, finding.about) == ("fail", "cache.url")


def test_a_command_that_looks_into_a_connection_asks_its_provider_whatever_nodes_know() -> None:
    tables: dict[str, Any] = {"issuer": "https://login.example.com/", "cache": sharing("redis://a")["cache"]}
    exchange = exchange_without_files(Settings.model_validate(tables), {})
    assert exchange.settings.cache.place is None


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis+sentinel://a:hunter2@127.0.0.1:1/main", "no Sentinel can be reached that knows a primary by this name"),
        ("redis+cluster://a:hunter2@127.0.0.1:1", "no node of the cluster can be used: Connection refused"),
    ],
    ids=["sentinel", "cluster"],
)
async def test_several_that_are_gone_are_told_in_words_too(url: str, told: str) -> None:
    assert (await examined(url)).what == f"it cannot be used: 127.0.0.1:1: {told}"
