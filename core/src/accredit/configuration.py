"""Read settings: one TOML file, every value overridable by the environment.

An environment variable names a path through the tables: `ACCREDIT_CONNECTIONS__FACEBOOK__APP_SECRET` is
`connections.facebook.app_secret`. Case does not matter, and `_` also stands for `-`, which shells do not allow in
names: `ACCREDIT_CONNECTIONS__GOOGLE_OAUTH2__CLIENT_IDS=a,b`. Values stay text until the settings model reads them, so
an app id of digits is not turned into a number.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from accredit.errors import ConfigurationError
from accredit.settings import Settings

PREFIX = "ACCREDIT_"
_NOT_SETTINGS = {"ACCREDIT_CONFIG"}
_NAMED_BY_OPERATOR = {"connections", "clients"}


def load_settings(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of a TOML file (by default `ACCREDIT_CONFIG`, or none) and the environment.

    Raises:
        ConfigurationError: the file cannot be read, or a value is wrong; the message names it, not what it holds.
    """
    environ = os.environ if environ is None else environ
    if path is None and (named := environ.get("ACCREDIT_CONFIG")):
        path = Path(named)
    tables = {} if path is None else _read(path)
    for name, value in sorted(environ.items()):
        if name.upper().startswith(PREFIX) and name.upper() not in _NOT_SETTINGS:
            _override(tables, name[len(PREFIX) :].lower().split("__"), value, name)
    try:
        return Settings.model_validate(tables)
    except ValidationError as exc:
        problems = "; ".join(f"setting {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors())
        raise ConfigurationError(problems) from None  # pydantic's own text may quote values


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as exc:
        raise ConfigurationError(f"cannot read {path}: {exc.strerror}") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigurationError(f"{path} is not valid TOML: {exc}") from exc


def _override(tables: dict[str, Any], path: list[str], value: str, name: str) -> None:
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
