"""What a signed-in operator can ask for: looks at everything, and does something to subjects."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from accredit.errors import AccreditError, StorageFailed
from accredit.exchange.engine import Engine
from accredit.models import problem_of_subject_id
from accredit.operator.pages.confirm import QUESTIONS, confirm
from accredit.operator.pages.keys import Version, key_rows, keys
from accredit.operator.pages.overview import overview
from accredit.operator.pages.refusals import refusals
from accredit.operator.pages.subject import REVOCATIONS, Found, subject_page
from accredit.operator.sessions import SignedIn
from accredit.operator.view.everybody import Everybody
from accredit.plugins.api_versions import api_version_of, today
from accredit.web.answer import Answer, page, plain, see_other
from accredit.web.call import Call

_NOT_NOW = "The storage does not answer; nothing may have changed. Try again."


class Desk:
    """The pages of one `engine`, with what `everybody` has seen. What it does leaves events that say `operator`."""

    def __init__(self, engine: Engine, everybody: Everybody) -> None:
        self._engine = engine
        self._everybody = everybody
        self._subjects = engine.subjects.acting_as("operator")
        self._acts: dict[str, Callable[[str, str], Awaitable[Any]]] = {
            "block": lambda subject, _: self._subjects.block(subject),
            "unblock": lambda subject, _: self._subjects.unblock(subject),
            "end-all": lambda subject, _: self._subjects.end_sessions(subject),
            "end": self._end,
        }

    async def overview(self, _: Call, signed_in: SignedIn) -> Answer:
        """Show how logins go."""
        now = self._everybody.snapshot()
        names = tuple(self._engine.connections)
        return page(overview(now, at=self._engine.clock(), connections=names, signed_in=signed_in))

    async def refusals(self, _: Call, signed_in: SignedIn) -> Answer:
        """Show what was refused, and where."""
        return page(refusals(self._everybody.snapshot(), at=self._engine.clock(), signed_in=signed_in))

    async def keys(self, _: Call, signed_in: SignedIn) -> Answer:
        """Show our keys, and the API versions of providers."""
        found = key_rows(self._engine.keys, self._engine.key_times)
        versions = [Version(name, api_version_of(one)) for name, one in self._engine.connections.items()]
        return page(keys(found, versions, today=today(self._engine.clock), signed_in=signed_in))

    async def subject(self, call: Call, signed_in: SignedIn) -> Answer:
        """Show a subject, or the search alone."""
        name = call.field("subject")
        if not name:
            return page(subject_page(signed_in))
        if problem := problem_of_subject_id(name):
            return page(subject_page(signed_in, searched=name, problem=f"A subject's id {problem}."), status=400)
        try:
            found = await self._found(name)
        except AccreditError as exc:
            return self._failed(exc, name, signed_in)
        return page(subject_page(signed_in, found=found, searched=name, done=call.field("done")))

    async def confirm(self, call: Call, signed_in: SignedIn) -> Answer:
        """Ask once more."""
        asked = _asked(call)
        if asked is None:
            return plain(400, "There is no such action.")
        action, subject, session = asked
        return page(confirm(signed_in, action=action, subject=subject, session=session))

    async def do(self, call: Call, signed_in: SignedIn) -> Answer:
        """Do it, and show the subject."""
        asked = _asked(call)
        if asked is None:
            return plain(400, "There is no such action.")
        action, subject, session = asked
        try:
            await self._acts[action](subject, session)
        except AccreditError as exc:
            return self._failed(exc, subject, signed_in)
        return see_other(f"subject?{urlencode({'subject': subject, 'done': action})}")

    async def _end(self, subject: str, session: str) -> None:
        """End a session of that subject: of another one's the page that asked has not told the truth."""
        if any(one.id == session for one in await self._subjects.sessions(subject)):
            await self._subjects.end_session(session)

    async def _found(self, subject: str) -> Found:
        namespace, bar, user_id = subject.partition("|")
        return Found(
            subject=subject,
            is_blocked=await self._subjects.is_blocked(subject),
            identities=await self._subjects.identities(subject),
            sessions=await self._subjects.sessions(subject),
            belongs_to=await self._subjects.subject_of(namespace, user_id) if bar else None,
            tokens=await self._subjects.kept_tokens(subject),
            revocations=[one for one in self._everybody.snapshot().others if one.name in REVOCATIONS],
        )

    def _failed(self, exc: AccreditError, subject: str, signed_in: SignedIn) -> Answer:
        detail = exc.detail if isinstance(exc, StorageFailed) else str(exc)
        problem = f"{_NOT_NOW} {detail}".strip()
        return page(subject_page(signed_in, searched=subject, problem=problem), status=503)


def _asked(call: Call) -> tuple[str, str, str] | None:
    """Return what is to be done, to whom, and to which session; None where nobody could do that."""
    action, subject, session = call.field("action"), call.field("subject"), call.field("session")
    if action not in QUESTIONS or problem_of_subject_id(subject) or (action == "end") != bool(session):
        return None
    return action, subject, session
