from collections.abc import MutableMapping
from typing import Any

import pytest

from accredit.sandbox.switches import Switches

SCOPE = {"type": "http", "path": "/me", "raw_path": b"/me"}


async def path_seen(switches: Switches, seen: list[Any], scope: dict[str, Any]) -> Any:
    await switches(scope, None, None)
    return seen.pop()


async def test_while_one_is_on_each_request_carries_its_marker() -> None:
    seen: list[Any] = []

    async def app(scope: MutableMapping[str, Any], _: Any, __: Any) -> None:
        seen.append((scope["path"], scope["raw_path"]))

    switches = Switches(app)
    assert await path_seen(switches, seen, SCOPE) == ("/me", b"/me")
    switches.turn("latency-200")
    assert await path_seen(switches, seen, SCOPE) == ("/me~latency-200", b"/me~latency-200")
    switches.turn("hang-up")
    assert await path_seen(switches, seen, SCOPE) == ("/me~hang-up", b"/me~hang-up")
    switches.turn(None)
    assert await path_seen(switches, seen, SCOPE) == ("/me", b"/me")


async def test_what_is_no_request_passes_as_it_is() -> None:
    seen: list[Any] = []

    async def app(scope: MutableMapping[str, Any], _: Any, __: Any) -> None:
        seen.append(scope)

    switches = Switches(app)
    switches.turn("error")

    assert await path_seen(switches, seen, {"type": "lifespan"}) == {"type": "lifespan"}


@pytest.mark.parametrize(
    "fault", ["", "nothing", "latency-", "latency-x", "latency-1234567", "latency-٣", "~error", "-1"]
)
def test_what_is_no_fault_is_refused_and_leaves_the_switch_as_it_is(fault: str) -> None:
    switches = Switches(lambda *_: pytest.fail("not asked"))
    switches.turn("error")

    with pytest.raises(ValueError, match="no such fault"):
        switches.turn(fault)
    assert switches.fault == "error"
