"""Which addresses are one caller's."""

import pytest

from accredit.limits.network import network_of


@pytest.mark.threat(17)
@pytest.mark.parametrize(
    ("one", "other", "prefix", "is_same"),
    [
        ("203.0.113.5", "203.0.113.6", 64, False),
        ("203.0.113.5", "::ffff:203.0.113.5", 64, True),
        ("203.0.113.5", "::FFFF:cb00:7105", 64, True),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", 64, True),
        ("2001:db8::1", "2001:db8:0:1::1", 64, False),
        ("2001:db8::1", "2001:db8:0:ffff::1", 48, True),
        ("2001:db8::1", "2001:db8::2", 128, False),
        ("fe80::1%eth0", "fe80::1%eth1", 64, True),
        ("::1", "::2", 64, True),
        ("64:ff9b::203.0.113.5", "64:ff9b::203.0.113.6", 64, False),
        ("64:ff9b::203.0.113.5", "203.0.113.5", 64, True),
        ("64:ff9b:1::203.0.113.5", "64:ff9b:1::203.0.113.6", 64, True),
        ("testclient", "testclient2", 64, False),
        ("a:b", "a:c", 64, False),
        ("a\x00:b", "a\x00:c", 64, False),
    ],
)
def test_addresses_of_one_network_are_one_callers(one: str, other: str, prefix: int, is_same: bool) -> None:
    assert (network_of(one, ipv6_prefix=prefix) == network_of(other, ipv6_prefix=prefix)) is is_same


def test_where_no_address_is_known_there_is_no_network() -> None:
    assert network_of("", ipv6_prefix=64) == ""
