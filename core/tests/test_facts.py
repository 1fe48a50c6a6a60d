"""What a strategy may say of a person beside who it is: further ids, and facts."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from core.tests.acme import ADA, acme_returning, acme_that
from core.tests.bench import Bench, bench

from accredit import (
    AppBound,
    ExtraClaims,
    Identity,
    Login,
    Profile,
    ProviderToken,
    Verification,
    VerifyContext,
    hookimpl,
)
from accredit._facts import NOTHING
from accredit.credentials import Credential

IDS: Mapping[str, str] = {"unionid": "o6_bm|x", "open.id-2": "x" * 200}
FACTS: Mapping[str, Any] = {
    "tenant": "t1",
    "is_private_email": True,
    "amr": ["pwd", "mfa"],
    "depth": {"a": [None, 1.5]},
}


def verification(**changes: Any) -> Verification:
    return Verification(**{"user_id": "1000", "audience": AppBound("acme-app"), "claims": ADA, **changes})


class Hears:
    """Keeps each login that a hook is shown, and spoils what it can of it."""

    def __init__(self) -> None:
        self.logins: list[Login] = []
        self.seen: list[dict[str, Any]] = []

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims | None:
        self.logins.append(login)
        self.seen.append(dict(login.identity.facts))
        if not login.is_refresh:
            facts: Any = login.identity.facts
            facts["tenant"] = "spoilt"
            return ExtraClaims(id_token={"https://example.com/amr": login.identity.facts["amr"]})
        return None


@pytest.fixture
async def hears() -> AsyncIterator[tuple[Bench, Hears]]:
    hook = Hears()
    settings = {"connections": {"acme": {"cache_s": 30}}}
    made = acme_returning(verification(alternate_ids=IDS, facts=FACTS))
    async with bench(settings, acme=made, plugins=[hook]) as wire:
        yield wire, hook


async def test_hooks_see_them_with_the_identity_and_nobody_spoils_them_for_the_next_login(
    hears: tuple[Bench, Hears],
) -> None:
    wire, hook = hears
    for _ in range(2):
        assert (await wire.post()).status_code == 200
    assert [event.verified_by for event in wire.events] == ["provider", "cache"]
    assert hook.seen == [dict(FACTS), dict(FACTS)]
    assert [dict(login.identity.alternate_ids) for login in hook.logins] == [dict(IDS), dict(IDS)]


async def test_they_are_in_no_token_unless_a_hook_puts_them_there(hears: tuple[Bench, Hears]) -> None:
    wire, _ = hears
    tokens = (await wire.post(scope="openid profile")).json()
    info = (await wire.client.post("/tokeninfo", data={"id_token": tokens["id_token"]})).json()
    assert info["https://example.com/amr"] == ["pwd", "mfa"]
    assert not {"tenant", "unionid", "facts", "alternate_ids", "is_private_email"} & info.keys()


async def test_a_refresh_knows_none_of_them(hears: tuple[Bench, Hears]) -> None:
    wire, hook = hears
    tokens = (await wire.post(scope="openid offline_access")).json()
    sent = {"grant_type": "refresh_token", "client_id": "app", "refresh_token": tokens["refresh_token"]}
    assert (await wire.client.post("/oauth/token", data=sent)).status_code == 200
    assert hook.logins[-1].is_refresh
    assert (dict(hook.logins[-1].identity.facts), dict(hook.logins[-1].identity.alternate_ids)) == ({}, {})


async def test_a_host_that_only_verifies_gets_them() -> None:
    async with bench(acme=acme_returning(verification(alternate_ids=IDS, facts=FACTS))) as wire:
        identity = await wire.exchange.verify("acme", ProviderToken.of("good-token"))
        assert (dict(identity.alternate_ids), dict(identity.facts)) == (dict(IDS), dict(FACTS))
        await wire.exchange.issue(identity, client_id="app")


def test_without_any_there_are_none_and_they_stay_none() -> None:
    one, other = verification(), verification(alternate_ids={}, facts={})
    assert one == other
    assert repr(one.facts) == "{}"
    assert one.facts == {}
    assert (list(NOTHING), len(NOTHING), NOTHING.get("a")) == ([], 0, None)
    assert hash(NOTHING) == hash(one.facts)
    with pytest.raises(TypeError):
        one.facts["a"] = 1  # type: ignore[index]  # that it cannot be is the test
    assert Identity.__dataclass_fields__["facts"].default is NOTHING


@pytest.mark.parametrize(
    "ids",
    [None, "unionid", ["unionid"], {"unionid": 1}, {1: "unionid"}, {"unionid": None}],
    ids=str,
)
def test_ids_of_another_type_are_refused(ids: Any) -> None:
    with pytest.raises(TypeError, match="alternate_ids must be a mapping of strings to strings"):
        verification(alternate_ids=ids)


def many(number: int) -> dict[str, str]:
    return {f"id{one}": "1" for one in range(number)}


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (many(9), "alternate_ids must be 8 at most"),
        ({"": "1"}, "a name in alternate_ids"),
        ({"1st": "1"}, "a name in alternate_ids"),
        ({"a b": "1"}, "a name in alternate_ids"),
        ({"n" * 51: "1"}, "a name in alternate_ids"),
        ({"unionid\n": "1"}, "a name in alternate_ids"),
        ({"unionid": ""}, "each of alternate_ids"),
        ({"unionid": "a b"}, "each of alternate_ids"),
        ({"unionid": "x" * 201}, "each of alternate_ids"),
        ({"unionid": "é"}, "each of alternate_ids"),
        ({"unionid": "1\n"}, "each of alternate_ids"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_ids_that_could_do_harm_are_refused(ids: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        verification(alternate_ids=ids)


@pytest.mark.parametrize("ids", [many(8), {"n" * 50: "x"}, {"Union_id.2-a": "!~|"}], ids=lambda one: str(one)[:40])
def test_ids_at_their_bounds_are_taken(ids: Any) -> None:
    assert verification(alternate_ids=ids).alternate_ids == ids


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "facts",
    [
        None,
        [],
        {1: "a"},
        {"a": ("b",)},
        {"a": {"b"}},
        {"a": {1: "b"}},
        {"a": b"b"},
        {"a": float("nan")},
        {"a": float("inf")},
        {"a": object()},
        {"a": 10**5000},
        {"a": nested(100_000)},
    ],
    ids=["none", "list", "key", "tuple", "set", "inner-key", "bytes", "nan", "infinity", "object", "huge", "deep"],
)
def test_facts_that_are_no_json_are_refused(facts: Any) -> None:
    with pytest.raises(TypeError, match="facts must"):
        verification(facts=facts)


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        (many(33), "facts must be 32 at most"),
        ({"a b": 1}, "a name in facts"),
        ({"a": "x" * 4088}, "facts must be 4096 bytes of JSON at most"),
        ({"a": "\u1f600" * 1000}, "facts must be 4096 bytes of JSON at most"),
        ({"email": "ada@example.com"}, "claims of OIDC, which `normalize` states: email"),
        ({"email_verified": True}, "claims of OIDC, which `normalize` states: email_verified"),
        ({"sub": "1", "name": "Ada"}, "claims of OIDC, which `normalize` states: name, sub"),
    ],
    ids=lambda one: str(one)[:40].encode("ascii", "replace").decode(),
)
def test_facts_that_are_too_many_or_pass_for_claims_are_refused(facts: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        verification(facts=facts)


@pytest.mark.parametrize("facts", [many(32), {"a": "x" * 4087}, FACTS], ids=lambda one: str(one)[:40])
def test_facts_at_their_bounds_are_taken(facts: Any) -> None:
    assert verification(facts=facts).facts == facts


def test_no_fact_is_shown() -> None:
    one = verification(facts={"tenant": "s3cret-tenant"})
    made = Identity(
        connection="acme",
        strategy="acme",
        namespace="acme",
        user_id="1",
        profile=Profile(),
        audience=None,
        facts=one.facts,
    )
    assert "s3cret" not in repr(one) + repr(made)


async def test_what_a_strategy_may_not_say_is_its_own_failure() -> None:
    async def verify(_: Credential, __: VerifyContext) -> Verification:
        return verification(facts={"email": "ada@example.com"})

    async with bench(acme=acme_that(verify)) as wire:
        assert (await wire.post()).status_code == 500
        assert wire.event.reason == "plugin_failed"
