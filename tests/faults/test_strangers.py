"""However many callers there are, and however different: what is held of them in memory is bounded."""

import pytest
from tests.faults.strangers import exchange, held, send

from accredit import create_app
from accredit.cache.kept import ENTRY_BYTES


async def test_no_table_grows_with_those_who_come_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accredit.limits.memory.MOST_OF_A_KIND", 50)
    async with exchange(cache_max_bytes=100 * ENTRY_BYTES) as made:
        app = create_app(made)
        assert await send(app, range(1000)) == {401, 403}
        before = held()
        await send(app, range(1000, 2000))
        assert held() - before < 600  # where a third of them stayed, with a key and a value each, it were more
