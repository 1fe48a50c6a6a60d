"""Providers' tokens are kept until they are done with: optional, `accredit.storage.ProviderTokenStore`."""

from typing import Any

from accredit.storage import KeptToken, PersonStore, ProviderTokenStore, Storage
from accredit.testing.storage_conformance.samples import Clock
from accredit.testing.storage_conformance.suite import StorageSuite, check, equal, not_applicable, opened, required

_LONG = 40_000
"""Characters of a sealed token: somewhat more than the longest takes."""


class ProviderTokens(StorageSuite):
    """One for each id, sealed by others, and gone only when it is said to be."""

    @check
    async def test_a_provider_token_comes_back_as_it_was_kept(self, storage: Storage) -> None:
        """To its subject and to its identity, letter for letter, and to nobody else."""
        tokens = _tokens_of(storage)
        equal((await tokens.provider_tokens("ada"), await tokens.provider_tokens_of("acme", "1")), ((), ()))
        kept = [_token("b", sealed="x" * _LONG), _token("a", user_id="2"), _token("c", subject="Ada", user_id="01")]
        for one in kept:
            await tokens.keep_provider_token(one)
        long, other, hers = kept
        equal(await tokens.provider_tokens("ada"), (other, long))
        equal(await tokens.provider_tokens("Ada"), (hers,))
        equal(await tokens.provider_tokens_of("acme", "1"), (long,))
        equal(await tokens.provider_tokens_of("Acme", "1"), ())

    @check
    async def test_a_provider_token_takes_the_place_of_the_one_with_its_id(self, storage: Storage) -> None:
        """With all that is said of it: its identity may have become another subject's."""
        tokens = _tokens_of(storage)
        await tokens.keep_provider_token(_token("a"))
        later = _token("a", subject="grace", subject_version=3, kept_at=9, sealed="later")
        await tokens.keep_provider_token(later)
        equal(await tokens.provider_tokens("ada"), ())
        equal(await tokens.provider_tokens("grace"), (later,))

    @check
    async def test_a_provider_token_is_forgotten_or_resealed_only_as_it_was(self, storage: Storage) -> None:
        """One that has come in its place meanwhile is another login's."""
        tokens = _tokens_of(storage)
        old, new = _token("a", sealed="old"), _token("a", sealed="new")
        await tokens.keep_provider_token(old)
        await tokens.keep_provider_token(new)
        equal(await tokens.forget_provider_token(old), wanted=False)
        equal(await tokens.reseal_provider_token(old, "of another key"), wanted=False)
        equal(await tokens.provider_tokens("ada"), (new,))
        equal(await tokens.reseal_provider_token(new, "anew"), wanted=True)
        equal(await tokens.provider_tokens("ada"), (new._replace(sealed="anew"),))
        equal(await tokens.forget_provider_token(new), wanted=False)
        equal(await tokens.forget_provider_token(new._replace(sealed="anew")), wanted=True)
        equal(await tokens.provider_tokens("ada"), ())
        equal(await tokens.forget_provider_token(new._replace(sealed="anew")), wanted=False)

    @check
    async def test_all_provider_tokens_can_be_walked_through(self, storage: Storage) -> None:
        """In the order of their ids, a few at a time."""
        tokens = _tokens_of(storage)
        kept = [_token(f"{number:02}", subject=f"s{number}", user_id=str(number)) for number in range(7)]
        for one in reversed(kept):
            await tokens.keep_provider_token(one)
        found: list[KeptToken] = []
        while page := await tokens.some_provider_tokens(found[-1].id if found else "", 3):
            equal(len(page) <= 3, wanted=True)
            found += page
        equal(found, kept)

    @check
    async def test_a_provider_token_outlives_its_subject_and_its_identity(self, storage: Storage) -> None:
        """The provider has to be told first."""
        tokens, token = _tokens_of(storage), _token("a")
        await storage.create("acme", "1", "ada", now=5)
        await tokens.keep_provider_token(token)
        await storage.unlink("acme", "1")
        if isinstance(storage, PersonStore):
            await storage.erase("ada")
            await storage.forget_ended("ada")
        equal(await tokens.provider_tokens("ada"), (token,))

    @check
    async def test_a_provider_token_that_was_acknowledged_survives_a_crash(
        self, storage: Storage, clock: Clock
    ) -> None:
        """And what was forgotten does not come back."""
        tokens, kept, done = _tokens_of(storage), _token("a"), _token("b")
        await tokens.keep_provider_token(kept)
        await tokens.keep_provider_token(done)
        await tokens.forget_provider_token(done)
        async with opened(required(self.crashed(clock), "crashed")) as left:
            equal(await _tokens_of(left).provider_tokens("ada"), (kept,))


def _token(token_id: str, **changes: Any) -> KeptToken:
    values: dict[str, Any] = {
        "subject": "ada",
        "subject_version": 0,
        "connection": "acme",
        "namespace": "acme",
        "user_id": "1",
        "kind": "refresh_token",
        "kept_at": 5,
        "sealed": "a.b-_.c",
    }
    return KeptToken(id=token_id, **(values | changes))


def _tokens_of(storage: Storage) -> ProviderTokenStore:
    if not isinstance(storage, ProviderTokenStore):
        not_applicable("it keeps no providers' tokens: it is no accredit.storage.ProviderTokenStore")
    return storage
