"""Apple's access tokens open nothing, so none is taken; nor is a code that does not say that it is one."""

from typing import Any

import pytest

from accredit.credentials import AccessToken, ProviderToken
from accredit.errors import InvalidProviderToken


@pytest.mark.parametrize(
    "handed",
    [
        AccessToken.of("asim.0.mr.ada"),
        *map(ProviderToken.of, ("asim.0.mr.ada", "csim-code-ada", "a.b.c", "x")),
    ],
    ids=["access token", "untyped access token", "untyped code", "three parts", "one letter"],
)
async def test_what_is_no_id_token_is_refused_without_a_call(connect: Any, between: Any, handed: Any) -> None:
    async with connect() as (exchange, _, _):
        with pytest.raises(InvalidProviderToken):
            await exchange.verify("apple", handed)
    assert between.requests == []
