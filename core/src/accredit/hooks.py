"""Call lifecycle hooks in the order the plugins were given, and fail closed.

The calls are not left to pluggy: its `firstresult` takes the first coroutine even where that resolves to None, and
its wrappers close before the awaited work begins.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pluggy

from accredit.errors import AccessDenied, PluginFailed
from accredit.events import ExchangeEvent
from accredit.logs import where
from accredit.models import ExtraClaims, Identity, Login, Subject

T = TypeVar("T")
_Call = tuple[str, Callable[..., Any], tuple[str, ...]]


class Hooks:
    """The lifecycle hooks of one engine, frozen at start-up."""

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self._resolve_subject = _calls(manager.hook.resolve_subject)
        self._authorize = _calls(manager.hook.authorize)
        self._claims = _calls(manager.hook.claims)
        self._observe = _calls(manager.hook.observe)

    async def resolve_subject(self, identity: Identity, client_id: str) -> Subject | None:
        """Return the first subject that a plugin names."""
        for call in self._resolve_subject:
            subject = await _guarded(call, {"identity": identity, "client_id": client_id}, Subject)
            if subject is not None:
                return subject
        return None

    async def authorize(self, login: Login) -> None:
        """Let every plugin refuse."""
        for call in self._authorize:
            await _guarded(call, {"login": login}, type(None))

    async def claims(self, login: Login) -> list[ExtraClaims]:
        """Collect every plugin's claims."""
        extras = [await _guarded(call, {"login": login}, ExtraClaims) for call in self._claims]
        return [extra for extra in extras if extra is not None]

    def observe(self, event: ExchangeEvent, failed: Callable[[str, str], None]) -> None:
        """Tell every plugin; one that raises is reported to `failed` and changes nothing."""
        for name, function, arguments in self._observe:
            try:
                function(**dict.fromkeys(arguments, event))
            except Exception as exc:  # an observer may fail in any way, and must not matter
                failed(name, where(exc))


def _calls(caller: pluggy.HookCaller) -> tuple[_Call, ...]:
    return tuple((hook.plugin_name, hook.function, tuple(hook.argnames)) for hook in caller.get_hookimpls())


async def _guarded(call: _Call, values: Mapping[str, Any], expected: type[T]) -> T | None:
    name, function, arguments = call
    try:
        result = await function(**{argument: values[argument] for argument in arguments})
    except AccessDenied:
        raise
    except Exception as exc:  # a hook may fail in any way, and each means no
        # Not chained: the hook's own message may quote what must not reach a log.
        raise PluginFailed(f"{name}: {where(exc)}") from None
    if result is not None and not isinstance(result, expected):
        raise PluginFailed(f"{name}: {function.__name__} returned {type(result).__name__}")
    return result
