"""The subject a plugin names becomes `sub`, and so it is looked at before anything believes it."""

from typing import Any

import pytest
from core.tests.bench import Bench, assert_refused, bench

from accredit import Identity, Subject, hookimpl

SERVER_ERROR = (500, "server_error", "the server could not complete the request")
GLOBEX = {"connection": "globex", "access_token_secret": "s"}


class Names:
    """Names one subject for everybody."""

    def __init__(self, subject: Any) -> None:
        self.subject = subject

    @hookimpl
    async def resolve_subject(self, identity: Identity) -> Any:
        return self.subject


async def sub_of(wire: Bench, **parameters: Any) -> str | None:
    response = await wire.post(scope="openid offline_access", **parameters)
    assert response.status_code == 200, response.json()
    return wire.events[-1].subject


async def assert_is_our_fault(wire: Bench, problem: str, **parameters: Any) -> None:
    assert_refused(await wire.post(scope="openid offline_access", **parameters), *SERVER_ERROR)
    assert (wire.event.reason, wire.event.alert, wire.event.subject) == ("plugin_failed", True, None)
    assert wire.event.checks[-1].name == "resolve_subject"
    assert wire.event.detail.endswith(problem), wire.event.detail
    assert "test_named_by_a_hook.Names: " in wire.event.detail
    assert wire.storage.kept == {}


@pytest.mark.parametrize(
    "subject", ["1", "u1", "0b2c9d3e-7a55-4d5e-9c3a-2f7d1c9f0a11", "other|1", "a@clients.example", "~!|", "x" * 255]
)
async def test_a_subject_of_the_hosts_own_is_taken(subject: str) -> None:
    async with bench(plugins=[Names(Subject(subject))]) as wire:
        assert await sub_of(wire) == subject


@pytest.mark.threat(41)
@pytest.mark.parametrize(
    "subject",
    [
        "",
        "x" * 256,
        " ",
        "u 1",
        " u1",
        "u1\n",
        "facebook|1\n",
        "u1\x00",
        "u1\x7f",
        "u\u00a01",
        "u\u200b1",
        "\u202eu1",
        "Jürgen",
        "\ud800",
        123,
        None,
        True,
        b"u1",
        ["u1"],
    ],
    ids=ascii,
)
async def test_a_subject_that_is_no_plain_text_is_refused(subject: Any) -> None:
    async with bench(plugins=[Names(Subject(subject))]) as wire:
        await assert_is_our_fault(wire, "whose id is not 1 to 255 printable ASCII characters without blanks")


@pytest.mark.threat(41)
@pytest.mark.parametrize("subject", ["app@clients", "@clients", "acme|1000@clients"])
async def test_a_subject_that_reads_like_a_client_is_refused(subject: str) -> None:
    async with bench(plugins=[Names(Subject(subject))]) as wire:
        await assert_is_our_fault(wire, "whose id ends in @clients, as in tokens that are a client's own")


@pytest.mark.threat(41)
@pytest.mark.parametrize("blocked", [None, 0, 1, "false"])
async def test_blocked_is_a_boolean_and_nothing_like_one(blocked: Any) -> None:
    async with bench(plugins=[Names(Subject("u1", blocked=blocked))]) as wire:
        await assert_is_our_fault(wire, "named a subject whose blocked is no bool")


async def test_the_identitys_own_default_is_taken() -> None:
    async with bench(plugins=[Names(Subject("acme|1000"))]) as wire:
        assert await sub_of(wire) == "acme|1000"


@pytest.mark.threat(41)
@pytest.mark.parametrize(
    "subject",
    ["acme|1", "acme|", "acme|1000|", "acme|10000", "globex|1000", "globex|77", "facebook|1000", "facebook|"],
)
async def test_another_strategys_form_or_another_users_is_refused(subject: str) -> None:
    # It is somebody's who logs in, or will log in, by that identity. `facebook` is installed, and not configured here.
    async with bench(plugins=[Names(Subject(subject))]) as wire:
        await assert_is_our_fault(
            wire, "named a subject in the form of a strategy's, which this identity is not linked to"
        )


@pytest.mark.threat(41)
async def test_the_form_of_a_strategy_that_is_off_is_refused_as_well() -> None:
    off = {"connections": {"initech": {"enabled": False}, "hooli-game": {"strategy": "hooli", "enabled": False}}}
    for subject in ("initech|1", "hooli|1"):
        async with bench(off, plugins=[Names(Subject(subject))]) as wire:
            assert_refused(await wire.post(), *SERVER_ERROR)
    async with bench(off, plugins=[Names(Subject("hooli-game|1"))]) as wire:
        assert await sub_of(wire) == "hooli-game|1"


async def test_the_subject_that_the_identity_is_linked_to_is_taken_until_it_is_unlinked() -> None:
    async with bench(plugins=[Names(Subject("acme|1000"))]) as wire:
        await wire.exchange.subjects.link("globex", "77", "acme|1000")
        assert await sub_of(wire, **GLOBEX) == "acme|1000"

        await wire.exchange.subjects.unlink("globex", "77")
        assert_refused(await wire.post(**GLOBEX), *SERVER_ERROR)


@pytest.mark.threat(41)
@pytest.mark.parametrize("subject", ["", "a b", "app@clients", 123])
async def test_the_host_links_to_no_such_subject_either(wire: Bench, subject: Any) -> None:
    with pytest.raises(ValueError, match="a subject's id"):
        await wire.exchange.subjects.link("acme", "1000", subject)
    assert await wire.storage.subject_of("acme", "1000") is None
