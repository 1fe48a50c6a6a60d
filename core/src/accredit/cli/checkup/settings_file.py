"""May others read a settings file that holds secrets?"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from pydantic import SecretStr

from accredit.cli.checkup.files import others_may_read
from accredit.cli.checkup.finding import Examiner, Finding
from accredit.cli.tools.inventory import settings_type_of
from accredit.errors import ConfigurationError
from accredit.settings import ConnectionSettings
from accredit.settings.load import read_file

_examiner = Examiner("configuration")


def examine_settings_file(path: Path | None) -> Iterator[Finding]:
    """Warn about secrets in a file that others may read. One without secrets may lie open."""
    if path is None or not path.is_file() or not others_may_read(path):
        return
    try:
        secrets = ", ".join(_secrets(read_file(path)))
    except ConfigurationError:
        return  # another finding says why it cannot be read
    if secrets:
        change = f"run: chmod 600 {path}; or move what is secret into the environment"
        yield _examiner.warn(str(path), f"others may read it, and it holds {secrets}", change)


def _secrets(tables: Mapping[str, Any]) -> Iterator[str]:
    """Name the settings that are secret. Of a strategy that nobody knows each may be, and of a plugin for servers."""
    if _has_password(tables.get("proxy")):
        yield "proxy"
    for name in ("storage", "cache"):
        if _has_password(_table(tables, name).get("url")):
            yield f"{name}.url"
    for name in ("keys", "cache"):
        if "encryption_key" in _table(tables, name):
            yield f"{name}.encryption_key"
    connections = _table(tables, "connections")
    for name in connections:
        table = _table(connections, name)
        settings_type, _ = settings_type_of(str(table.get("strategy") or name))
        fields = (settings_type or ConnectionSettings).model_fields
        for setting in table:
            field = fields.get(setting)
            if field is None or _is_secret(field.annotation):
                yield f"connections.{name}.{setting}"
    plugins = _table(tables, "plugins")
    for name in plugins:
        for setting, value in _table(plugins, name).items():
            if not isinstance(value, bool):
                yield f"plugins.{name}.{setting}"


def _table(tables: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = tables.get(name)
    return table if isinstance(table, dict) else {}


def _has_password(url: object) -> bool:
    """Tell whether a URL holds one; one that cannot be read may."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return True
    return bool(parts.password) or "password=" in parts.query


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(map(_is_secret, get_args(annotation)))
