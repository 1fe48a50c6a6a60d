"""Call lifecycle hooks in the order the plugins were given, and fail closed.

The calls are not left to pluggy: its `firstresult` takes the first coroutine even where that resolves to None, and
its wrappers close before the awaited work begins.
"""

import asyncio
from collections.abc import Callable, Container, Mapping
from typing import Any, TypeVar

import pluggy

from accredit._guard import blamed, guarded
from accredit.audit.events import AnyEvent
from accredit.audit.readings import Readings
from accredit.audit.sinks import NamedAnnotator, NamedSink
from accredit.errors import AccessDenied, PluginFailed
from accredit.models import ExtraClaims, Identity, Login, Subject, problem_of_subject_id
from accredit.notices import ProviderNotice
from accredit.plugins.registration import implementations
from accredit.storage import SubjectStore
from accredit.storage.rules import default_subject

T = TypeVar("T")
_Call = tuple[str, Callable[..., Any], tuple[str, ...]]


class Hooks:
    """The lifecycle hooks of one engine, frozen at start-up.

    `namespaces` are what default subjects begin with; `storage` knows which identity is linked to whom.
    """

    def __init__(
        self, manager: pluggy.PluginManager, *, timeout_s: float, namespaces: Container[str], storage: SubjectStore
    ) -> None:
        self._timeout_s = timeout_s
        self._namespaces = namespaces
        self._storage = storage
        self._resolve_subject = _calls(manager, "resolve_subject")
        self._subject_active = _calls(manager, "subject_active")
        self._link_identity = _calls(manager, "link_identity")
        self._unlink_identity = _calls(manager, "unlink_identity")
        self._provider_notice = _calls(manager, "provider_notice")
        self._authorize = _calls(manager, "authorize")
        self._claims = _calls(manager, "claims")
        # A login looks at these before it calls a hook: one that no plugin has is to cost nothing.
        self.names_subjects = bool(self._resolve_subject)
        """A plugin says who an identity is: our store does not know then whose it was."""
        self.judges_subjects = bool(self._subject_active)
        """A plugin says whether a subject may still be here."""
        self.may_refuse = bool(self._authorize)
        """A plugin may refuse a login."""
        self.adds_claims = bool(self._claims)
        """A plugin adds claims to tokens."""

    async def resolve_subject(self, identity: Identity, client_id: str) -> Subject | None:
        """Return the first subject that a plugin names.

        Raises:
            PluginFailed: it named one that cannot be, or that must be somebody else's.
        """
        for call in self._resolve_subject:
            subject = await self._call(call, {"identity": identity, "client_id": client_id}, Subject)
            if subject is not None:
                await self.check_subject(subject, identity, source=call[0])
                return subject
        return None

    async def check_subject(self, subject: Subject, identity: Identity, *, source: str) -> None:
        """Pass where a subject that `source` has named can be this identity's.

        Raises:
            PluginFailed: it cannot be anybody's, or must be somebody else's.
        """
        if problem := await self._problem_of(subject, identity):
            raise PluginFailed(f"{source}: named a subject {problem}")

    @property
    def can_link(self) -> bool:
        """Tell whether users can add logins: plugins that name the subjects must hear of it, or it would be in vain."""
        return bool(self._link_identity) or not self.names_subjects

    async def link_identity(self, identity: Identity, subject: str, client_id: str) -> Subject | None:
        """Let the first plugin that keeps links of its own give the identity to `subject`, and return whose it is now.

        Raises:
            PluginFailed: it named a subject that cannot be.
        """
        values = {"identity": identity, "subject": subject, "client_id": client_id}
        for call in self._link_identity:
            owner = await self._call(call, values, Subject)
            if owner is not None:
                if problem := _problem_of_form(owner):
                    raise PluginFailed(f"{call[0]}: named a subject {problem}")
                return owner
        return None

    async def unlink_identity(self, namespace: str, user_id: str, subject: str | None) -> None:
        """Tell every plugin that an identity is nobody's any more."""
        for call in self._unlink_identity:
            await self._call(call, {"namespace": namespace, "user_id": user_id, "subject": subject}, type(None))

    async def subject_active(self, subject: str, client_id: str) -> bool:
        """Tell whether no plugin says that a subject may not be here any more.

        Raises:
            PluginFailed: one did not answer by True, False or None.
        """
        for call in self._subject_active:
            try:
                answer = await self._call(call, {"subject": subject, "client_id": client_id}, bool)
            except AccessDenied:  # there is nobody to read its sentence
                raise PluginFailed(f"{call[0]}: subject_active raised AccessDenied, and says no by False") from None
            if answer is False:
                return False
        return True

    async def provider_notice(self, notice: ProviderNotice, failed: Callable[[str, str], None]) -> None:
        """Tell every plugin what a provider has told. `failed` takes the name of one that raises, and where."""
        for call in self._provider_notice:
            try:
                await self._call(call, {"notice": notice}, type(None))
            except (AccessDenied, PluginFailed) as exc:
                failed(call[0], exc.detail or type(exc).__name__)

    async def authorize(self, login: Login) -> None:
        """Let every plugin refuse."""
        for call in self._authorize:
            await self._call(call, {"login": login}, type(None))

    async def claims(self, login: Login) -> list[ExtraClaims]:
        """Collect every plugin's claims."""
        extras: list[ExtraClaims] = []
        for call in self._claims:
            extra = await self._call(call, {"login": login}, ExtraClaims)
            if extra is not None:
                extras.append(extra)
        return extras

    def _is_of_a_namespace(self, subject: str) -> bool:
        """Tell whether a subject is of the form that identities have by default."""
        namespace, bar, _ = subject.partition("|")
        return bool(bar) and namespace in self._namespaces

    async def _problem_of(self, subject: Subject, identity: Identity) -> str | None:
        if problem := _problem_of_form(subject):
            return problem
        default = default_subject(identity.namespace, identity.user_id)
        if subject.id == default or not self._is_of_a_namespace(subject.id):
            return None
        # Somebody logs in as this one by an identity of that namespace. Only a link makes it this identity's as well.
        found = await self._storage.subject_of(identity.namespace, identity.user_id)
        if found is None or found.unlinked or found.id != subject.id:
            return "in the form of a strategy's, which this identity is not linked to"
        return None

    async def _call(self, call: _Call, values: Mapping[str, Any], expected: type[T]) -> T | None:
        name, function, arguments = call
        with guarded(name, allowed=AccessDenied):
            async with asyncio.timeout(self._timeout_s):
                result = await function(**{argument: values[argument] for argument in arguments})
        if result is not None and not isinstance(result, expected):
            raise PluginFailed(f"{name}: {function.__name__} returned {type(result).__name__}")
        return result


def observers_of(manager: pluggy.PluginManager) -> tuple[NamedSink, ...]:
    """Return the sinks that plugins are: their hooks `observe`, as they are now."""
    return tuple(
        NamedSink(name, function if arguments else _without_arguments(function))
        for name, function, arguments in _calls(manager, "observe")
    )


def annotators_of(manager: pluggy.PluginManager) -> tuple[NamedAnnotator, ...]:
    """Return what adds to log lines: the hooks `annotate` of plugins, as they are now."""
    return tuple(
        NamedAnnotator(name, function if arguments else _without_arguments(function))
        for name, function, arguments in _calls(manager, "annotate")
    )


def offer_readings(manager: pluggy.PluginManager, readings: Readings) -> None:
    """Hand what reads an exchange's gauges to the plugins that want it.

    Raises:
        PluginError: a hook failed.
    """
    for one in implementations(manager, "measure"):
        with blamed(f"{one.plugin_name}: hook measure failed", quotes=True):
            one.function(*([readings] if one.argnames else []))


def _without_arguments(function: Callable[[], Any]) -> Callable[[AnyEvent], Any]:
    return lambda _event: function()


def _problem_of_form(subject: Subject) -> str | None:
    if problem := problem_of_subject_id(subject.id):
        return f"whose id {problem}"
    blocked: object = subject.blocked
    return None if isinstance(blocked, bool) else "whose blocked is no bool"


def _calls(manager: pluggy.PluginManager, name: str) -> tuple[_Call, ...]:
    return tuple((one.plugin_name, one.function, tuple(one.argnames)) for one in implementations(manager, name))
