"""Ids: letter for letter the provider's, and nothing else makes somebody who they are."""

import contextlib
import itertools
import json
import re
from typing import Any

import pytest

from accredit.profile import Profile
from accredit.testing.conformance.desk import Answer, Desk, desk_for
from accredit.testing.conformance.forge import forge_for
from accredit.testing.conformance.jwts import payload_of
from accredit.testing.conformance.samples import accepted_samples, is_jwt, one_of_each_kind, samples_of, subject_of
from accredit.testing.conformance.spy import Rewrite, leaves, renamed
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.simulator import Sample

_OTHER_IDS = ("9007199254740993", "9007199254740995", "0001000", "00", "AbCdEf0123", "aBcDeF0123", "1e5", "1.0")
"""Ids that a float, an integer or a careless comparison makes into others."""


class Identities(Suite):
    """Who somebody is, and stays."""

    @pytest.mark.threat(27)
    @check
    async def test_ids_are_the_providers_letter_for_letter(self) -> None:
        """The user's id is, as a whole, in what the provider said: no digit, zero or capital is lost."""
        simulator, samples = samples_of(self)
        async with desk_for(self, simulator=simulator) as desk:
            owners: dict[str, set[str]] = {}
            for sample in accepted_samples(samples):
                before = len(desk.calls)
                answer = await desk.accepted(sample.parameters, sample.name)
                user_id = desk.identity.user_id
                said = [seen.body.decode("utf-8", "replace") for seen in desk.calls[before:]]
                if is_jwt(sample):
                    said.append(json.dumps(payload_of(sample.parameters["access_token"])))
                require(_says(said, user_id), f"{sample.name}: the provider never said the id {user_id}")
                expected = f"{self.strategy.name}|{user_id}"
                require(subject_of(answer) == expected, f"{sample.name}: sub is not {expected}")
                owners.setdefault(user_id, set()).add(str(desk.identity.profile.name))
            require(len(owners) > 1, "all accepted samples have one id")

    @pytest.mark.threat(27)
    @check
    async def test_ids_of_another_form_stay_what_they_are(self) -> None:
        """An id above 2^53, with leading zeros or of mixed case is that id, or refused; never another one."""
        simulator, samples = samples_of(self)
        for sample in one_of_each_kind(samples):
            async with desk_for(self, simulator=simulator) as desk:
                await desk.accepted(sample.parameters, sample.name)
                user_id = desk.identity.user_id
            for other in _OTHER_IDS:
                if is_jwt(sample) and simulator.id_tokens is not None:
                    async with forge_for(self, simulator=simulator) as forge:
                        _same_id_or_none(await forge.desk.post(forge.mint(sub=other)), forge.desk, other)
                    continue
                async with desk_for(self, simulator=simulator, rewrite=renamed({user_id: other})) as desk:
                    _same_id_or_none(await desk.post(sample.parameters), desk, other)

    @pytest.mark.threat(8)
    @check
    async def test_two_answers_must_name_the_same_user(self) -> None:
        """Where the provider names the user in several answers, and one of them names another, it is no login."""
        simulator, samples = samples_of(self)
        sample = one_of_each_kind(samples)[0]
        async with desk_for(self, simulator=simulator) as desk:
            await desk.accepted(sample.parameters, sample.name)
            user_id = desk.identity.user_id
            naming = sum(user_id.encode() in seen.body for seen in desk.calls)
        if naming < 2:
            not_applicable("the provider names the user in one answer only")
        other = user_id[:-1] + ("1" if user_id[-1] != "1" else "2")
        for nth in range(naming):
            async with desk_for(self, simulator=simulator, rewrite=_renamed_once(user_id, other, nth)) as desk:
                answer = await desk.post(sample.parameters)
                require(not answer.accepted, f"accepted although answer {nth + 1} of {naming} names another user")

    @pytest.mark.threat(26)
    @check
    async def test_a_renamed_user_stays_the_same_subject(self) -> None:
        """With somebody else's names and address a person is still the same subject, and not that somebody."""
        simulator, samples = samples_of(self)
        by_id: dict[str, tuple[Sample, Profile]] = {}
        async with desk_for(self, simulator=simulator) as desk:
            for sample in accepted_samples(samples):
                if not is_jwt(sample):
                    await desk.accepted(sample.parameters, sample.name)
                    by_id.setdefault(desk.identity.user_id, (sample, desk.identity.profile))
        if len(by_id) < 2:
            not_applicable("no two people have access tokens")
        (first_id, (first, old)), (second_id, (_, new)) = list(by_id.items())[:2]
        names = _names(old, new)
        async with desk_for(self, simulator=simulator, rewrite=renamed(names)) as desk:
            answer = await desk.accepted(first.parameters, f"{first.name}, renamed")
            require(desk.identity.user_id == first_id, f"{first.name} is another user after a change of names")
            require(desk.identity.user_id != second_id, f"{first.name} became the user whose names it took")
            require(subject_of(answer) == f"{self.strategy.name}|{first_id}", "sub follows names instead of ids")


def _says(texts: list[str], user_id: str) -> bool:
    """Look for the id as a whole: as a value of JSON, or as a word where it is a part of one."""
    values: set[str] = set()
    for text in texts:
        with contextlib.suppress(ValueError):
            leaves(lambda _, value: values.add(str(value)))(json.loads(text))
    word = rf"(?<![0-9A-Za-z_.-]){re.escape(user_id)}(?![0-9A-Za-z_-]|\.[0-9])"
    return user_id in values or any(re.search(word, text) for text in texts)


def _renamed_once(user_id: str, other: str, nth: int) -> Rewrite:
    """Return a rewrite that changes the id in one of the answers that hold it, and in no other."""
    rename = renamed({user_id: other})
    place = itertools.count()

    def rewrite(value: Any) -> Any:
        changed = rename(value)
        return changed if changed != value and next(place) == nth else value

    return rewrite


def _same_id_or_none(answer: Answer, desk: Desk, other: str) -> None:
    if answer.accepted:
        got = desk.identity.user_id
        require(got == other, f"the provider says the id {other}, and the login is {got}'s")


def _names(old: Profile, new: Profile) -> dict[str, str]:
    pairs = [(getattr(old, name), getattr(new, name)) for name in ("name", "given_name", "family_name", "nickname")]
    pairs += [(old.preferred_username, new.preferred_username), (old.picture, new.picture)]
    pairs += [(old.email and old.email.address, new.email.address if new.email else "taken@example.com")]
    return {was: now for was, now in pairs if was and now}
