"""What a Strategy class must look like, so that a slip stops start-up and not somebody's login."""

import inspect
from collections.abc import Callable
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from accredit.settings import ConnectionSettings
from accredit.settings.connections import Namespace
from accredit.strategy import Strategy, Trait, UserIdScope

_NAMESPACE: TypeAdapter[str] = TypeAdapter(Namespace)
"""A strategy's name is the namespace of its users where no other is set."""
_METHODS = {
    "verify": ("token", "ctx"),
    "check_credentials": ("ctx",),
    "revoke": ("token", "ctx"),
    "read_notice": ("request", "ctx"),
    "confirms": ("code",),
    "normalize": ("verification",),
}
"""What a strategy is asked by, and what it is given."""
_PLAIN = frozenset({"normalize", "confirms"})
_HOUR_S = 3600


def problem_of_class(strategy_type: type[Strategy[Any]]) -> str | None:
    """Say what keeps a Strategy class from being used, None where nothing does."""
    if inspect.isabstract(strategy_type):
        return f"does not implement {', '.join(sorted(strategy_type.__abstractmethods__))}"
    name: object = getattr(strategy_type, "name", None)
    if not isinstance(name, str) or not name:
        return "has no name"
    if not _can_begin_a_subject(name):
        return "has a name that cannot begin a subject: 1 to 50 ASCII letters, digits, dots, hyphens and underscores"
    settings_type: object = getattr(strategy_type, "settings_type", None)
    if not (isinstance(settings_type, type) and issubclass(settings_type, ConnectionSettings)):
        return "has a settings_type that is no ConnectionSettings"
    scope: object = getattr(strategy_type, "user_id_scope", None)
    if scope not in get_args(UserIdScope):
        return f"has a user_id_scope that is none of {', '.join(get_args(UserIdScope))}"
    traits: object = getattr(strategy_type, "traits", None)
    if not isinstance(traits, frozenset) or not traits <= set(get_args(Trait)):
        return f"has traits that are no frozenset of {', '.join(get_args(Trait))}"
    refusals_cached_s: object = getattr(strategy_type, "refusals_cached_s", None)
    if not _is_number(refusals_cached_s, most=_HOUR_S):
        return "has a refusals_cached_s that is no number of seconds from 0 to 3600"
    if not isinstance(getattr(strategy_type, "paths_name_nobody", None), bool):
        return "has a paths_name_nobody that is neither True nor False"
    problems = (_problem_of_method(strategy_type, method, given) for method, given in _METHODS.items())
    return next((problem for problem in problems if problem), None)


def _is_number(value: object, *, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _can_begin_a_subject(name: str) -> bool:
    try:
        _NAMESPACE.validate_python(name)
    except ValidationError:
        return False
    return True


def _problem_of_method(strategy_type: type[Strategy[Any]], name: str, given: tuple[str, ...]) -> str | None:
    method: Any = getattr(strategy_type, name)
    call = f"{name}({', '.join(given)})"
    if name not in _PLAIN and not inspect.iscoroutinefunction(method):
        return f"has a {name} that is no coroutine function: write `async def {call}`"
    if name in _PLAIN and not _is_plain(method):
        return f"has a {name} that is no plain function: write `def {call}`, which neither awaits nor yields"
    is_bound = isinstance(inspect.getattr_static(strategy_type, name), classmethod | staticmethod)
    if not _takes(method, len(given) if is_bound else len(given) + 1):
        return f"has a {name} that cannot be called as {call}"
    return None


def _is_plain(method: object) -> bool:
    kinds = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
    return callable(method) and not any(is_kind(method) for is_kind in kinds)


def _takes(function: Callable[..., object], arguments: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * arguments)
    except TypeError:
        return False
    except ValueError:  # of what is written in C nobody knows
        return True
    return True
