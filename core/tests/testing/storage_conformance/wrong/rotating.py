"""Wrong: what a rotation does."""

from dataclasses import replace

from core.tests.testing.storage_conformance.wrong import wrong

from accredit.storage import MemoryStorage, RefreshToken, Rotation


@wrong("a_token_is_replaced_by_its_successor")
class StoresNoSuccessor(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        outcome = await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)
        if outcome is Rotation.ROTATED:
            del self._session_of[successor.token_hash], self._tokens[successor.session_id][successor.token_hash]
        return outcome


@wrong("reuse_ends_the_whole_session_for_good", "many_uses_of_a_refresh_token_at_once_have_one_winner")
class LetsReuseGoOn(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        outcome = await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)
        if outcome is Rotation.REUSED:
            self._sessions[successor.session_id] = replace(self._sessions[successor.session_id], ended=False)
        return outcome


@wrong("a_replaced_token_works_again_within_the_leeway_only", "a_token_has_five_successors_at_most")
class KnowsNoLeeway(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        return await super().rotate(token_hash, successor, now=now, leeway_s=0)


@wrong("a_replaced_token_works_again_within_the_leeway_only")
class AddsASecond(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        return await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s and leeway_s + 1)


@wrong("using_a_token_again_does_not_lengthen_its_leeway")
class BeginsTheLeewayAnew(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        outcome = await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)
        if outcome is Rotation.ROTATED:
            tokens = self._tokens[successor.session_id]
            tokens[token_hash] = replace(tokens[token_hash], replaced_at=now)
        return outcome


@wrong("a_clock_that_goes_back_does_not_lengthen_the_leeway")
class BelievesEveryClock(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        stored = await self.find(token_hash)
        latest = now if stored is None or stored.replaced_at is None else max(now, stored.replaced_at)
        return await super().rotate(token_hash, successor, now=latest, leeway_s=leeway_s)


@wrong("a_rotation_that_was_held_up_ends_no_session")
class BlamesWhoWasHeldUp(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        stored = await self.find(token_hash)
        if stored is not None and stored.replaced_at is not None and now < stored.replaced_at:
            await self.end(successor.session_id)
        return await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)


@wrong("without_leeway_no_clock_makes_a_replaced_token_good")
class AlwaysHasASecondOfLeeway(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        return await super().rotate(token_hash, successor, now=now, leeway_s=max(1, leeway_s))


@wrong("a_token_has_five_successors_at_most")
class CountsNoSuccessors(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        outcome = await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)
        if outcome is Rotation.ROTATED:
            tokens = self._tokens[successor.session_id]
            tokens[token_hash] = replace(tokens[token_hash], successors=1)
        return outcome


@wrong("a_token_works_until_its_session_expires")
class NeverExpires(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        return await super().rotate(token_hash, successor, now=min(now, 4_999), leeway_s=leeway_s)


@wrong("a_token_works_until_its_session_expires")
class BlamesWhoIsLate(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        outcome = await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)
        if outcome is Rotation.REFUSED:
            await self.end(successor.session_id)
        return outcome


@wrong("a_successor_of_another_session_is_refused")
class MixesSessions(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        own = replace(successor, session_id=self._session_of.get(token_hash, ""))
        return await super().rotate(token_hash, own, now=now, leeway_s=leeway_s)


@wrong("the_leeway_does_not_bring_an_ended_session_back", "a_session_is_ended_alone")
class ForgivesTheEnd(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        if (stored := self._sessions.get(successor.session_id)) is not None:
            self._sessions[successor.session_id] = replace(stored, ended=False)
        return await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)


@wrong("a_session_that_refreshes_in_a_loop_keeps_few_rows")
class KeepsEveryRow(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        before = dict(self._tokens.get(successor.session_id, {}))
        outcome = await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)
        for name, stored in before.items():
            if name not in self._tokens[successor.session_id]:
                self._tokens[successor.session_id][name] = stored
                self._session_of[name] = successor.session_id
        return outcome


@wrong("a_session_that_refreshes_in_a_loop_keeps_few_rows", "a_token_is_replaced_by_its_successor")
class ForgetsWhatIsReplaced(MemoryStorage):
    async def rotate(self, token_hash: str, successor: RefreshToken, *, now: int, leeway_s: int) -> Rotation:
        outcome = await super().rotate(token_hash, successor, now=now, leeway_s=leeway_s)
        if outcome is Rotation.ROTATED:
            del self._session_of[token_hash], self._tokens[successor.session_id][token_hash]
        return outcome
