"""What a plugin keeps of a token or a secret shows in no `repr`: a value there would come into logs and tracebacks."""

import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import pytest
from pydantic import SecretStr

PLUGINS = sorted(path.parent.name for path in (Path(__file__).parents[2] / "plugins").glob("*/pyproject.toml"))


def values_of(plugin: str) -> Iterator[type]:
    """Yield the named tuples and dataclasses of a plugin, but for its simulator's: that one has no secrets."""
    package = import_module(f"accredit_{plugin.replace('-', '_')}")
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    for name in [package.__name__, *(one.name for one in found if ".simulator" not in one.name)]:
        module = import_module(name)
        for value in vars(module).values():
            if (
                inspect.isclass(value)
                and value.__module__ == name
                and (is_dataclass(value) or hasattr(value, "_fields"))
            ):
                yield value


def shown(value: type) -> list[str]:
    """Return the fields of text that its `repr` shows, and that have the name of a secret."""
    known: dict[str, Field[Any]] = {one.name: one for one in fields(value)} if is_dataclass(value) else {}
    return [
        name
        for name, hint in get_type_hints(value).items()
        if is_secret(value, name) and holds_text(hint) and (name not in known or known[name].repr)
    ]


def is_secret(value: type, name: str) -> bool:
    if name == "value":
        return "token" in value.__name__.lower()
    return name == "form" or "token" in name or "secret" in name


def holds_text(hint: Any) -> bool:
    return hint in (str, bytes) or (get_origin(hint) is not None and any(holds_text(part) for part in get_args(hint)))


class Shows(NamedTuple):
    """What must not be."""

    access_token: str
    id_token: str | None
    form: dict[str, str]
    client_secret: SecretStr
    scopes: frozenset[str]
    expires_at: int


@dataclass(frozen=True, slots=True)
class NewToken:
    """Half of what must not be."""

    value: str
    refresh_token: str | None = field(repr=False)
    open_id: str


def test_what_shows_itself_is_found() -> None:
    assert shown(Shows) == ["access_token", "id_token", "form"]
    assert shown(NewToken) == ["value"]


def test_values_are_found() -> None:
    assert {value.__name__ for value in values_of("oidc")} >= {"Exchanged", "Proof"}


@pytest.mark.parametrize("plugin", PLUGINS)
def test_no_value_of_a_plugin_shows_a_secret(plugin: str) -> None:
    assert {value.__qualname__: names for value in values_of(plugin) if (names := shown(value))} == {}
