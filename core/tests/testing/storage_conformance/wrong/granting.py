"""Wrong: how providers' tokens are kept and forgotten."""

import time
from collections.abc import Callable

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.storage import Erasure, KeptToken, MemoryStorage, SqliteStorage


@wrong("a_provider_token_comes_back_as_it_was_kept")
class CutsLongTokens(MemoryStorage):
    async def keep_provider_token(self, token: KeptToken) -> None:
        await super().keep_provider_token(token._replace(sealed=token.sealed[:32_767]))


@wrong("a_provider_token_comes_back_as_it_was_kept")
class FoldsSubjects(MemoryStorage):
    async def provider_tokens(self, subject: str) -> tuple[KeptToken, ...]:
        everything = await self.some_provider_tokens("", 100)
        return tuple(one for one in everything if one.subject.lower() == subject.lower())


@wrong("a_provider_token_takes_the_place_of_the_one_with_its_id")
class KeepsTheFirst(MemoryStorage):
    async def keep_provider_token(self, token: KeptToken) -> None:
        if token.id not in self._provider_tokens:
            await super().keep_provider_token(token)


@wrong("a_provider_token_is_forgotten_or_resealed_only_as_it_was")
class ForgetsById(MemoryStorage):
    async def forget_provider_token(self, token: KeptToken) -> bool:
        return self._provider_tokens.pop(token.id, None) is not None


@wrong("a_provider_token_is_forgotten_or_resealed_only_as_it_was")
class ResealsById(MemoryStorage):
    async def reseal_provider_token(self, token: KeptToken, sealed: str) -> bool:
        self._provider_tokens[token.id] = self._provider_tokens[token.id]._replace(sealed=sealed)
        return True


@wrong("all_provider_tokens_can_be_walked_through")
class SkipsAtEachPage(MemoryStorage):
    async def some_provider_tokens(self, after: str, limit: int) -> tuple[KeptToken, ...]:
        found = await super().some_provider_tokens(after, limit + 1)
        return found[1:] if after else found[:limit]


@wrong("a_provider_token_outlives_its_subject_and_its_identity")
class TakesTokensWithTheSubject(MemoryStorage):
    async def erase(self, subject: str) -> Erasure:
        for one in await self.provider_tokens(subject):
            await self.forget_provider_token(one)
        return await super().erase(subject)


@wrong("a_provider_token_outlives_its_subject_and_its_identity")
class TakesTokensWithTheIdentity(MemoryStorage):
    async def unlink(self, namespace: str, user_id: str) -> None:
        for one in await self.provider_tokens_of(namespace, user_id):
            await self.forget_provider_token(one)
        await super().unlink(namespace, user_id)


@wrong("a_provider_token_that_was_acknowledged_survives_a_crash")
class KeepsTokensAtTheEnd(SqliteStorage):
    def __init__(self, path: str, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(path, clock=clock)
        self.later: dict[str, KeptToken] = {}

    async def keep_provider_token(self, token: KeptToken) -> None:
        self.later[token.id] = token

    async def forget_provider_token(self, token: KeptToken) -> bool:
        return self.later.pop(token.id, None) is not None

    async def provider_tokens(self, subject: str) -> tuple[KeptToken, ...]:
        return tuple(self.later.values()) or await super().provider_tokens(subject)
