"""Every id, flag and number in the provider's answers is bent, one field at a time: no login, or the same one."""

from collections.abc import Iterable
from typing import Any

import pytest

from accredit.testing.conformance.attacks.nearby import NO, ODD, YES, another_id, near_ids, numbers_like
from accredit.testing.conformance.bench.bending import bendable_logins, bendable_refusals
from accredit.testing.conformance.bench.forge import forge_for
from accredit.testing.conformance.bench.spelling import spelling_of_genuine
from accredit.testing.conformance.bench.ways import Outcome
from accredit.testing.conformance.suite import Suite, check, not_applicable, require
from accredit.testing.simulator.people import person

_PROTOCOL = frozenset({"iss", "sub", "aud", "azp", "nonce"})
"""Claims that say for whom and by whom a token is; the checks of ID tokens look at them."""
_CHANGED_BY_PEOPLE = frozenset(
    {
        *("name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture"),
        *("website", "email", "phone_number", "gender", "birthdate", "zoneinfo", "locale", "address"),
        "upn",  # Microsoft's user principal name
    }
)
"""Claims that may be another's tomorrow. Source: OpenID Connect Core 1.0 sections 5.1 and 5.7."""


class Bending(Suite):
    """Near misses in what the provider says."""

    @pytest.mark.threat(2, 46)
    @check
    async def test_near_misses_of_our_id_are_not_ours(self) -> None:
        """Where the provider names our app in its answer, only exactly our id is ours: no part, case, blank or list.

        Such a proof is what the answer says, never what is configured.
        """
        tried = False
        async for login in bendable_logins(self):
            accepted = login.accepted
            naming = [one for one in login.fields if _is_one_of(one.value, accepted)]
            deciding = [one for one in naming if await login.decides(one, another_id(one.value))]
            for field in deciding:
                tried = True
                for value in near_ids(field.value):
                    if type(value) in (str, int) and str(value) in accepted:
                        continue  # another one of ours
                    outcome = await login.bent(value, field)
                    require(not outcome.accepted, f"accepted: {login.said(field, value)}")
            why = "the proof is an id that an answer holds, and yet no login hangs on what the answer says"
            is_read = deciding or not (naming and login.proof_is_an_answers)
            require(is_read, f"{login.way.sample.name}: {why}: {', '.join(map(str, naming))}")
            for value in (..., None) if deciding else ():
                outcome = await login.bent(value, *naming)
                require(not outcome.accepted, f"accepted: {login.said(deciding[0], value)}, and so all like it")
        if not tried:
            not_applicable("no answer names our app, or no login hangs on it")

    @pytest.mark.threat(8, 27, 46)
    @check
    async def test_near_misses_of_a_user_are_not_the_user(self) -> None:
        """Where the provider names the user, an id that only resembles the user's is not theirs, and no id is no user.

        An id that is a list, a boolean or null is none. What one answer says must be exactly what the other says.
        """
        tried = False
        async for login in bendable_logins(self):
            naming = [one for one in login.fields if _is_one_of(one.value, login.spelling.parts)]
            deciding = [one for one in naming if await login.decides(one, another_id(one.value))]
            is_said_twice = len({field.call for field in deciding}) > 1
            for field in deciding:
                tried = True
                for value in near_ids(field.value):
                    outcome = await login.bent(value, field)
                    if not outcome.accepted:
                        continue
                    what = f"accepted as {outcome.user_id}: {login.said(field, value)}"
                    may_differ = not is_said_twice and type(value) in (str, int)
                    new = login.spelling.with_part(str(field.value), str(value))
                    require(may_differ and outcome.user_id == new, what)
            for value in (..., None, "", [], True) if deciding else ():
                outcome = await login.bent(value, *naming)
                what = f"accepted as {outcome.user_id}: {login.said(naming[0], value)}, and so all like it"
                require(not outcome.accepted, what)
        if not tried:
            not_applicable("no answer names the user")

    @pytest.mark.threat(47)
    @check
    async def test_a_flag_that_decides_is_a_boolean(self) -> None:
        """A flag that can refuse a login refuses it too where a text, a number, a list or nothing stands in its place.

        Of a flag that must be true nothing but true is true; of one that must be false, whatever may mean true is not.
        """
        tried = False
        async for login in bendable_logins(self):
            for field in login.fields:
                flag = {"true": True, "false": False}.get(field.value, field.value) if _is_flag(field.value) else None
                if flag is None:
                    continue
                flipped = not flag if isinstance(field.value, bool) else str(not flag).lower()
                if not await login.decides(field, flipped):
                    continue
                tried = True
                for value in NO if flag else YES:
                    outcome = await login.bent(value, field)
                    require(not outcome.accepted, f"accepted: {login.said(field, value)}, where {flag} is needed")
        async for login in bendable_refusals(self):
            for field in login.fields:
                if not isinstance(field.value, bool) or not (await login.bent(not field.value, field)).accepted:
                    continue
                tried = True
                for value in YES if field.value else NO:
                    if value in (None, ...):
                        continue  # what is not said may be what is usual
                    outcome = await login.bent(value, field)
                    what = f"accepted: {login.said(field, value)}, where {field.value} is refused"
                    require(not outcome.accepted, what)
        if not tried:
            not_applicable("no login hangs on a flag in an answer")

    @pytest.mark.threat(23, 47)
    @check
    async def test_a_flag_that_verifies_an_address_is_a_boolean(self) -> None:
        """Of a flag on which `email_verified` hangs, whatever its name, nothing but the boolean verifies the address.

        The text "true" may count where the provider's own answer has a text in that place, and no other text does.
        """
        tried = False
        async for login in bendable_logins(self):
            flags = [one for one in login.fields if _is_flag(one.value)] if _verifies(login.way.outcome) else []
            for field in flags:
                flag = field.value in (True, "true")
                flipped = await login.bent(not flag if isinstance(field.value, bool) else str(not flag).lower(), field)
                if not flipped.accepted or _verifies(flipped):
                    continue
                tried = True
                for value in (*NO, *YES) if flag else YES:
                    if type(value) is type(field.value) and value == field.value:
                        continue
                    outcome = await login.bent(value, field)
                    require(not _verifies(outcome), f"email_verified is true: {login.said(field, value)}")
        if not tried:
            not_applicable("no address is verified by a flag in an answer")

    @pytest.mark.threat(7, 47)
    @check
    async def test_a_number_that_decides_is_a_number(self) -> None:
        """A number that can refuse a login, such as when a token ends, refuses it as a text and in a list, too."""
        tried = False
        async for login in bendable_logins(self):
            ids, clock = {*login.spelling.parts, *login.accepted}, login.stage.bench.exchange.engine.clock
            for field in login.fields:
                if not _is_number(field.value) or _is_one_of(field.value, ids):
                    continue
                is_text = isinstance(field.value, str)
                for bad in (0, -1, 1, int(clock()) - 3600):
                    if not await login.decides(field, str(bad) if is_text else bad):
                        continue
                    tried = True
                    for value in (*numbers_like(bad), bad):
                        outcome = await login.bent(value, field)
                        require(not outcome.accepted, f"accepted: {login.said(field, value)}, where {bad} is refused")
        if not tried:
            not_applicable("no login hangs on a number in an answer")

    @pytest.mark.threat(46, 48)
    @check
    async def test_no_field_makes_somebody_else(self) -> None:
        """Whatever field is missing, null, empty or of another type, it is no login, or one of the same user."""
        tried = False
        async for login in bendable_logins(self):
            for field in login.fields:
                if _is_one_of(field.value, login.spelling.parts):
                    continue  # see the near misses of a user
                tried = True
                for value in ODD:
                    outcome = await login.bent(value, field)
                    same = not outcome.accepted or login.is_same(outcome)
                    require(same, f"another user is logged in: {login.said(field, value)}")
        if not tried:
            not_applicable("no answer has a field")

    @pytest.mark.threat(26, 46)
    @check
    async def test_no_claim_but_the_subject_makes_somebody_else(self) -> None:
        """In an ID token another name, address or any other text than `sub` leaves the user who they are.

        A composite id may be made of other claims, as a tenant and an object in it: of none that people change.
        """
        async with forge_for(self) as forge:
            spelling, claims = await spelling_of_genuine(self, forge), forge.issuer.claims(person("ada"))
            user_id, parts = str(spelling), set(spelling.parts)
            if "composite_ids" not in self.strategy.traits:
                require(str(claims["sub"]) in user_id, f"the user is {user_id}, which does not follow from sub")
                parts = set()
            own = [name for name, value in claims.items() if name in _CHANGED_BY_PEOPLE and str(value) in parts]
            require(not own, f"the user is {user_id}, and somebody else after a change of {', '.join(own)}")
            for name, value in claims.items():
                if name in _PROTOCOL or not isinstance(value, str) or value in parts:
                    continue
                changes: Iterable[dict[str, Any]] = ({name: other} for other in (f"x{value}", "", None))
                for change in changes:
                    answer = await forge.bench.post(forge.mint(**change))
                    same = not answer.accepted or forge.bench.identity.user_id == user_id
                    require(same, f"another user is logged in with {change}")

    @pytest.mark.threat(10)
    @check
    async def test_a_nonce_in_an_answer_is_the_one_that_was_sent(self) -> None:
        """Where the provider verifies an ID token and names its nonce, any other than the request's refuses it."""
        tried = False
        async for login in bendable_logins(self):
            sent = login.way.sample.parameters.get("nonce")
            naming = [one for one in login.fields if one.place[-1] == "nonce" or (sent and one.value == sent)]
            for field in naming:
                tried = True
                require(sent is not None, f"{login.way.sample.name}: {field} is a nonce, and the request has none")
                for value in (..., None, *near_ids(str(field.value))):
                    outcome = await login.bent(value, field)
                    require(not outcome.accepted, f"accepted: {login.said(field, value)} for the nonce {sent!r}")
        if not tried:
            not_applicable("no answer names a nonce")


def _is_one_of(value: Any, ids: Iterable[str]) -> bool:
    return type(value) in (str, int) and str(value) in set(ids)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool) or value in ("true", "false")


def _verifies(outcome: Outcome) -> bool:
    return ("email_verified", "True") in outcome.claims


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) or (isinstance(value, str) and value.lstrip("-").isdecimal())
