"""The project's users as hooks of an exchange: its `UserAdapter` is asked where the caller is."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from accredit.contrib.django.accounts import subject_of, user_of
from accredit.contrib.django.first_login import user_for
from accredit.contrib.django.requests import current_request
from accredit.contrib.django.storage import Tables
from accredit.contrib.django.users import UserAdapter
from accredit.errors import AccessDenied, ExchangeError, SubjectBlocked
from accredit.hookspecs import hookimpl
from accredit.models import ExtraClaims, Identity, Login, Subject
from accredit.settings import SubjectPolicy
from accredit.sync import run_in_caller

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


class ProjectUsers:
    """Hooks that ask `adapter`. `clock` returns epoch seconds; `policy` says whether strangers become users."""

    def __init__(
        self, adapter: UserAdapter, tables: Tables, *, policy: SubjectPolicy, clock: Callable[[], float]
    ) -> None:
        self._adapter = adapter
        self._adds_claims = getattr(adapter.claims, "__func__", None) is not UserAdapter.claims
        self._tables = tables
        self._policy: SubjectPolicy = policy
        self._clock = clock

    @hookimpl
    async def resolve_subject(self, identity: Identity) -> Subject:
        """Return the user of an identity; make one at its first login."""

        def resolve(request: HttpRequest | None) -> Subject:
            user = self.user_for(identity, request)
            return Subject(subject_of(user), blocked=not user.is_active)

        return await _ask(resolve)

    @hookimpl
    async def link_identity(self) -> None:
        """Leave it to the storage, which is the project's own database: this hook says that users may add logins."""

    @hookimpl
    async def subject_active(self, subject: str) -> bool:
        """Tell whether the user is there and active, as the database has it now."""

        def look(_: HttpRequest | None) -> bool:
            user = user_of(subject)
            return user is not None and bool(user.is_active)

        return await _ask(look)

    @hookimpl
    async def authorize(self, login: Login) -> None:
        """Ask whether the user may log in, or go on."""

        def ask(request: HttpRequest | None) -> None:
            if not self.may_log_in(request, user_of(login.subject.id), is_refresh=login.is_refresh):
                raise SubjectBlocked

        await _ask(ask)

    @hookimpl
    async def claims(self, login: Login) -> ExtraClaims:
        """Ask what tokens say of the user, unless the project has nothing to say of anybody."""
        if not self._adds_claims:
            return ExtraClaims()

        def ask(_: HttpRequest | None) -> ExtraClaims:
            user = user_of(login.subject.id)
            claims = {} if user is None else _mapping(self._adapter.claims(user))
            return ExtraClaims(access_token=claims, id_token=claims)

        return await _ask(ask)

    def user_for(self, identity: Identity, request: HttpRequest | None) -> AbstractBaseUser:
        """Return the user of an identity; make one at its first login. Blocks.

        Raises:
            AccessDenied: the identity was taken off its user, or somebody refuses.
        """
        now = int(self._clock())
        return user_for(identity, request, self._adapter, self._tables, policy=self._policy, now=now)

    def may_log_in(self, request: HttpRequest | None, user: AbstractBaseUser | None, *, is_refresh: bool) -> bool:
        """Answer for somebody who may be gone or inactive; else ask. Blocks."""
        if user is None or not user.is_active:
            return False
        may: object = self._adapter.may_log_in(request, user, is_refresh=is_refresh)
        if may is None:  # somebody forgot to return: say so, and do not call everybody blocked
            raise TypeError("may_log_in returned None: return True or False")
        return bool(may)


async def _ask(question: Callable[[HttpRequest | None], T]) -> T:
    """Ask where the caller is. What fails is logged with its traceback, as in a view: the event has its place alone."""
    request = current_request()

    def there() -> T:
        try:
            with refusals():
                return question(request)
        except ExchangeError:  # such as `AccessDenied`: it means what it says
            raise
        except Exception:
            _LOG.exception("asking the project about its users failed")
            raise

    return await run_in_caller(there)


def _mapping(claims: object) -> dict[str, Any]:
    if not isinstance(claims, Mapping):
        raise TypeError(f"claims returned {type(claims).__name__}: return a dictionary, which may be empty")
    return dict(claims)


@contextmanager
def refusals() -> Iterator[None]:
    """Turn Django's way to refuse into ours; what it says reaches the user.

    Raises:
        AccessDenied: `PermissionDenied` was raised in the block.
    """
    try:
        yield
    except PermissionDenied as exc:
        raise AccessDenied(str(exc) or "access denied") from None
