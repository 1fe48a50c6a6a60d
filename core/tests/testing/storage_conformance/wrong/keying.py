"""Wrong: how signing keys are kept and replaced."""

import asyncio
import sqlite3
import time
from collections.abc import Callable

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.storage import SealedKeys, SqliteStorage

_PUT = "INSERT INTO signing_keys (id, version, sealed) VALUES ('signing', ?, ?)"
_REPLACE = f"{_PUT} ON CONFLICT (id) DO UPDATE SET version = excluded.version, sealed = excluded.sealed"


def _put(keys: SealedKeys) -> Callable[[sqlite3.Connection], object]:
    return lambda connection: connection.execute(_REPLACE, keys)


@wrong("signing_keys_come_back_as_they_were_kept")
class CutsLongKeys(SqliteStorage):
    async def replace_keys(self, replacement: SealedKeys) -> bool:
        return await super().replace_keys(replacement._replace(sealed=replacement.sealed[:65_535]))


@wrong("signing_keys_replace_the_version_before_theirs_and_no_other")
class ReplacesWhateverIsOlder(SqliteStorage):
    async def replace_keys(self, replacement: SealedKeys) -> bool:
        if await self.keys_version() >= replacement.version:
            return False
        await self._do(_put(replacement))
        return True


@wrong("of_many_that_replace_signing_keys_at_once_one_does")
class LooksAndThenReplaces(SqliteStorage):
    async def replace_keys(self, replacement: SealedKeys) -> bool:
        if await self.keys_version() != replacement.version - 1:
            return False
        await asyncio.sleep(0)
        await self._do(_put(replacement))
        return True


@wrong("of_many_that_replace_signing_keys_at_once_one_does")
class RemembersKeys(SqliteStorage):
    def __init__(self, path: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, clock=clock)
        self.seen: SealedKeys | None = None

    async def sealed_keys(self) -> SealedKeys | None:
        self.seen = self.seen or await super().sealed_keys()
        return self.seen

    async def replace_keys(self, replacement: SealedKeys) -> bool:
        is_kept = await super().replace_keys(replacement)
        self.seen = replacement if is_kept else self.seen
        return is_kept


@wrong("signing_keys_that_were_acknowledged_survive_a_crash")
class KeepsKeysAtTheEnd(SqliteStorage):
    def __init__(self, path: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, clock=clock)
        self.later: SealedKeys | None = None

    async def replace_keys(self, replacement: SealedKeys) -> bool:
        self.later = replacement
        return True

    async def close(self) -> None:
        if self.later is not None:
            await self._do(_put(self.later))
        await super().close()
