"""Ids: letter for letter the provider's, and nothing else makes somebody who they are."""

import itertools
from typing import Any

import pytest

from accredit.profile import Profile
from accredit.testing.conformance.attacks.jwts import payload_of
from accredit.testing.conformance.bench.bench import Answer, Bench, bench_for
from accredit.testing.conformance.bench.forge import forge_for
from accredit.testing.conformance.bench.samples import (
    accepted_samples,
    is_jwt,
    one_of_each_kind,
    samples_of,
    subject_of,
)
from accredit.testing.conformance.bench.spelling import Answers, Spelling, answers_with, spelling_of
from accredit.testing.conformance.bench.spy import Rewrite, renamed
from accredit.testing.conformance.suite import Suite, check, not_applicable, require, unless_declared
from accredit.testing.simulator.simulator import Sample, Simulator


class Identities(Suite):
    """Who somebody is, and stays."""

    @pytest.mark.threat(27)
    @check
    async def test_ids_are_the_providers_letter_for_letter(self) -> None:
        """The user's id is, as a whole, in what the provider said: no digit, zero or capital is lost."""
        simulator, samples = samples_of(self)
        async with bench_for(self, simulator=simulator) as bench:
            owners: dict[str, set[str]] = {}
            for sample in accepted_samples(samples):
                before = len(bench.calls)
                answer = await bench.accepted(sample.parameters, sample.name)
                user_id = bench.identity.user_id
                spelling_of(self, user_id, Answers.of(sample, bench.calls[before:]), name=sample.name)
                expected = f"{self.strategy.name}|{user_id}"
                require(subject_of(answer) == expected, f"{sample.name}: sub is not {expected}")
                owners.setdefault(user_id, set()).add(str(bench.identity.profile.name))
            require(len(owners) > 1, "all accepted samples have one id")

    @pytest.mark.threat(27)
    @check
    async def test_ids_of_another_form_stay_what_they_are(self) -> None:
        """An id above 2^53, with leading zeros or of mixed case is that id, or refused; never another one.

        Where the provider's ids are numbers, so are these, and a fraction, an exponent or true is no id.
        """
        simulator, samples = samples_of(self)
        for sample in self._that_can_say_otherwise(samples):
            said, spelling = await self._spelled(simulator, sample)
            for part in dict.fromkeys(spelling.parts):
                for other in () if said.is_only_signed(part) else said.near_misses(part):
                    expected = spelling.with_part(part, other) if isinstance(other, str) else None
                    await self._same_id_or_none(simulator, sample, {part: other}, expected)

    @pytest.mark.threat(27)
    @check
    async def test_composite_ids_of_two_people_are_two(self) -> None:
        """An id that is made of several fields says where one ends: no other fields make the same id."""
        if "composite_ids" not in self.strategy.traits:
            not_applicable("the strategy's ids are one field each")
        simulator, samples = samples_of(self)
        for sample in self._that_can_say_otherwise(samples):
            said, spelling = await self._spelled(simulator, sample)
            if any(map(said.is_only_signed, spelling.parts)):
                continue
            for first, between, second in zip(spelling.parts, spelling.between, spelling.parts[1:], strict=False):
                one = {first: f"1{between}2", second: "3"}
                other = {first: "1", second: f"2{between}3"}
                ids = [await self._accepted_id(simulator, sample, names) for names in (one, other)]
                two = None in ids or ids[0] != ids[1]
                require(two, f"{sample.name}: {one} and {other} are one id, {ids[0]}")

    @pytest.mark.threat(8)
    @check
    async def test_two_answers_must_name_the_same_user(self) -> None:
        """Where the provider names the user in several answers, and one of them names another, it is no login."""
        simulator, samples = samples_of(self)
        sample = one_of_each_kind(samples)[0]
        async with bench_for(self, simulator=simulator) as bench:
            await bench.accepted(sample.parameters, sample.name)
            user_id, bodies = bench.identity.user_id, [seen.body for seen in bench.calls]
            spelling = spelling_of(self, user_id, Answers.of(sample, bench.calls), name=sample.name)
        naming = {part: answers_with(bodies, part) for part in dict.fromkeys(spelling.parts)}
        if max(naming.values()) < 2:
            not_applicable("the provider names the user in one answer only")
        for part, count in naming.items():
            other = part[:-1] + ("1" if part[-1] != "1" else "2")
            for nth in range(count if count > 1 else 0):
                async with bench_for(self, simulator=simulator, rewrite=_renamed_once(part, other, nth)) as bench:
                    answer = await bench.post(sample.parameters)
                    require(not answer.accepted, f"accepted although answer {nth + 1} of {count} names another user")

    @pytest.mark.threat(26)
    @check
    async def test_a_renamed_user_stays_the_same_subject(self) -> None:
        """With somebody else's names and address a person is still the same subject, and not that somebody."""
        unless_declared(self, "makes_no_call")
        simulator, samples = samples_of(self)
        by_id: dict[str, tuple[Sample, Profile]] = {}
        async with bench_for(self, simulator=simulator) as bench:
            for sample in accepted_samples(samples):
                if not is_jwt(sample):
                    await bench.accepted(sample.parameters, sample.name)
                    by_id.setdefault(bench.identity.user_id, (sample, bench.identity.profile))
        if len(by_id) < 2:
            not_applicable("no two people have access tokens")
        (first_id, (first, old)), (second_id, (_, new)) = list(by_id.items())[:2]
        names = _names(old, new)
        async with bench_for(self, simulator=simulator, rewrite=renamed(names)) as bench:
            answer = await bench.accepted(first.parameters, f"{first.name}, renamed")
            require(bench.identity.user_id == first_id, f"{first.name} is another user after a change of names")
            require(bench.identity.user_id != second_id, f"{first.name} became the user whose names it took")
            require(subject_of(answer) == f"{self.strategy.name}|{first_id}", "sub follows names instead of ids")

    def _that_can_say_otherwise(self, samples: list[Sample]) -> list[Sample]:
        """Return a sample of each kind, of those that can be made to name another user: nobody else signs a payload."""
        chosen = one_of_each_kind(samples)
        if "makes_no_call" in self.strategy.traits:
            chosen = [one for one in chosen if is_jwt(one)]
        if not chosen:
            unless_declared(self, "makes_no_call")
        return chosen

    async def _spelled(self, simulator: Simulator, sample: Sample) -> tuple[Answers, Spelling]:
        async with bench_for(self, simulator=simulator) as bench:
            await bench.accepted(sample.parameters, sample.name)
            said = Answers.of(sample, bench.calls)
            return said, spelling_of(self, bench.identity.user_id, said, name=sample.name)

    async def _same_id_or_none(
        self, simulator: Simulator, sample: Sample, names: dict[str, Any], expected: str | None
    ) -> None:
        got = await self._accepted_id(simulator, sample, names)
        (other,) = names.values()
        require(got is None or got == expected, f"the provider says the id {other!r}, and the login is {got}'s")

    async def _accepted_id(self, simulator: Simulator, sample: Sample, names: dict[str, Any]) -> str | None:
        """Return whose login it is when the provider gives these values other names; None where it is none."""
        if is_jwt(sample) and simulator.id_tokens is not None:
            claims = payload_of(sample.credential)
            changes = {name: names[str(value)] for name, value in claims.items() if str(value) in names}
            async with forge_for(self, simulator=simulator) as forge:
                return _id_of(await forge.bench.post(forge.mint(**changes)), forge.bench)
        async with bench_for(self, simulator=simulator, rewrite=renamed(names)) as bench:
            return _id_of(await bench.post(sample.parameters), bench)


def _id_of(answer: Answer, bench: Bench) -> str | None:
    return bench.identity.user_id if answer.accepted else None


def _renamed_once(user_id: str, other: str, nth: int) -> Rewrite:
    """Return a rewrite that changes the id in one of the answers that hold it, and in no other."""
    rename = renamed({user_id: other})
    place = itertools.count()

    def rewrite(value: Any) -> Any:
        changed = rename(value)
        return changed if changed != value and next(place) == nth else value

    return rewrite


def _names(old: Profile, new: Profile) -> dict[str, str]:
    pairs = [(getattr(old, name), getattr(new, name)) for name in ("name", "given_name", "family_name", "nickname")]
    pairs += [(old.preferred_username, new.preferred_username), (old.picture, new.picture)]
    pairs += [(old.email and old.email.address, new.email.address if new.email else "taken@example.com")]
    return {was: now for was, now in pairs if was and now}
