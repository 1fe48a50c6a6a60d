"""What runs on, and calls that nobody needs."""

import asyncio
import threading
from typing import Any

from core.tests.testing.conformance.good import Good
from core.tests.testing.conformance.inspected import Inspected
from core.tests.testing.conformance.wrong import fails

from accredit.credentials import Credential
from accredit.errors import ProviderUnavailable
from accredit.strategy import VerifyContext


@fails("nothing_runs_on_after_a_login")
class LeavesATask(Good):
    """Nobody awaits it, and nobody hears of its failure."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        me = await super().ask(token, ctx)
        self.task = asyncio.create_task(asyncio.sleep(60))
        return me


@fails("nothing_runs_on_after_a_login")
class AsksOnInTheBackground(Inspected):
    """The answer is there, and a call is still under way."""

    async def locale(self, token: Credential, ctx: VerifyContext) -> object:
        self.later = asyncio.ensure_future(super().locale(token, ctx))
        return None


@fails("nothing_runs_on_after_a_login")
class LeavesATaskWhereACallFails(Inspected):
    """The second call goes on although the first has decided."""

    async def inspect(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        task = asyncio.ensure_future(asyncio.sleep(30))
        info = await super().inspect(token, ctx)
        task.cancel()
        return info


@fails("nothing_runs_on_after_a_login", "the_context_is_the_only_way_out")
class LeavesAThread(Good):
    """A thread that waits for more work."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        threading.Timer(0.3, lambda: None).start()
        return await super().ask(token, ctx)


class Insisting(Inspected):
    """Asks again where `again` says so."""

    tries = 20

    def again(self, error: ProviderUnavailable) -> bool:
        return True

    async def profile(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        for left in reversed(range(self.tries)):
            try:
                return await super().profile(token, ctx)
            except ProviderUnavailable as error:
                if not left or not self.again(error):
                    raise
        raise AssertionError


@fails("a_failing_call_is_not_repeated")
class Tries20Times(Insisting):
    """A provider in trouble gets twenty times as many calls."""


@fails("a_failing_call_is_not_repeated")
class TriesThreeTimes(Insisting):
    """Three times is once too often: every login of every user does so."""

    tries = 3


@fails("a_failing_call_is_not_repeated")
class InsistsOnTimeOuts(Insisting):
    """Each further try holds the user's request, and ours, for another while."""

    tries = 4

    def again(self, error: ProviderUnavailable) -> bool:
        return "ReadTimeout" in error.detail


@fails("a_failing_call_is_not_repeated")
class InsistsOnALimit(Insisting):
    """Whoever says "too many calls" is called again at once."""

    tries = 5

    def again(self, error: ProviderUnavailable) -> bool:
        return "status 429" in error.detail


@fails("a_failing_call_is_not_repeated")
class AsksNineTimes(Good):
    """One call would do."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        for _ in range(9):
            await ctx.http.post(f"{self.settings.api_url}/me", form={"access_token": token.reveal()})
        return await super().ask(token, ctx)
