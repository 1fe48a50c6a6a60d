"""Who the users are: a host's callbacks become hooks, and run in the thread and the app context of the request."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from flask import Flask, has_app_context

from accredit.contrib.flask.state import is_at_an_endpoint, state_of, this_app
from accredit.errors import ExchangeError, NotLinked
from accredit.exchange.engine import Engine
from accredit.hookspecs import hookimpl
from accredit.models import ExtraClaims, Identity, Login, Subject
from accredit.storage import StoredSubject
from accredit.sync import run_in_caller

T = TypeVar("T")

UserId = str | int
"""The key of a user's row. It becomes `sub`, as text."""


class Callback:
    """A function of the host's, in one of its apps.

    Where an endpoint of ours goes on, `commit` runs after it has answered, and `release` in any case.
    """

    def __init__(
        self,
        app: Flask,
        name: str,
        function: Callable[..., Any],
        *,
        commit: Callable[[], None],
        release: Callable[[], None],
    ) -> None:
        self.app = app
        self._name = name
        self._function = function
        self._commit = commit
        self._release = release

    async def __call__(self, make: Callable[[Any], T], *arguments: object) -> T:
        """Call it where the caller is, and return what `make` makes of its answer.

        What it raises is logged with its traceback, as an exception of a view is: the event has its place alone.
        """

        def call() -> T:
            try:
                answer = make(self.app.ensure_sync(self._function)(*arguments))
                if is_at_an_endpoint():
                    self._commit()
                return answer
            except ExchangeError:  # such as `AccessDenied`: it means what it says
                raise
            except Exception:
                self.app.logger.exception("the callback '%s' of Accredit failed", self._name)
                raise
            finally:
                if is_at_an_endpoint():  # a view of the host's keeps what it has in its session
                    self._release()

        def call_in_app() -> T:
            if has_app_context() and this_app() is self.app:
                return call()
            with self.app.app_context():
                return call()

        return await run_in_caller(call_in_app)


class ResolvesUsers:
    """`resolve_user`: the host knows whose identity it is, by tables of its own."""

    def __init__(self, callback: Callback) -> None:
        self._callback = callback

    @hookimpl
    async def resolve_subject(self, identity: Identity) -> Subject | None:
        """Ask the host."""
        return await self._callback(_subject_or_none, identity)


class CreatesUsers:
    """`create_user`: the host makes users, and our own storage remembers whose identity is which."""

    def __init__(self, callback: Callback) -> None:
        self._callback = callback
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @hookimpl
    async def resolve_subject(self, identity: Identity) -> Subject:
        """Return whose the identity is, after making a user of a stranger.

        Never None: the engine has looked before, and would go by a storage that did not know the identity yet.
        """
        key = identity.namespace, identity.user_id
        engine = state_of(self._callback.app).exchange.inner.engine
        found = await engine.storage.subject_of(*key)
        if found is None:
            async with self._turns.setdefault(key, asyncio.Lock()):  # who comes twice at once is one user
                found = await engine.storage.subject_of(*key) or await self._create(identity, engine)
        if found.unlinked:
            raise NotLinked
        return Subject(found.id)

    async def _create(self, identity: Identity, engine: Engine) -> StoredSubject:
        user = await self._callback(_subject, identity)
        now = int(engine.clock())
        stored = await engine.storage.create(identity.namespace, identity.user_id, user.id, now=now)
        if stored.id != user.id:
            told = "user %s is left without logins: another process has made user %s of the same account"
            self._callback.app.logger.warning(told, user.id, stored.id)
        return stored

    @hookimpl
    async def link_identity(self, identity: Identity, subject: str) -> None:
        """Let our storage keep it: that also makes linking possible."""


class AdmitsUsers:
    """`may_log_in`: asked at each login, each refresh, and each use of a token."""

    def __init__(self, callback: Callback) -> None:
        self._callback = callback

    @hookimpl
    async def subject_active(self, subject: str) -> bool:
        """Ask the host."""
        return await self._callback(_yes_or_no, subject)


class AddsClaims:
    """`claims`: what the host's tokens say beside the usual."""

    def __init__(self, callback: Callback) -> None:
        self._callback = callback

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims:
        """Ask the host."""
        added = await self._callback(_mapping, login.subject.id)
        return ExtraClaims(access_token=added, id_token=added)


PLUGINS: Mapping[str, Callable[[Callback], object]] = {
    "resolve_user": ResolvesUsers,
    "create_user": CreatesUsers,
    "may_log_in": AdmitsUsers,
    "claims": AddsClaims,
}
"""What makes a callback a plugin, by its name."""


def _subject(user_id: Any) -> Subject:
    if isinstance(user_id, bool) or not isinstance(user_id, UserId):
        raise TypeError(f"it returned {type(user_id).__name__}: return the id of a user, a str or an int")
    return Subject(str(user_id))


def _subject_or_none(user_id: Any) -> Subject | None:
    return None if user_id is None else _subject(user_id)


def _yes_or_no(answer: Any) -> bool:
    if not isinstance(answer, bool):
        raise TypeError(f"it returned {type(answer).__name__}: return True or False")
    return answer


def _mapping(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping):
        raise TypeError(f"it returned {type(answer).__name__}: return a dictionary of claims, which may be empty")
    return answer
