"""Wrong: what was used before."""

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.storage import MemoryStorage, rules


@wrong("an_identifier_is_new_once", "of_many_uses_of_an_identifier_at_once_one_is_first")
class TakesAllForNew(MemoryStorage):
    async def first_use(self, jti: str, expires_at: int) -> bool:
        return True


@wrong("an_identifier_is_remembered_until_it_has_expired")
class NeverForgets(MemoryStorage):
    async def first_use(self, jti: str, expires_at: int) -> bool:
        if jti in self._used:
            return False
        self._used[jti] = expires_at
        return True


@wrong("it_is_remembered_while_others_are_forgotten")
class ForgetsAllTogether(MemoryStorage):
    def _prune(self) -> None:
        if self._used and min(self._used.values()) <= rules.kept_since(self._clock()):
            self._used.clear()


@wrong("a_clock_that_was_ahead_makes_nothing_new", "a_clock_that_goes_back_makes_nothing_new")
class ForgetsAtOnce(MemoryStorage):
    def _prune(self) -> None:
        self._used = {jti: until for jti, until in self._used.items() if until > self._clock()}


@wrong("a_clock_that_was_a_day_ahead_keeps_nothing_out")
class ForgivesNoClock(MemoryStorage):
    def _prune(self) -> None:
        old = {jti: until for jti, until in self._used.items() if until <= self._clock()}
        self._forgotten_until = max(self._forgotten_until, *old.values(), 0)
        self._used = {jti: until for jti, until in self._used.items() if jti not in old}


@wrong("a_clock_that_goes_back_makes_nothing_new")
class NotesNothing(MemoryStorage):
    def _prune(self) -> None:
        super()._prune()
        self._forgotten_until = 0
