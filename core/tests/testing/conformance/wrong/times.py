"""Clocks other than the context's."""

import datetime as dt
import json
import time
from dataclasses import replace
from typing import Any

from core.tests.testing.conformance.good import Good
from core.tests.testing.conformance.inspected import Inspected, InspectedSimulator
from core.tests.testing.conformance.wrong import fails
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from accredit import Verification
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken, ProviderUnavailable
from accredit.strategy import VerifyContext


@fails("the_contexts_clock_is_the_only_one", "what_has_ended_by_the_contexts_clock_has_ended")
class AsksTheMachine(Inspected):
    """What has ended by the exchange's clock has ended, whatever the machine's says."""

    def check_times(self, said: dict[str, Any], ctx: VerifyContext) -> None:
        super().check_times(said, replace(ctx, clock=time.time))


@fails("the_contexts_clock_is_the_only_one")
class AsksTheCalendar(Inspected):
    """`datetime.now` is the machine's clock, too."""

    def check_times(self, said: dict[str, Any], ctx: VerifyContext) -> None:
        if type(said.get("exp")) is not int:
            raise ProviderUnavailable("exp is missing or no integer")
        if dt.datetime.now(dt.UTC) >= dt.datetime.fromtimestamp(said["exp"], dt.UTC):
            raise InvalidProviderToken("exp has passed")


@fails("the_contexts_clock_is_the_only_one")
class NeverLooksAtAClock(Inspected):
    """An answer that says when the token ends is there to be read, and core, which would look, is not told."""

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        return replace(await super().verify(token, ctx), expires_at=None)

    def check_times(self, said: dict[str, Any], ctx: VerifyContext) -> None:
        if type(said.get("exp")) is not int:
            raise ProviderUnavailable("exp is missing or no integer")


@fails("rotated_keys_are_found_whatever_the_clock_did")
class AgesKeysByTheClock(Good):
    """A clock that was set back must keep no new key out."""

    fresh_until = 0.0

    async def verify_jwt(self, token: Credential, ctx: VerifyContext) -> Verification:
        if ctx.clock() < self.fresh_until - 3600:
            raise InvalidProviderToken("the keys are from the future")
        type(self).fresh_until = ctx.clock() + 3600
        return await super().verify_jwt(token, ctx)


@fails("what_has_ended_by_the_contexts_clock_has_ended")
class GivesADayMore(Inspected):
    """What has ended an hour ago has ended."""

    def check_times(self, said: dict[str, Any], ctx: VerifyContext) -> None:
        if type(said.get("exp")) is not int:
            raise ProviderUnavailable("exp is missing or no integer")
        if said["exp"] < 86_400 or ctx.clock() >= said["exp"] + 86_400:
            raise InvalidProviderToken("exp has passed")


@fails("what_has_ended_by_the_contexts_clock_has_ended", "no_time_left_is_no_login")
class GivesHalfAnHourMore(Inspected):
    """No two clocks differ by so much."""

    def check_times(self, said: dict[str, Any], ctx: VerifyContext) -> None:
        if type(said.get("exp")) is not int:
            raise ProviderUnavailable("exp is missing or no integer")
        if ctx.clock() >= said["exp"] + 1800:
            raise InvalidProviderToken("exp has passed")


class _NamesTheSecondsLeft(InspectedSimulator):
    """Says how long a token still lives, and has no sample that has ended."""

    async def _introspect(self, request: Request) -> Response:
        said = json.loads(bytes((response := await super()._introspect(request)).body))
        if "exp" not in said:
            return response
        return JSONResponse({**said, "exp": int(self.clock()) + 3600, "expires_in": 3600})


@fails("no_time_left_is_no_login", simulator=_NamesTheSecondsLeft)
class NeverReadsAnEnd(Inspected):
    """No sample has ended, so nothing else shows that nobody looks."""

    def check_times(self, said: dict[str, Any], ctx: VerifyContext) -> None:
        if type(said.get("exp")) is not int:
            raise ProviderUnavailable("exp is missing or no integer")
