"""What a Strategy class must look like, so that a slip stops start-up and not somebody's login."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from accredit.credentials import LONGEST_EXTRA, CredentialKind
from accredit.parameters import LONGEST
from accredit.settings import CodeSettings, ConnectionSettings
from accredit.settings.connections import Namespace
from accredit.strategy import Strategy, Trait, UserIdScope

_NAMESPACE: TypeAdapter[str] = TypeAdapter(Namespace)
"""A strategy's name is the namespace of its users where no other is set."""
_METHODS = {
    "verify": ("credential", "ctx"),
    "kind_of": ("value",),
    "check_credentials": ("ctx",),
    "revoke": ("token", "ctx"),
    "read_notice": ("request", "ctx"),
    "confirms": ("code",),
    "normalize": ("verification",),
}
"""What a strategy is asked by, and what it is given."""
_PLAIN = frozenset({"normalize", "kind_of", "confirms"})
_HOUR_S = 3600
_KINDS = frozenset(get_args(CredentialKind))
_PARAMETER = re.compile(r"[a-z][a-z0-9_]{0,49}")
_TAKEN = frozenset(
    {*LONGEST, "grant_type", "client_secret", "client_assertion", "client_assertion_type", "resource"}
) | {
    *("subject_token", "subject_token_type", "requested_token_type", "actor_token", "actor_token_type"),
}
"""Parameters that mean the same for every connection, on either wire."""
_STANDARD_TYPES = "urn:ietf:params:oauth:token-type:"


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
    if problem := _problem_of_credentials(strategy_type):
        return problem
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


def _problem_of_credentials(strategy_type: type[Strategy[Any]]) -> str | None:
    accepts: object = getattr(strategy_type, "accepts", None)
    if not isinstance(accepts, frozenset) or not accepts or not accepts <= _KINDS:
        return f"has accepts that is no frozenset of {', '.join(sorted(_KINDS))}"
    if "code" in accepts and not issubclass(strategy_type.settings_type, CodeSettings):
        return "accepts codes, and has a settings_type that is no CodeSettings"
    reads: object = getattr(strategy_type, "reads", None)
    if not isinstance(reads, Mapping) or not all(_can_be_read(name, most) for name, most in reads.items()):
        return (
            "has reads that is no mapping of names of parameters, such as device_id, to the most characters of each, "
            f"from 1 to {LONGEST_EXTRA}; those that every request has are taken"
        )
    token_types: object = getattr(strategy_type, "token_types", None)
    if not isinstance(token_types, Mapping) or not all(
        isinstance(name, str) and ":" in name and not name.startswith(_STANDARD_TYPES) and kind in accepts
        for name, kind in token_types.items()
    ):
        return "has token_types that is no mapping of URIs of its own to kinds that it accepts"
    if not isinstance(getattr(strategy_type, "supports_pkce", None), bool):
        return "has a supports_pkce that is neither True nor False"
    return None


def _can_be_read(name: object, most: object) -> bool:
    if not isinstance(name, str) or not _PARAMETER.fullmatch(name):
        return False
    is_free = name == "id_token" or name not in _TAKEN
    return is_free and type(most) is int and 1 <= most <= LONGEST_EXTRA


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
