"""Settings from environment variables: `ACCREDIT_TOKENS__ACCESS_TTL_S` is `tokens.access_ttl_s`.

Case does not matter, and `_` also stands for `-`, which shells do not allow in names. Values stay text until the
settings model reads them, so that an app id of digits is not turned into a number.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from accredit.errors import ConfigurationError
from accredit.settings.sentences import nearest, paths
from accredit.settings.top import Settings

CONFIG = "ACCREDIT_CONFIG"
"""The variable that names the settings file."""
SECRETS = "ACCREDIT_SECRETS"
"""The variable that names a folder of secrets: see `accredit.settings.secrets`."""
PREFIX = "ACCREDIT_"
"""What the names of our variables begin with."""
_NAMED_BY_OPERATOR = {"connections", "clients", "plugins"}
_OPTIONS = {"host", "port"}
"""What `accredit serve` takes from its command line, and looks like a setting."""
_SERVICE = re.compile(
    r"ACCREDIT(_[A-Z0-9]+)*_"
    r"(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9]+)*|PORT_[0-9]+_(TCP|UDP|SCTP)(_PROTO|_PORT|_ADDR)?)"
)
"""What Kubernetes puts into every pod beside a Service called `accredit` or `accredit-…`.
Source: https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables"""
_SERVICE_URL = re.compile(r"ACCREDIT(_[A-Z0-9]+)*_PORT=(tcp|udp|sctp)://.*")
"""`ACCREDIT_PORT=8000`, on the other hand, is an operator's wish, and would be in vain."""


def override(tables: dict[str, Any], environ: Mapping[str, str]) -> list[str]:
    """Put the values of our variables into `tables`; those of Kubernetes are left alone.

    Returns a sentence for each that is called like one of ours, and names no setting.

    Raises:
        ConfigurationError: a variable lies below one that has a value.
    """
    unknown = []
    for name, value in _ours(environ):
        path = name[len(PREFIX) :].lower().split("__")
        if _is_setting(path):
            _set(tables, path, value, name)
        else:
            unknown.append(f"environment variable {name}: there is no such setting{_suggestion(path)}")
    return unknown


def variable(*path: str) -> str:
    """Return the name of the variable that holds a setting."""
    return PREFIX + "__".join(path).replace("-", "_").upper()


def _ours(environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in sorted(environ.items()):
        if (
            name.upper().startswith(PREFIX)
            and name.upper() not in {CONFIG, SECRETS}
            and not _is_of_a_service(name, value)
        ):
            yield name, value


def _is_of_a_service(name: str, value: str) -> bool:
    return bool(_SERVICE.fullmatch(name) or _SERVICE_URL.fullmatch(f"{name}={value}"))


def _is_setting(path: list[str]) -> bool:
    kind: Any = Settings
    for part in path:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            if part in kind.model_fields:
                kind = kind.model_fields[part].annotation
            elif kind.model_config.get("extra") == "allow":  # a plugin's own table
                return len(path) > 2
            else:
                return False
        elif get_origin(kind) is dict:
            kind = get_args(kind)[-1]
        else:  # what lies deeper is for the model to judge, or the strategy
            return True
    return True


def _suggestion(path: list[str]) -> str:
    if path[0] in _OPTIONS and len(path) == 1:
        return f"; the {path[0]} is an option: accredit serve --{path[0]}"
    known = [*paths(Settings, path), ("config",), ("secrets",)]
    tables = {one[:-1] for one in known}  # no variable holds a whole table
    near = _in_the_right_table(path) or nearest(path, [one for one in known if one not in tables])
    return "" if near is None else f"; did you mean {PREFIX}{'__'.join(near).upper()}?"


def _in_the_right_table(path: list[str]) -> list[str] | None:
    """Return the path with the name of an operator's tables set right, None where there is no slip in it."""
    table = nearest(path[:1], [(name,) for name in sorted(_NAMED_BY_OPERATOR)])
    right = [*(table or []), *path[1:]]
    return right if table and len(right) > 2 and _is_setting(right) else None


def _set(tables: dict[str, Any], path: list[str], value: str, name: str) -> None:
    table = tables
    for depth, part in enumerate(path[:-1]):
        operators_name = depth == 1 and path[0] in _NAMED_BY_OPERATOR
        key = _existing(table, part) or (part.replace("_", "-") if operators_name else part)
        table = table.setdefault(key, {})
        if not isinstance(table, dict):
            raise ConfigurationError(f"environment variable {name}: {'.'.join(path[: depth + 1])} is not a table")
    table[_existing(table, path[-1]) or path[-1]] = value


def _existing(table: Mapping[str, Any], part: str) -> str | None:
    return next((key for key in table if key.lower().replace("-", "_") == part), None)
