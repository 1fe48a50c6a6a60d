"""Mistakes in a host's own code that would leave a route open without a word: they are told when the route is made."""

from typing import Annotated, Any

import pytest
from core.tests.contrib.fastapi.host import make
from fastapi import Depends, FastAPI, Security

from accredit import AccessToken


@pytest.mark.parametrize("asks", [Depends, Security])
def test_require_without_brackets_is_told(asks: Any) -> None:
    accredit, app = make()[0], FastAPI()

    async def orders(token: Annotated[AccessToken, asks(accredit.require)]) -> str:
        return token.subject  # pragma: no cover - never called

    with pytest.raises(TypeError, match=r"write Depends\(accredit\.require\(\)\), with brackets"):
        app.get("/orders")(orders)
    with pytest.raises(TypeError, match="with brackets"):
        app.get("/all", dependencies=[asks(accredit.require)])(lambda: None)


def test_a_token_that_would_be_read_from_the_body_is_told() -> None:
    accredit, app = make()[0], FastAPI()
    needed = accredit.require()

    async def forgotten(token: AccessToken) -> str:
        return token.subject  # pragma: no cover - never called

    async def without_depends(token: Annotated[AccessToken, accredit.require("read:orders")]) -> str:
        return token.subject  # pragma: no cover - never called

    async def as_default(token: AccessToken = needed) -> str:  # type: ignore[assignment]  # the mistake
        return token.subject  # pragma: no cover - never called

    async def in_a_list(tokens: list[AccessToken]) -> int:
        return len(tokens)  # pragma: no cover - never called

    for route in (forgotten, without_depends, as_default, in_a_list):
        with pytest.raises(TypeError, match=r"Annotated\[AccessToken, Depends\(accredit\.require"):
            app.post("/orders")(route)
