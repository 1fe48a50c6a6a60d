"""How often something may happen: by address, client, connection and user."""

from collections.abc import Mapping
from typing import Any

import pytest
from core.tests.acme import ADA
from core.tests.bench import NOW, URL, Bench, bench, good_request
from core.tests.limits.callers import TOO_MANY_REQUESTS, At, assert_limited
from core.tests.oauth.support import SECRET, basic, token_bench
from pydantic import SecretStr

from accredit import RefreshRequest
from accredit.credentials import ProviderToken
from accredit.errors import ConfigurationError, TooManyRequests
from accredit.settings import LimitSettings

TOKEN, REVOKE, INTROSPECT = "/oauth/token", "/oauth/revoke", "/oauth/introspect"


def limits(**rates: Any) -> Mapping[str, Any]:
    return {"limits": rates}


@pytest.mark.parametrize("limit", ["address", "client", "connection", "subject"])
async def test_one_login_too_many_is_told_when_to_come_back(limit: str) -> None:
    async with bench(limits(**{limit: "2/minute"})) as wire:
        caller = At(wire)
        assert [(await caller.log_in()).status_code for _ in range(2)] == [200, 200]
        wire.clock.advance(15)
        refused = await caller.log_in()

        assert_limited(refused, TOO_MANY_REQUESTS, amount=2, wait_s=45)
        event = wire.events[-1]
        assert (event.outcome, event.reason, event.limit) == ("limited", "too_many_requests", limit)
        wire.clock.advance(44.9)
        assert (await caller.log_in()).status_code == 429
        wire.clock.advance(0.2)
        assert (await caller.log_in()).status_code == 200


@pytest.mark.parametrize(
    ("limit", "other"),
    [
        ("address", {}),
        ("client", {"client_id": "partner"}),
        ("connection", {"connection": "globex", "access_token_secret": "s"}),
        ("subject", {"access_token": "grace"}),
    ],
)
async def test_what_is_too_much_for_one_is_not_for_another(limit: str, other: dict[str, str]) -> None:
    async with bench(limits(**{limit: "1/minute"})) as wire:
        wire.provider.people["grace"] = {**ADA, "id": "2000"}
        assert (await At(wire).log_in()).status_code == 200
        assert (await At(wire).log_in()).status_code == 429

        elsewhere = At(wire, "198.51.100.9" if limit == "address" else "203.0.113.5")
        assert (await elsewhere.log_in(**other)).status_code == 200


@pytest.mark.parametrize("limit", ["address", "client", "connection"])
async def test_a_provider_is_not_asked_of_one_login_too_many(limit: str) -> None:
    async with bench(limits(**{limit: "1/minute"})) as wire:
        await At(wire).log_in()
        wire.provider.requests.clear()

        assert (await At(wire).log_in()).status_code == 429
        assert wire.provider.requests == []
        assert wire.events[-1].checks[-1][:2] == ("check_limits", "refused")


async def test_who_may_not_ask_at_all_is_told_that_whatever_the_limits_say() -> None:
    # Contract: known client, grant type, connection, authorization, and only then the rate limit.
    async with bench(limits(address="1/minute")) as wire:
        caller = At(wire)
        await caller.log_in()

        for changed, status in (
            ({"client_id": ""}, 400),
            ({"client_id": "nobody"}, 403),
            ({"client_id": "no-exchange"}, 403),
            ({"connection": "nowhere"}, 400),
            ({"connection": "off"}, 400),
            ({"client_id": "strict"}, 401),
        ):
            assert (await caller.log_in(**changed)).status_code == status, changed
        assert (await caller.log_in()).status_code == 429


async def test_what_cannot_be_read_counts_for_the_address() -> None:
    async with bench(limits(address="3/minute")) as wire:
        caller = At(wire)
        for body in ("{", '{"client_id": 1}', '{"client_id": "app"}'):
            assert (await caller.send_raw(URL, body, {"content-type": "application/json"})).status_code == 400

        assert (await caller.log_in()).status_code == 429
        assert (await At(wire, "198.51.100.9").log_in()).status_code == 200


async def test_what_the_token_endpoint_cannot_read_counts_too() -> None:
    async with token_bench(limits(address="2/minute")) as wire:
        caller = At(wire)
        assert (await caller.send(TOKEN, grant_type="password", client_id="app")).status_code == 400
        assert (await caller.send(REVOKE, client_id="app")).status_code == 400

        assert (await caller.log_in()).status_code == 429


async def test_refreshes_are_counted_with_logins() -> None:
    async with bench(limits(address="2/minute")) as wire:
        caller = At(wire)
        token = (await caller.log_in(scope="openid offline_access")).json()["refresh_token"]
        refresh = {"grant_type": "refresh_token", "client_id": "app"}
        token = (await caller.send(TOKEN, **refresh, refresh_token=token)).json()["refresh_token"]
        refused = await caller.send(TOKEN, **refresh, refresh_token=token)

        assert_limited(refused, TOO_MANY_REQUESTS, amount=2)
        event = wire.heard[-1]
        assert (event.name, event.outcome) == ("token.limited", "limited")
        wire.clock.advance(61)
        assert (await caller.send(TOKEN, **refresh, refresh_token=token)).status_code == 200


async def test_the_refreshes_of_one_user_are_counted_wherever_they_come_from() -> None:
    async with bench(limits(subject="2/minute")) as wire:
        first = At(wire, "198.51.100.1")
        token = (await first.log_in(scope="openid offline_access")).json()["refresh_token"]
        refresh = {"grant_type": "refresh_token", "client_id": "app"}
        other = At(wire, "198.51.100.2")
        token = (await other.send(TOKEN, **refresh, refresh_token=token)).json()["refresh_token"]
        refused = await At(wire, "198.51.100.3").send(TOKEN, **refresh, refresh_token=token)

        assert_limited(refused, TOO_MANY_REQUESTS, amount=2)
        wire.clock.advance(61)  # and it was not used up
        assert (await other.send(TOKEN, **refresh, refresh_token=token)).status_code == 200


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (TOKEN, {"grant_type": "client_credentials"}),
        (REVOKE, {"token": "unknown"}),
        (INTROSPECT, {"token": "unknown"}),
    ],
)
async def test_the_calls_of_a_client_are_counted_at_every_endpoint(path: str, fields: dict[str, str]) -> None:
    async with token_bench(limits(client="2/minute", address="1/minute")) as wire:
        caller = At(wire)
        answers = [await caller.send(path, basic("svc", SECRET), **fields) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [200, 200, 429]
        assert_limited(answers[-1], TOO_MANY_REQUESTS, amount=2)
        assert wire.heard[-1].outcome == "limited"


async def test_a_public_client_that_revokes_is_counted_for_its_address() -> None:
    async with token_bench(limits(address="1/minute")) as wire:
        assert (await At(wire).send(REVOKE, client_id="app", token="x")).status_code == 200
        assert (await At(wire).send(REVOKE, client_id="app", token="x")).status_code == 429


async def test_a_client_that_has_proven_itself_logs_in_all_its_users_from_one_address() -> None:
    login = {
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "good-token",
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "connection": "acme",
    }
    async with token_bench(limits(address="1/minute")) as wire:
        backend = At(wire)
        for _ in range(3):
            assert (await backend.send(TOKEN, basic("svc", SECRET), **login)).status_code == 200
        assert (await backend.send(TOKEN, client_id="app", **login)).status_code == 200
        assert (await backend.send(TOKEN, client_id="app", **login)).status_code == 429


async def test_a_call_from_python_without_an_address_is_counted_by_all_else(wire: Bench) -> None:
    async with bench(limits(address="1/minute", client="3/minute")) as wire:
        for _ in range(2):
            await wire.exchange(good_request())
        await wire.exchange(good_request(address="203.0.113.5"))
        with pytest.raises(TooManyRequests) as caught:
            await wire.exchange(good_request(address="203.0.113.5"))
        assert caught.value.limit == "address"
        with pytest.raises(TooManyRequests) as caught:
            await wire.exchange(good_request())
        assert (caught.value.limit, caught.value.amount) == ("client", 3)
        assert (caught.value.retry_after_s, caught.value.reset_at) == (60, NOW + 60)


async def test_a_refresh_from_python_has_an_address_as_well() -> None:
    async with bench(limits(address="1/minute")) as wire:
        tokens = await wire.exchange(good_request(scopes=("offline_access",)))
        assert tokens.refresh_token is not None
        again = RefreshRequest(client_id="app", refresh_token=tokens.refresh_token, address="203.0.113.5")
        successor = (await wire.exchange.refresh(again)).refresh_token
        assert isinstance(successor, SecretStr)
        with pytest.raises(TooManyRequests):
            await wire.exchange.refresh(RefreshRequest(client_id="app", refresh_token=successor, address="203.0.113.5"))


async def test_a_user_whom_the_host_vouches_for_is_counted_as_any_other() -> None:
    async with bench(limits(subject="1/minute")) as wire:
        identity = await wire.exchange.verify("acme", ProviderToken.of("good-token"))
        await wire.exchange.issue(identity, client_id="app")
        with pytest.raises(TooManyRequests):
            await wire.exchange.issue(identity, client_id="app")


@pytest.mark.parametrize("rates", [{"enabled": False, "address": "1/minute"}, {"address": "off"}])
async def test_limits_can_be_switched_off_all_or_one_by_one(rates: dict[str, Any]) -> None:
    off = dict.fromkeys(("client", "connection", "subject", "failed_attempts"), "off")
    off |= {"failed_attempts_by_address": "off", "failed_attempts_by_token": "off"}
    async with bench(limits(**off, **rates)) as wire:
        for _ in range(3):
            assert (await At(wire).log_in()).status_code == 200
            assert (await At(wire).log_in(access_token="wrong")).status_code == 401
            assert (await At(wire).send_raw(URL, "{", {})).status_code == 400


async def test_where_nothing_is_counted_a_client_has_to_prove_itself_all_the_same() -> None:
    async with token_bench(limits(enabled=False)) as wire:
        for secret, status in ((SECRET, 200), ("guess", 401), (SECRET, 200)):
            answer = await At(wire).send(TOKEN, basic("svc", secret), grant_type="client_credentials")
            assert answer.status_code == status


async def test_pages_can_read_when_to_come_back() -> None:
    async with bench(limits(address="1/minute")) as wire:
        origin = {"origin": "https://app.example.com"}
        usual = await At(wire).log_in(origin)
        limited = await At(wire).log_in(origin)

        assert usual.headers["access-control-expose-headers"] == "Retry-After"
        assert limited.headers["access-control-expose-headers"] == (
            "Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
        )


def test_no_honest_app_meets_the_defaults() -> None:
    defaults = LimitSettings()

    assert defaults.enabled
    assert (defaults.address, defaults.client, defaults.connection) == (
        "60000/minute",
        "300000/minute",
        "300000/minute",
    )
    assert defaults.subject == "600/minute"
    assert (defaults.failed_attempts, defaults.failed_attempts_by_address) == ("300/minute", "900/minute")
    assert (defaults.failed_attempts_by_token, defaults.ipv6_prefix) == ("120/minute", 64)


@pytest.mark.parametrize(
    "wrong", ["600", "0/minute", "-1/minute", "600 / minute", "1/0 minutes", "1/fortnight", "", "Off"]
)
def test_what_is_no_rate_is_refused_at_start(wrong: str) -> None:
    with pytest.raises((ConfigurationError, ValueError), match=r"must be a rate such as \"600/minute\""):
        LimitSettings.model_validate({"address": wrong})


@pytest.mark.parametrize("right", ["1/second", "600/minute", "20/5 minutes", "1000/1 hour", "5/2 days", "off"])
def test_a_rate_is_a_number_and_a_time(right: str) -> None:
    assert LimitSettings.model_validate({"address": right}).address == right
