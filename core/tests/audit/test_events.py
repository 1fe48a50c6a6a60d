"""Whatever happens leaves its event, of its own type, with every observer and in the log."""

import dataclasses
from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args

import pytest
from core.tests.audit.happenings import HAPPENINGS, SCOPE, Happening, Tokens
from core.tests.bench import GOOD, Bench
from core.tests.oauth.support import SECRET, token_bench

import accredit
from accredit import AnyEvent, hookimpl
from accredit.audit.event import Event


@pytest.fixture
async def wire() -> AsyncIterator[Bench]:
    async with token_bench() as one:
        yield one


async def happen(wire: Bench, happening: Happening) -> tuple[object, Tokens]:
    """Let a user log in, and then let it happen. Return what it has answered, and the tokens of the login."""
    tokens: Tokens = (await wire.post(scope=SCOPE)).json()
    wire.forget()
    answer = await happening.act(wire, tokens)
    return getattr(answer, "status_code", answer), tokens


@pytest.fixture(params=HAPPENINGS)
def happening(request: pytest.FixtureRequest) -> Happening:
    return HAPPENINGS[request.param]


async def test_each_reaches_observers_by_its_type_and_the_log_by_its_name(wire: Bench, happening: Happening) -> None:
    await happen(wire, happening)

    assert [(type(event), event.name) for event in wire.heard] == list(happening.events)
    assert [(level, line["event"]) for level, line in wire.log.events()] == [
        (event.level, event.name) for event in wire.heard
    ]
    first = wire.heard[0]
    found = {name: getattr(first, name) for name in happening.facts}
    assert found == {name: found[name] if fact is ... else fact for name, fact in happening.facts.items()}
    assert None not in [found[name] for name, fact in happening.facts.items() if fact is ...]


async def test_the_line_says_what_the_event_says(wire: Bench, happening: Happening) -> None:
    await happen(wire, happening)

    for event, (_, line) in zip(wire.heard, wire.log.events(), strict=True):
        for name in ("status", "client_id", "connection", "subject", "session_id", "detail"):
            assert line.get(name) == (getattr(event, name) or None)


@pytest.mark.threat(33)
async def test_none_of_them_holds_a_secret(wire: Bench, happening: Happening) -> None:
    _, tokens = await happen(wire, happening)

    told = repr(wire.heard) + repr(wire.log.lines)
    issued = [tokens[name] for name in ("access_token", "id_token", "refresh_token")]
    secrets = [GOOD["access_token"], SECRET, "bad-token", "s3cr3t", "wr0ng-secret", "nothing-of-ours", *issued]
    # What makes a token one: its signature, or the end of a refresh token, which begins with the id of its session.
    secrets += [token.rpartition(".")[2] for token in issued]
    assert [secret for secret in secrets if secret in told] == []


async def test_none_of_them_can_be_changed(wire: Bench, happening: Happening) -> None:
    await happen(wire, happening)

    for event in wire.heard:
        with pytest.raises(dataclasses.FrozenInstanceError):
            event.client_id = "another"  # type: ignore[misc] # that it is refused is the point


class Failing:
    """An observer that raises, each time another thing."""

    def __init__(self) -> None:
        self._errors: Iterator[BaseException] = iter(())

    @hookimpl
    def observe(self, event: AnyEvent) -> None:
        for error in self._errors:
            raise error
        self._errors = iter([SystemExit("MARKED"), KeyboardInterrupt("MARKED"), accredit.AccessDenied("MARKED")])
        raise ValueError("MARKED")


async def test_an_observer_that_raises_changes_none_of_them(wire: Bench, happening: Happening) -> None:
    answer, _ = await happen(wire, happening)
    async with token_bench(plugins=[Failing()]) as failing:
        answer_beside_it, _ = await happen(failing, happening)

    if not isinstance(answer, accredit.Identity):
        assert answer_beside_it == answer
    assert [(type(event), event.name) for event in failing.heard] == list(happening.events)
    lines = [line["event"] for _, line in failing.log.events()]
    assert [name for name in lines if name != "observer.failed"] == [name for _, name in happening.events]
    assert lines.count("observer.failed") == len(happening.events)
    assert "MARKED" not in repr(failing.log.lines)


def test_each_type_is_among_what_happens() -> None:
    happened = {kind for one in HAPPENINGS.values() for kind, _ in one.events}
    assert happened == set(get_args(AnyEvent))


def test_each_type_is_public_and_frozen() -> None:
    for kind in get_args(AnyEvent):
        assert getattr(accredit, kind.__name__) is kind
        assert issubclass(kind, Event)
        parameters: Any = kind.__dataclass_params__
        assert parameters.frozen


def test_no_type_is_another_one_so_that_the_order_of_cases_does_not_matter() -> None:
    kinds = get_args(AnyEvent)
    assert [(one, other) for one in kinds for other in kinds if one is not other and issubclass(one, other)] == []
