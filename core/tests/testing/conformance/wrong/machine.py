"""Strategies that ask the machine what only the token, the settings and the provider may say, or cannot be stopped."""

import asyncio
import datetime as dt
import os
import sys
import time
from dataclasses import replace
from typing import Any

from core.tests.testing.conformance.good import Good
from core.tests.testing.conformance.inspected import Inspected
from core.tests.testing.conformance.wrong import fails

from accredit import Profile, Verification
from accredit.credentials import Credential
from accredit.errors import ProviderUnavailable
from accredit.strategy import ProviderResponse, VerifyContext


class Asking(Good):
    """Asks for something before it calls the provider, and makes nothing of it that a verdict could show."""

    def wonder(self) -> object:
        return None

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        self.wonder()
        return await super().ask(token, ctx)


@fails("nothing_is_asked_of_the_machine")
class AsksForADay(Asking):
    """A branch that waits for its day."""

    def wonder(self) -> object:
        return dt.date.today() > dt.date(2300, 1, 1)  # noqa: DTZ011 - what an author must not do


@fails("nothing_is_asked_of_the_machine")
class AsksTheTime(Asking):
    """The machine's time, of which nothing seems to come."""

    def wonder(self) -> object:
        return time.time_ns() > 10**19


@fails("nothing_is_asked_of_the_machine")
class ReadsAVariable(Asking):
    """A variable of the environment opens a door."""

    def wonder(self) -> object:
        return os.environ.get("KIT_DOOR") == "open"


@fails("nothing_is_asked_of_the_machine")
class GetsAVariable(Asking):
    """The same, by the function."""

    def wonder(self) -> object:
        return os.getenv("KIT_DOOR")


@fails("nothing_is_asked_of_the_machine")
class LooksAtItsCallers(Asking):
    """Its callers hold the request, and other logins' too."""

    def wonder(self) -> object:
        return sys._getframe(1).f_locals.get("user_id")


@fails("nothing_is_asked_of_the_machine")
class RunsTheAnswer(Good):
    """What the provider says becomes code of ours."""

    def read(self, response: ProviderResponse) -> dict[str, Any]:
        me = super().read(response)
        names = {"true": True, "false": False, "null": None}
        return {**me, **eval(response.body, names)}  # noqa: S307 - what an author must not do


@fails("nothing_is_asked_of_the_machine")
class DatesProfiles(Good):
    """A profile is as new as the provider says, not as the clock does."""

    def normalize(self, verification: Verification) -> Profile:
        return replace(super().normalize(verification), updated_at=int(time.time()) // 86_400)


@fails("a_login_that_is_stopped_ends")
class TakesBeingStoppedForAYes(Inspected):
    """Where our own time is over while the binding call hangs, the profile decides alone."""

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().inspect(token, ctx)
        except asyncio.CancelledError:
            me = await self.profile(token, ctx)
            return {"client_id": self.settings.app_id, "sub": me["id"], "exp": int(ctx.clock()) + 60}


@fails("nothing_is_asked_of_the_machine")
class Sleeps(Asking):
    """All other logins wait with it."""

    def wonder(self) -> object:
        time.sleep(0.001)
        return None


@fails("nothing_is_asked_of_the_machine")
class WaitsAndAsksAgain(Inspected):
    """The user waits, and the provider that is in trouble is asked twice."""

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        try:
            return await super().inspect(token, ctx)
        except ProviderUnavailable:
            await asyncio.sleep(0.001)
            return await super().inspect(token, ctx)


@fails("nothing_is_asked_of_the_machine")
class SetsATimer(Asking):
    """Something happens once the login has its answer."""

    def wonder(self) -> object:
        return asyncio.get_running_loop().call_later(0.001, str)


@fails("a_login_that_is_stopped_ends")
class ShieldsItsCall(Inspected):
    """The call goes on for nobody."""

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        return await asyncio.shield(super().inspect(token, ctx))
