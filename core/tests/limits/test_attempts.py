"""Attempts that fail: guessing is slowed down, and nobody can lock anybody else out. Each way of hiding is tried."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from core.tests.acme import ADA, acme_raising
from core.tests.bench import GOOD, URL, bench, good_request
from core.tests.limits.callers import TOO_MANY_ATTEMPTS, At, assert_limited
from core.tests.oauth.support import SECRET, basic, token_bench

from accredit import AccessDenied, ProviderToken, hookimpl
from accredit.errors import ProviderUnavailable, TooManyAttempts

pytestmark = pytest.mark.threat(17)

TOKEN, REVOKE, INTROSPECT = "/oauth/token", "/oauth/revoke", "/oauth/introspect"
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def attempts(rate: str = "3/minute", **more: Any) -> Mapping[str, Any]:
    return {"limits": {"failed_attempts": rate, **more}}


async def test_too_many_failed_logins_are_followed_by_none_until_a_minute_has_gone_by() -> None:
    async with bench(attempts()) as wire:
        caller = At(wire)
        await caller.fail(3)
        wire.provider.requests.clear()
        refused = await caller.log_in()

        assert_limited(refused, TOO_MANY_ATTEMPTS, amount=3)
        assert wire.provider.requests == []
        event = wire.events[-1]
        assert (event.outcome, event.reason, event.limit) == ("limited", "too_many_attempts", "failed_attempts")
        wire.clock.advance(60.5)
        assert (await caller.log_in()).status_code == 200


async def test_logins_that_succeed_are_no_failed_attempts() -> None:
    async with bench(attempts()) as wire:
        for _ in range(5):
            assert (await At(wire).log_in()).status_code == 200
        await At(wire).fail(2)
        assert (await At(wire).log_in()).status_code == 200


async def test_being_refused_for_too_many_attempts_does_not_make_them_more() -> None:
    async with bench(attempts()) as wire:
        await At(wire).fail(3)
        wire.clock.advance(59)
        for _ in range(5):
            assert (await At(wire).log_in()).status_code == 429
        wire.clock.advance(1.5)
        await At(wire).fail(3)


async def test_who_fails_locks_nobody_else_out() -> None:
    async with bench(attempts(failed_attempts_by_token="3/minute")) as wire:
        attacker = At(wire, "198.51.100.66")
        await attacker.fail(3)
        assert (await attacker.log_in()).status_code == 429

        assert (await At(wire, "203.0.113.5").log_in()).status_code == 200  # the same client, connection and user
        assert (await attacker.log_in(client_id="partner")).status_code == 200  # and another app at the same address
        await wire.exchange(good_request())


async def test_however_many_addresses_fail_no_client_and_no_connection_is_locked_out() -> None:
    async with bench(attempts(failed_attempts_by_address="3/minute")) as wire:
        for number in range(300):
            token = ProviderToken.of(f"wrong-{number}")
            request = good_request(token=token, address=f"10.{number >> 8 & 255}.{number & 255}.1")
            with pytest.raises(Exception, match=r"status 401"):
                await wire.exchange(request)

        assert (await At(wire, "203.0.113.5").log_in()).status_code == 200


HIDINGS: dict[str, Any] = {
    "another token each time": lambda number: ({"access_token": f"wrong-{number}"}, {}),
    "the same token": lambda number: ({"access_token": "wrong"}, {}),
    "a forged X-Forwarded-For": lambda n: ({"access_token": "wrong"}, {"x-forwarded-for": f"198.51.100.{n}"}),
    "a forged Forwarded": lambda n: ({"access_token": "wrong"}, {"forwarded": f"for=198.51.100.{n}"}),
    "a forged X-Real-IP": lambda n: ({"access_token": "wrong"}, {"x-real-ip": f"198.51.100.{n}"}),
    "another user agent": lambda n: ({"access_token": "wrong"}, {"user-agent": f"Browser/{n}"}),
    "a header of authorization": lambda n: ({"access_token": "wrong"}, {"authorization": f"Bearer {n}"}),
    "another nonce": lambda n: ({"access_token": "wrong", "nonce": str(n)}, {}),
    "another hint": lambda n: ({"access_token": "wrong", "user_id": str(n)}, {}),
    "another device": lambda n: ({"access_token": "wrong", "device": str(n)}, {}),
    "another scope": lambda n: ({"access_token": "wrong", "scope": f"openid s{n}"}, {}),
}


@pytest.mark.parametrize("hiding", HIDINGS)
async def test_nobody_hides_behind(hiding: str) -> None:
    async with bench(attempts()) as wire:
        caller = At(wire)
        for number in range(3):
            fields, headers = HIDINGS[hiding](number)
            assert (await caller.log_in(headers, **fields)).status_code == 401
        fields, headers = HIDINGS[hiding](3)

        assert (await caller.log_in(headers, **fields)).status_code == 429
        assert (await caller.log_in()).status_code == 429


async def test_nobody_hides_behind_the_form_of_a_request() -> None:
    wrong = {**GOOD, "access_token": "wrong"}
    exchange = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "client_id": "app",
        "connection": "acme",
        "subject_token": "wrong",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    }
    async with bench(attempts()) as wire:
        caller = At(wire)
        assert (await caller.send_raw(URL, json.dumps(wrong), JSON)).status_code == 401
        assert (await caller.send_raw(URL, urlencode(wrong), FORM)).status_code == 401
        assert (await caller.send_raw(TOKEN, urlencode(exchange), FORM)).status_code == 401

        for path, fields in ((URL, wrong), (TOKEN, exchange)):
            assert (await caller.send_raw(path, urlencode(fields), JSON)).status_code == 429, path


@pytest.mark.parametrize("field", ["client_id", "connection"])
@pytest.mark.parametrize("other", [str.upper, str.title, lambda name: f" {name}", lambda name: f"{name} "])
async def test_nobody_hides_behind_the_spelling_of_a_name(field: str, other: Any) -> None:
    # Names are compared exactly: another spelling is a name that nobody knows, and asks no provider.
    async with bench(attempts(failed_attempts_by_address="4/minute")) as wire:
        caller = At(wire)
        await caller.fail(3)
        wire.provider.requests.clear()
        spelt = await caller.log_in(access_token="wrong", **{field: other(GOOD[field])})

        assert spelt.status_code in {400, 403}
        assert wire.provider.requests == []
        assert (await caller.log_in()).status_code == 429


async def test_nobody_hides_behind_other_clients_and_connections_beyond_what_the_address_may_fail() -> None:
    async with bench(attempts("2/minute", failed_attempts_by_address="5/minute")) as wire:
        caller = At(wire)
        await caller.fail(2)
        await caller.fail(2, client_id="partner")
        await caller.fail(1, client_id="other", connection="acme-game")

        refused = await caller.log_in(client_id="partner")
        assert_limited(refused, TOO_MANY_ATTEMPTS, amount=5)
        assert wire.events[-1].limit == "failed_attempts_by_address"


async def test_clients_that_nobody_knows_count_for_the_address() -> None:
    async with bench(attempts(failed_attempts_by_address="3/minute")) as wire:
        caller = At(wire)
        for number in range(3):
            assert (await caller.log_in(client_id=f"nobody-{number}")).status_code == 403

        assert (await caller.log_in()).status_code == 429
        assert (await At(wire, "198.51.100.9").log_in()).status_code == 200


@pytest.mark.parametrize(
    "addresses", [["2001:db8:1:2::1", "2001:db8:1:2:ffff::9"], ["2001:DB8:1:2::a", "2001:db8:1:2::b%eth0"]]
)
async def test_nobody_hides_behind_another_address_of_the_same_network(addresses: list[str]) -> None:
    async with bench(attempts()) as wire:
        for address in addresses:
            await At(wire, address).fail()
        await At(wire, "2001:db8:1:2::3").fail()

        assert (await At(wire, "2001:db8:1:2:aaaa:bbbb:cccc:dddd").log_in()).status_code == 429
        assert (await At(wire, "2001:db8:1:3::1").log_in()).status_code == 200


async def test_how_much_of_an_ipv6_address_says_whose_it_is_can_be_set() -> None:
    async with bench(attempts(ipv6_prefix=48)) as wire:
        for number in range(3):
            await At(wire, f"2001:db8:1:{number}::1").fail()

        assert (await At(wire, "2001:db8:1:ffff::1").log_in()).status_code == 429
        assert (await At(wire, "2001:db8:2::1").log_in()).status_code == 200


async def test_ipv4_is_the_same_however_a_server_writes_it() -> None:
    async with bench(attempts()) as wire:
        await At(wire, "::ffff:203.0.113.5").fail(2)
        await At(wire, "203.0.113.5").fail()
        assert (await At(wire, "::ffff:203.0.113.5").log_in()).status_code == 429
        with pytest.raises(TooManyAttempts):
            await wire.exchange(good_request(address="::ffff:203.0.113.5"))


async def test_behind_a_trusted_proxy_each_caller_counts_alone_and_none_can_be_another() -> None:
    async with bench(attempts(trusted_proxies=["10.0.0.0/8"])) as wire:
        proxy = At(wire, "10.0.0.1")
        for number in range(3):
            forged = {"x-forwarded-for": f"192.0.2.{number}, 198.51.100.66"}
            assert (await proxy.log_in(forged, access_token="wrong")).status_code == 401

        assert (await proxy.log_in({"x-forwarded-for": "192.0.2.77, 198.51.100.66"})).status_code == 429
        assert (await proxy.log_in({"x-forwarded-for": "198.51.100.66, 203.0.113.5"})).status_code == 200


async def test_one_token_from_many_addresses_is_tried_so_often_and_no_more() -> None:
    async with bench(attempts(failed_attempts_by_token="3/minute")) as wire:
        for number in range(3):
            await At(wire, f"198.51.100.{number}").fail(nonce=str(number))
        wire.provider.requests.clear()
        refused = await At(wire, "198.51.100.99").log_in(access_token="wrong")

        assert_limited(refused, TOO_MANY_ATTEMPTS, amount=3)
        assert wire.provider.requests == []
        assert wire.events[-1].limit == "failed_attempts_by_token"
        with pytest.raises(TooManyAttempts):  # without an address, too
            await wire.exchange(good_request(token=ProviderToken.of("wrong")))
        assert (await At(wire).log_in(access_token="wrong-2")).status_code == 401


async def test_whose_token_is_known_is_not_locked_out_by_wrong_secrets() -> None:
    async with bench(attempts(failed_attempts_by_token="3/minute")) as wire:
        pair = {"access_token": "public"}
        for number in range(3):
            await At(wire, f"198.51.100.{number}").fail(**pair, access_token_secret="wrong")
        wire.provider.people["public"] = ADA  # as of a provider that is asked with the right one

        assert (await At(wire).log_in(**pair, access_token_secret="wrong")).status_code == 429
        assert (await At(wire).log_in(**pair, access_token_secret="right")).status_code == 200


async def test_a_refresh_token_is_guessed_no_more_often_than_any_other() -> None:
    async with bench(attempts()) as wire:
        caller = At(wire)
        token = (await caller.log_in(scope="openid offline_access")).json()["refresh_token"]
        refresh = {"grant_type": "refresh_token", "client_id": "app"}
        for number in range(3):
            assert (await caller.send(TOKEN, **refresh, refresh_token=f"guess-{number}")).status_code == 403
        assert_limited(await caller.send(TOKEN, **refresh, refresh_token=token), TOO_MANY_ATTEMPTS, amount=3)
        assert (await caller.log_in()).status_code == 200  # what is tried there is something else

        elsewhere = await At(wire, "198.51.100.9").send(TOKEN, **refresh, refresh_token=token)
        assert elsewhere.status_code == 200


async def test_a_failed_refresh_is_one_attempt_though_two_may_tell_of_it() -> None:
    async with bench(attempts("off", failed_attempts_by_address="3/minute")) as wire:
        refresh = {"grant_type": "refresh_token", "client_id": "app"}
        guesses = [await At(wire).send(TOKEN, **refresh, refresh_token=f"guess-{number}") for number in range(4)]

        assert [guess.status_code for guess in guesses] == [403, 403, 403, 429]


@pytest.mark.parametrize(
    ("path", "fields"),
    [(TOKEN, {"grant_type": "client_credentials"}), (REVOKE, {"token": "x"}), (INTROSPECT, {"token": "x"})],
)
async def test_a_client_secret_is_guessed_no_more_often_and_a_right_one_is_not_told_apart(
    path: str, fields: dict[str, str]
) -> None:
    async with token_bench(attempts()) as wire:
        caller = At(wire)
        for number in range(3):
            assert (await caller.send(path, basic("svc", f"guess-{number}"), **fields)).status_code == 401
        wrong, right = [await caller.send(path, basic("svc", one), **fields) for one in ("guess", SECRET)]

        assert_limited(wrong, TOO_MANY_ATTEMPTS, amount=3)
        assert wrong.content == right.content
        assert wire.heard[-1].outcome == "limited"
        at_home = await At(wire, "198.51.100.9").send(path, basic("svc", SECRET), **fields)
        assert at_home.status_code == 200


async def test_a_backend_is_not_locked_out_by_what_its_users_hand_in() -> None:
    login = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "connection": "acme",
    }
    async with token_bench(attempts(failed_attempts_by_address="3/minute")) as wire:
        backend = At(wire)
        for number in range(5):
            answer = await backend.send(TOKEN, basic("svc", SECRET), **login, subject_token=f"wrong-{number}")
            assert answer.status_code == 401
        good = await backend.send(TOKEN, basic("svc", SECRET), **login, subject_token="good-token")

        assert good.status_code == 200


async def test_an_outage_of_the_provider_is_nobodys_failed_attempt() -> None:
    async with bench(attempts("1/minute"), acme=acme_raising(ProviderUnavailable("down"))) as wire:
        for _ in range(3):
            assert (await At(wire).log_in()).status_code == 503


async def test_what_a_hook_says_of_a_user_whom_the_provider_has_proven_is_no_failed_attempt() -> None:
    class Maintenance:
        @hookimpl
        async def authorize(self, login: object) -> None:
            raise AccessDenied("come back tomorrow")

    async with bench(attempts("1/minute"), plugins=[Maintenance()]) as wire:
        for _ in range(3):
            answer = await At(wire).log_in()
            assert (answer.status_code, answer.json()["error_description"]) == (401, "come back tomorrow")


async def test_a_clock_that_is_set_neither_ends_a_window_nor_makes_it_longer() -> None:
    async with bench(attempts()) as wire:
        caller = At(wire)
        await caller.fail(3)
        for day in (86_400, -2 * 86_400):
            wire.clock.now += day
            refused = await caller.log_in()
            assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
            assert refused.headers["x-ratelimit-reset"] == str(int(wire.clock.now) + 60)
        wire.clock.advance(61)
        assert (await caller.log_in()).status_code == 200


async def test_a_flood_is_counted_call_by_call_and_has_one_line_in_the_log() -> None:
    async with bench(attempts("1/minute")) as wire:
        await At(wire).fail()
        wire.forget()
        for _ in range(50):
            await At(wire).log_in()

        assert [event.outcome for event in wire.events] == ["limited"] * 50
        [(level, line)] = wire.log.events()
        assert (level, line["event"], line["limit"]) == ("info", "exchange.limited", "failed_attempts")
        assert (line["reason"], line["alert"]) == ("too_many_attempts", False)

        wire.clock.advance(61)
        await At(wire).fail()
        wire.forget()
        await At(wire).log_in()
        assert len(wire.log.lines) == 1


async def test_two_who_flood_have_a_line_each() -> None:
    async with bench(attempts("1/minute")) as wire:
        wire.provider.people["grace"] = {**ADA, "id": "2000"}
        for address in ("198.51.100.1", "198.51.100.2"):
            await At(wire, address).fail()
        wire.forget()
        for address in ("198.51.100.1", "198.51.100.2") * 3:
            await At(wire, address).log_in()

        assert len(wire.log.lines) == 2


async def test_one_attacker_behind_a_proxy_that_nobody_has_named_locks_nobody_else_out() -> None:
    async with bench(attempts("2/minute")) as wire:
        proxy = At(wire, "127.0.0.1")
        for _ in range(5):
            refused = await proxy.log_in({"x-forwarded-for": "198.51.100.66"}, access_token="wrong")
            assert refused.status_code == 401

        assert (await proxy.log_in({"x-forwarded-for": "198.51.100.1"})).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.9", "127.0.0.1", "192.168.1.1"])
async def test_where_all_callers_may_be_one_proxy_the_log_says_what_to_set(address: str) -> None:
    async with bench(attempts("1/minute")) as wire:
        await At(wire, address).fail()
        await At(wire, address).log_in()

        assert wire.events[-1].detail == (f"all from {address}: if that is a proxy, name it in limits.trusted_proxies")


@pytest.mark.parametrize("address", ["8.8.8.8", "2600::1", "testclient"])
async def test_of_other_callers_the_log_says_no_address(address: str) -> None:
    async with bench(attempts("1/minute")) as wire:
        await At(wire, address).fail()
        await At(wire, address).log_in()

        assert wire.events[-1].detail == ""
