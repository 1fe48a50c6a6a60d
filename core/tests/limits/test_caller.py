"""From which address a request comes: the peer's, or what a trusted proxy says, and nobody else."""

from collections.abc import Sequence
from typing import Any

import pytest
from core.tests.bench import SETTINGS

from accredit import Settings
from accredit.asgi import Edge
from accredit.errors import ConfigurationError
from accredit.limits.caller import CallerAddress
from accredit.oauth.wire.answer import Answer
from accredit.oauth.wire.call import Call
from accredit.settings import LimitSettings

PROXIES = ("10.0.0.0/8", "2001:db8:f::/48", "192.0.2.10")
PROXY = "10.0.0.1"


def caller(peer: str, *forwarded: str, trusted: Sequence[str] = PROXIES) -> str:
    return CallerAddress(trusted)(peer, lambda: forwarded)


@pytest.mark.threat(17)
@pytest.mark.parametrize("peer", ["203.0.113.5", "192.0.2.11", "11.0.0.1", "2001:db8:e::1", "testclient", ""])
def test_a_peer_that_is_no_trusted_proxy_is_not_believed(peer: str) -> None:
    assert caller(peer, "198.51.100.1") == peer


@pytest.mark.threat(17)
@pytest.mark.parametrize("peer", ["203.0.113.5", "10.0.0.1", "2001:db8::1", "::1:2", "127.example", ""])
def test_without_trusted_proxies_what_a_request_says_is_not_even_read(peer: str) -> None:
    def read() -> Sequence[str]:
        raise AssertionError

    assert CallerAddress(())(peer, read) == peer


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.0.1.9", "::1", "::ffff:127.0.0.1"])
def test_a_proxy_on_this_machine_that_nobody_has_named_is_not_taken_for_everybody_behind_it(peer: str) -> None:
    assert caller(peer, "198.51.100.1", trusted=()) == ""
    assert caller(peer, "", trusted=()) == peer.removeprefix("::ffff:")
    assert caller(peer, trusted=()) == peer.removeprefix("::ffff:")
    assert caller(peer, "198.51.100.1") == peer.removeprefix("::ffff:")  # others have been named


@pytest.mark.parametrize("trusted", [(), ("192.0.2.10",)])
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "10.0.0.1", "172.17.0.1", "192.168.0.9", "fd00::1"])
def test_a_proxy_nearby_that_nobody_has_named_is_told_of_once(peer: str, trusted: Sequence[str]) -> None:
    told: list[str] = []
    address = CallerAddress(trusted, report=told.append)
    assert address(peer, lambda: ()) == peer
    assert told == []
    found = {address(peer, lambda: ["198.51.100.1"]) for _ in range(3)}
    assert found <= {"", peer}
    assert told == [peer]


@pytest.mark.parametrize("trusted", [(), ("192.0.2.10",)])
@pytest.mark.parametrize("peer", ["203.0.113.5", "172.33.0.1", "fc.example", "2001:db8::1", "testclient", ""])
def test_who_is_not_nearby_is_no_proxy_of_ours(peer: str, trusted: Sequence[str]) -> None:
    told: list[str] = []
    assert CallerAddress(trusted, report=told.append)(peer, lambda: ["198.51.100.1"]) == peer
    assert told == []


@pytest.mark.parametrize("proxy", ["10.0.0.1", "10.255.255.255", "192.0.2.10", "2001:db8:f::9", "::ffff:10.0.0.1"])
def test_a_trusted_proxy_says_whom_it_passes_on(proxy: str) -> None:
    assert caller(proxy, "198.51.100.1") == "198.51.100.1"


@pytest.mark.threat(17)
@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        (["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (["203.0.113.7", "198.51.100.1"], "198.51.100.1"),
        (["198.51.100.1, 203.0.113.7, 10.0.0.2, 192.0.2.10"], "203.0.113.7"),
        (["10.0.0.9, 203.0.113.7"], "203.0.113.7"),
        (["evil, 203.0.113.7,10.0.0.2"], "203.0.113.7"),
        (["10.0.0.9", "10.0.0.3, 10.0.0.2"], "10.0.0.9"),
    ],
)
def test_each_trusted_proxy_is_believed_from_the_right_and_what_stands_before_is_not(
    forwarded: list[str], found: str
) -> None:
    assert caller(PROXY, *forwarded) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("198.51.100.1:4711", "198.51.100.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("[::ffff:198.51.100.1]:80", "198.51.100.1"),
        (" 198.51.100.1 ,, ", "198.51.100.1"),
    ],
)
def test_an_address_is_one_address_however_it_is_written(said: str, found: str) -> None:
    assert caller(PROXY, said) == found


@pytest.mark.threat(17)
@pytest.mark.parametrize(
    "junk",
    ["", " , ,", "unknown", "_hidden", "198.51.100", "0198.51.100.1", "[", "[]", "1.2.3.4:x", "\xff", "1.2.3.4, x"],
)
def test_where_a_proxy_says_no_address_the_proxy_itself_counts(junk: str) -> None:
    assert caller(PROXY, junk) == PROXY


def test_a_peer_of_ipv4_at_an_ipv6_listener_is_the_same_as_at_any_other() -> None:
    assert caller("::ffff:203.0.113.5", trusted=()) == "203.0.113.5"
    assert caller("::ffff:203.0.113.5") == "203.0.113.5"
    assert caller("some:name", trusted=()) == "some:name"


def test_a_proxy_at_a_unix_socket_is_believed_where_the_settings_say_so() -> None:
    assert caller("", "198.51.100.1", trusted=["unix"]) == "198.51.100.1"
    assert caller("", "junk", trusted=["unix"]) == ""
    assert caller("203.0.113.5", "198.51.100.1", trusted=["unix"]) == "203.0.113.5"
    assert caller("", "198.51.100.1, 10.0.0.1", trusted=["unix", "10.0.0.0/8"]) == "198.51.100.1"


def test_a_header_full_of_commas_costs_no_more_than_its_end() -> None:
    assert caller(PROXY, "1.2.3.4," * 8000 + "198.51.100.1") == "198.51.100.1"


@pytest.mark.parametrize(
    ("client", "headers", "found"),
    [
        (("10.0.0.1", 4711), [], "10.0.0.1"),
        (
            ("10.0.0.1", 4711),
            [(b"x-forwarded-for", b"198.51.100.1"), (b"x-forwarded-for", b"10.0.0.2")],
            "198.51.100.1",
        ),
        (["203.0.113.5", 4711], [(b"x-forwarded-for", b"198.51.100.1")], "203.0.113.5"),
        (None, [(b"x-forwarded-for", b"198.51.100.1")], ""),
    ],
)
async def test_a_call_over_asgi_has_the_address(client: Any, headers: list[tuple[bytes, bytes]], found: str) -> None:
    calls: list[Call] = []

    async def respond(call: Call) -> Answer:
        calls.append(call)
        return Answer(200, {})

    async def receive() -> Any:
        raise AssertionError

    edge = Edge(respond, LimitSettings(), CallerAddress(("10.0.0.0/8",)))
    await edge.answer({"type": "http", "method": "POST", "headers": iter(headers), "client": client}, receive)

    assert [call.address for call in calls] == [found]


@pytest.mark.parametrize("wrong", ["10.0.0.1/8", "proxy.example.com", "10.0.0.0/33", "", "*", "Unix"])
def test_what_is_no_network_cannot_be_trusted(wrong: str) -> None:
    with pytest.raises(ConfigurationError, match="must be an IP address or a network such as"):
        Settings.model_validate({**SETTINGS, "limits": {"trusted_proxies": [wrong]}})


def test_networks_are_separated_by_commas_in_an_environment_variable() -> None:
    settings = Settings.model_validate({**SETTINGS, "limits": {"trusted_proxies": "10.0.0.0/8, ::1,unix"}})

    assert settings.limits.trusted_proxies == ("10.0.0.0/8", "::1", "unix")
