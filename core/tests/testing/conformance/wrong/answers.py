"""Ids, flags and numbers of the provider's answers, read without care."""

import json
from typing import Any

from core.tests.testing.conformance.good import APP_ID, Good
from core.tests.testing.conformance.inspected import OUR_APP, Inspected, InspectedSimulator
from core.tests.testing.conformance.wrong import fails
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accredit.errors import InvalidProviderToken, ProviderUnavailable, ProviderUserBlocked
from accredit.strategy import ProviderResponse, VerifyContext

# Our id


@fails("near_misses_of_our_id_are_not_ours")
class ComparesOurIdWithoutCase(Inspected):
    """`KIT-APP.4200X` is another app."""

    def app_id(self, me: dict[str, Any]) -> str:
        said = super().app_id(me)
        return OUR_APP if said.lower() == OUR_APP.lower() else said


@fails("near_misses_of_our_id_are_not_ours")
class ComparesTheBeginningOfOurId(Inspected):
    """Another app's id may begin with ours."""

    def app_id(self, me: dict[str, Any]) -> str:
        said = super().app_id(me)
        return OUR_APP if OUR_APP.startswith(said) else said


@fails("near_misses_of_our_id_are_not_ours")
class FindsOurIdAnywhere(Inspected):
    """Ours among others, in one text, is not ours."""

    def text(self, said: dict[str, Any], name: str) -> str:
        if name == "client_id" and OUR_APP in str(said.get(name)).split(","):
            return OUR_APP
        return super().text(said, name)


@fails("near_misses_of_our_id_are_not_ours")
class TakesOneOfAList(Inspected):
    """A token for us and somebody else is not for us."""

    def text(self, said: dict[str, Any], name: str) -> str:
        value = said.get(name)
        return OUR_APP if isinstance(value, list) and OUR_APP in value else super().text(said, name)


@fails("near_misses_of_our_id_are_not_ours")
class StripsOurId(Inspected):
    """What is padded is another text."""

    def text(self, said: dict[str, Any], name: str) -> str:
        value = said.get(name)
        return super().text({name: value.strip()} if isinstance(value, str) else said, name)


@fails("near_misses_of_our_id_are_not_ours")
class ReadsOurIdAsANumber(Good):
    """04200, 4200 in full-width digits, and 4200 with a blank are one number and four ids."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        me = response.json_object() if response.status == 200 else {}
        try:
            number = int(me.get("app_id", ""))
        except (ValueError, TypeError):
            return super().read(response)
        return {**me, "app_id": str(number)}


@fails("near_misses_of_our_id_are_not_ours")
class ReadsOurIdAsAPattern(Good):
    """`.*` fits every app."""

    def app_id(self, me: dict[str, Any]) -> str:
        return APP_ID if me["app_id"] in (".*", "*", APP_ID) else str(me["app_id"])


@fails("near_misses_of_our_id_are_not_ours")
class TakesNoIdForOurs(Inspected):
    """Where the provider names no app, it is nobody's."""

    def app_id(self, me: dict[str, Any]) -> str:
        return super().app_id({"client_id": OUR_APP, **me})


@fails("near_misses_of_our_id_are_not_ours")
class TakesNullForOurs(Inspected):
    """An app id that is null or empty is no app's."""

    def app_id(self, me: dict[str, Any]) -> str:
        return super().app_id({"client_id": me.get("client_id") or OUR_APP})


# The user's id


@fails("near_misses_of_a_user_are_not_the_user")
class ComparesUsersWithoutCase(Inspected):
    """Two users whose ids differ in case are two users."""

    def check_profile(self, me: dict[str, Any], info: dict[str, Any]) -> None:
        same = str(me.get("id")).lower() == info["sub"].lower()
        super().check_profile({**me, "id": info["sub"]} if same else me, info)


@fails("near_misses_of_a_user_are_not_the_user")
class ComparesTheBeginningOfUsers(Inspected):
    """User 10 is not user 1."""

    def check_profile(self, me: dict[str, Any], info: dict[str, Any]) -> None:
        same = isinstance(me.get("id"), str) and me["id"].startswith(info["sub"])
        super().check_profile({**me, "id": info["sub"]} if same else me, info)


@fails("near_misses_of_a_user_are_not_the_user")
class StripsUsers(Good):
    """The provider has said another id."""

    def user_id(self, me: dict[str, Any]) -> str:
        return str(me["id"]).strip()


@fails("near_misses_of_a_user_are_not_the_user")
class TakesNothingForAUser(Inspected):
    """All users without an id become one, called None."""

    def user_id(self, me: dict[str, Any]) -> str:
        return str(me.get("sub"))

    def check_profile(self, me: dict[str, Any], info: dict[str, Any]) -> None:
        if me.get("id") != info.get("sub"):
            raise ProviderUnavailable("introspect and profile name different users")


@fails("near_misses_of_a_user_are_not_the_user")
class TakesAListForAUser(Good):
    """A list of one id is no id."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        me = response.json_object() if response.status == 200 else {}
        if isinstance(me.get("id"), list) and me["id"]:
            me["id"] = str(me["id"][0])
            return me
        return super().read(response)


@fails("near_misses_of_a_user_are_not_the_user")
class FallsBackToTheAddress(Good):
    """Without an id somebody becomes whoever has their address."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        me = response.json_object() if response.status == 200 else {}
        return {**me, "id": me["email"]} if me.get("email") and not me.get("id") else super().read(response)


@fails("no_field_makes_somebody_else")
class FallsBackToTheNameOfAGuest(Inspected):
    """A user without a screen name becomes somebody else."""

    def check_profile(self, me: dict[str, Any], info: dict[str, Any]) -> None:
        super().check_profile(me, info)
        if not me.get("screen_name"):
            info["sub"] = "guest"


@fails("no_field_makes_somebody_else")
class PrefersAnotherField(Good):
    """An old name of the field wins where it is there, and anybody can have it in their profile."""

    def user_id(self, me: dict[str, Any]) -> str:
        return str(me["id"]) if me.get("name") else str(me["screen_name"])


# Flags


@fails("a_flag_that_decides_is_a_boolean")
class TakesAnyTextForTrue(Inspected):
    """`"active": "false"` is a text, and every text is true."""

    def check_active(self, info: dict[str, Any]) -> None:
        if not info.get("active"):
            raise InvalidProviderToken("not active")


@fails("a_flag_that_decides_is_a_boolean")
class TakesAllButFalseForTrue(Inspected):
    """`null`, and nothing at all, are no yes."""

    def check_active(self, info: dict[str, Any]) -> None:
        if info.get("active") is False:
            raise InvalidProviderToken("not active")


@fails("a_flag_that_decides_is_a_boolean")
class TakesNoFlagForAYes(Inspected):
    """What the provider leaves out is no yes."""

    def check_active(self, info: dict[str, Any]) -> None:
        super().check_active({"active": True, **info})


@fails("a_flag_that_decides_is_a_boolean")
class KnowsOnePlainFalse(Inspected):
    """`"False"`, `"0"` and `"no"` mean no as well."""

    def check_active(self, info: dict[str, Any]) -> None:
        if str(info.get("active")) in ("false", "False", "None"):
            raise InvalidProviderToken("not active")


@fails("a_flag_that_decides_is_a_boolean")
class BlocksByTrueAlone(Inspected):
    """A user who is suspended by `"true"` or 1 is suspended."""

    def check_profile(self, me: dict[str, Any], info: dict[str, Any]) -> None:
        if me.get("suspended") is True:
            raise ProviderUserBlocked("suspended")
        super().check_profile({**me, "suspended": False}, info)


class QuietSimulator(InspectedSimulator):
    """Says `suspended` of those who are, and nothing of others."""

    async def _profile(self, request: Request) -> Response:
        response = await super()._profile(request)
        said = json.loads(bytes(response.body))
        return JSONResponse({name: one for name, one in said.items() if one is not False}, response.status_code)


@fails("a_flag_that_decides_is_a_boolean", simulator=QuietSimulator)
class BlocksByTrueAloneWhereThereIsAFlag(BlocksByTrueAlone):
    """The same, where a good user's answer has no such flag."""


# Numbers


@fails("a_number_that_decides_is_a_number")
class BelievesInTextualTimes(Inspected):
    """An end that is a text is no end at all."""

    def check_times(self, said: dict[str, Any], ctx: VerifyContext) -> None:
        if isinstance(said.get("exp"), int) and ctx.clock() >= said["exp"]:
            raise InvalidProviderToken("exp has passed")


@fails("a_number_that_decides_is_a_number")
class ForgivesWhatItCannotRead(Inspected):
    """An end in a list is taken for none."""

    def check_times(self, said: dict[str, Any], ctx: VerifyContext) -> None:
        try:
            super().check_times(said, ctx)
        except ProviderUnavailable:
            said["exp"] = None
