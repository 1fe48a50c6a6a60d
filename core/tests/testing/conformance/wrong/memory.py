"""State: on the strategy, its class, its module, and in `normalize`."""

import functools
import itertools
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, ClassVar

from core.tests.testing.conformance.good import Good
from core.tests.testing.conformance.wrong import fails

from accredit import Profile, Verification
from accredit.credentials import Credential
from accredit.errors import InvalidProviderToken
from accredit.strategy import VerifyContext

SEEN: list[str] = []
LAST: ContextVar[str] = ContextVar("LAST")
NUMBERS = itertools.count()
BUFFER = bytearray(16)


class _Slot:
    __slots__ = ("token",)

    def __init__(self) -> None:
        self.token = ""


SLOT = _Slot()


class Remembering(Good):
    """Keeps something of each login."""

    def keep(self, token: str) -> None:
        raise NotImplementedError

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        self.keep(token.reveal())
        return await super().ask(token, ctx)


@fails("a_login_leaves_no_state")
class RemembersOnTheStrategy(Remembering):
    """Another login reads it, or a dump of memory does."""

    last = ""

    def keep(self, token: str) -> None:
        self.last = token


@fails("a_login_leaves_no_state")
class RemembersOnTheClass(Remembering):
    """All connections of the strategy share it."""

    tokens: ClassVar[set[str]] = set()

    def keep(self, token: str) -> None:
        self.tokens.add(token)


@fails("a_login_leaves_no_state")
class RemembersInTheModule(Remembering):
    """Every engine of the process shares it."""

    def keep(self, token: str) -> None:
        SEEN.append(token)


@fails("a_login_leaves_no_state")
class RemembersInADefault(Remembering):
    """A default is made once."""

    def keep(self, token: str, seen: list[str] = []) -> None:  # noqa: B006 - what an author must not do
        seen.append(token)


@fails("a_login_leaves_no_state")
class RemembersInAVariableOfTheContext(Remembering):
    """Another login of the same task reads it."""

    def keep(self, token: str) -> None:
        LAST.set(token)


@fails("a_login_leaves_no_state")
class CountsByAnIterator(Remembering):
    """An iterator is a number that nobody sees."""

    def keep(self, token: str) -> None:
        next(NUMBERS)


@fails("a_login_leaves_no_state")
class RemembersInABuffer(Remembering):
    """It is as long as ever, and holds another token."""

    def keep(self, token: str) -> None:
        BUFFER[:] = token.encode()[-16:].rjust(16)


@fails("a_login_leaves_no_state")
class RemembersInASlot(Remembering):
    """An object without a dictionary has attributes all the same."""

    def keep(self, token: str) -> None:
        SLOT.token = token


@fails("a_login_leaves_no_state")
class RemembersTheLastInACache(Remembering):
    """A cache of one entry never grows."""

    @staticmethod
    @functools.lru_cache(maxsize=1)
    def _known(token: str) -> str:
        return token

    def keep(self, token: str) -> None:
        self._known(token)


@fails("a_login_leaves_no_state")
class RemembersInACache(Remembering):
    """A cache by token holds tokens, and what was said of them, after they are dead."""

    @staticmethod
    @functools.lru_cache(maxsize=100)
    def _known(token: str) -> str:
        return token

    def keep(self, token: str) -> None:
        self._known(token)


def _collector() -> Callable[[str], None]:
    kept: dict[str, int] = {}

    def collect(token: str) -> None:
        kept[token] = kept.get(token, 0) + 1

    return collect


@fails("a_login_leaves_no_state")
class RemembersInAClosure(Remembering):
    """What a function has closed over lives as long as the function."""

    collect = staticmethod(_collector())

    def keep(self, token: str) -> None:
        self.collect(token)


@fails("a_login_leaves_no_state")
class CountsLogins(Remembering):
    """A number is state, too."""

    count = 0

    def keep(self, token: str) -> None:
        type(self).count += 1


@fails("verdicts_do_not_depend_on_order", "a_login_leaves_no_state")
class RefusesTheSecondTime(Good):
    """A user who taps twice is refused."""

    seen: frozenset[str] = frozenset()

    async def verify(self, token: Credential, ctx: VerifyContext) -> Verification:
        if token.reveal() in self.seen:
            raise InvalidProviderToken("used before")
        type(self).seen |= {token.reveal()}
        return await super().verify(token, ctx)


@fails("verdicts_do_not_depend_on_what_runs_beside", "a_login_leaves_no_state")
class SharesState(Good):
    """Of two logins at once one gets the other's user."""

    async def ask(self, token: Credential, ctx: VerifyContext) -> dict[str, Any]:
        self.me = await super().ask(token, ctx)
        await ctx.http.post(f"{self.settings.api_url}/me", form={"access_token": token.reveal()})
        return self.me


# normalize


@fails("normalize_remembers_nothing")
class CachesProfiles(Good):
    """A user who has changed their name keeps the old one until the next start."""

    profiles: ClassVar[dict[str, Profile]] = {}

    def normalize(self, verification: Verification) -> Profile:
        return self.profiles.setdefault(verification.user_id, super().normalize(verification))


@fails("normalize_remembers_nothing")
class KeepsTheLastPicture(Good):
    """Whoever has no picture gets the one of the login before."""

    picture: str | None = None

    def normalize(self, verification: Verification) -> Profile:
        profile = super().normalize(verification)
        self.picture = profile.picture or self.picture
        return replace(profile, picture=self.picture)


@fails("normalize_remembers_nothing")
class RemembersWhomItHasSeen(Good):
    """The profile is right, and a list of users is left."""

    users: ClassVar[set[str]] = set()

    def normalize(self, verification: Verification) -> Profile:
        self.users.add(repr(sorted(verification.claims.items())))
        return super().normalize(verification)


@fails("normalize_is_pure")
class EatsItsInput(Good):
    """The claims are everybody's who comes after."""

    def normalize(self, verification: Verification) -> Profile:
        profile = super().normalize(verification)
        dict.pop(verification.claims, "screen_name", None)  # type: ignore[call-overload]  # a Mapping, which a strategy must not change
        return profile


@fails("normalize_is_pure")
class NumbersProfiles(Good):
    """Two profiles for one input."""

    count = 0

    def normalize(self, verification: Verification) -> Profile:
        type(self).count += 1
        return Profile(name=str(self.count))


@fails("normalize_is_pure")
class ReadsFilesToNormalize(Good):
    """A table on disk, read at each login."""

    def normalize(self, verification: Verification) -> Profile:
        with open("/dev/null"):
            return super().normalize(verification)
