"""Write the reference (errors, reasons, settings, commands, the kit's exports), the gallery of providers, and the
pictures: of the way of a login, of the house, and of a terminal on which the demonstration runs.

::

    python -m docs.generate

What a table says of a setting comes from the source text; values come from what Python makes of it. So a page cannot
say what the code does not, and a test compares the pages with the code. They stand in the repository, so that everybody
can read them without building anything. Classes and functions are put in by Sphinx, when the site is built.
"""

import inspect
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main
from docs import gallery, reasons
from docs.assigned import Attribute, attributes, attributes_of
from docs.markdown import cell, code, fence, table
from docs.pictures import made as pictures
from docs.pictures import terminal
from pydantic import BaseModel, SecretStr

from accredit import errors
from accredit.plugins import installed_entry_points
from accredit.settings import CodeSettings, ConnectionSettings, Settings
from accredit.settings.table import Table
from accredit.settings.unread_table import UnreadTable
from accredit.strategy import Strategy

CONSTANTS_OF_SETTINGS = (
    "accredit.settings.clients",
    "accredit.settings.tables",
    "accredit.settings.operator",
    "accredit.settings.plugins",
    "accredit.settings.connections",
    "accredit.settings.fields",
    "accredit.settings.private_key",
    "accredit.settings.table",
)
"""The modules of which the page of the settings lists what they assign."""
MODULES_OF_TESTING = (
    "accredit.testing.hosts.simulated",
    "accredit.testing.hosts.providers",
    "accredit.testing.hosts.people",
    "accredit.testing.hosts.login",
    "accredit.testing.exchange",
    "accredit.testing.between",
    "accredit.testing.simulator.simulator",
    "accredit.testing.simulator.people",
    "accredit.testing.simulator.serving",
    "accredit.testing.simulator.transport",
    "accredit.testing.simulator.installed",
    "accredit.testing.simulator.id_tokens",
    "accredit.testing.simulator.codes",
    "accredit.testing.simulator.faults",
)


def pages() -> dict[str, str]:
    """Return every page by its name, as Markdown."""
    made = {
        "errors": _errors(),
        "reasons": reasons.page(),
        "settings": _settings(),
        "commands": _commands(),
        "testing": _testing(),
    }
    return {page: "\n\n".join(parts).rstrip() + "\n" for page, parts in made.items()}


def write(folder: Path) -> None:
    """Write the pages into `folder`."""
    for page, text in pages().items():
        (folder / f"{page}.md").write_text(text, "utf-8")


def _from_code(*directives: str) -> str:
    """Return what Sphinx puts in when the site is built."""
    return fence("{eval-rst}", "\n\n".join(directives))


def _errors() -> Iterator[str]:
    yield "# Errors"
    yield "## What a client sees, and what the audit event says"
    yield (
        "`error` and `description` are the body's `error` and `error_description`; `reason` stands in the audit event. "
        "`<…>` is filled in. [Reasons in plain words](reasons.md) tells what each means."
    )
    rows = []
    for one in error_classes():
        error = example(one)
        alert = "alert" if one.alert else ""
        told = (code(one.__name__), str(one.status), code(one.error), code(one.reason), cell(error.description), alert)
        rows.append(told)
    yield table(("class", "status", "`error`", "`reason`", "`description`", ""), rows)
    yield "## The classes"
    yield _from_code(".. automodule:: accredit.errors")


def error_classes() -> list[type[errors.ExchangeError]]:
    """Return every error that ends an exchange, as the tree has them."""
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.ExchangeError)]
    return [one for one in found if one is not errors.ExchangeError]


def example(one: type[errors.ExchangeError]) -> errors.ExchangeError:
    """Return such an error, with the name of each argument in its place."""
    needed = [each for each in inspect.signature(one).parameters.values() if each.default is each.empty]
    return one(**{parameter.name: f"<{parameter.name}>" for parameter in needed})


def _settings() -> Iterator[str]:
    yield "# Settings"
    yield (
        "What an operator may write, table by table; [Configuration](../configuration.md) has a file with all of it. "
        "Durations and sizes carry their unit in their name."
    )
    yield "## At the top"
    yield _summary(Settings)
    tables = settings_tables()
    yield _settings_table(Settings, {name for name, kind in tables.items() if kind is Settings})
    for name, kind in tables.items():
        if kind is not Settings:
            yield f"## `[{name}]`"
            yield _summary(kind)
            yield _settings_table(kind)
    yield "## `[connections.NAME]`"
    yield _summary(ConnectionSettings)
    yield _settings_table(ConnectionSettings)
    for strategy in installed_strategies():
        kind = strategy.settings_type
        yield f"## `[connections.{strategy.name}]`"
        yield _summary(kind)
        yield _settings_table(kind, own_settings(kind))
    yield "## For strategies of your own"
    # Without their fields, of which Sphinx would show what pydantic makes of them: those stand in the tables above.
    properties = [name for name, value in vars(ConnectionSettings).items() if isinstance(value, property)]
    shown = "\n\n".join(f"   .. autoproperty:: {_home(ConnectionSettings)}.{name}" for name in properties)
    yield _from_code(
        f".. autoclass:: {_home(ConnectionSettings)}()\n   :no-members:\n\n{shown}",
        f".. autoclass:: {_home(UnreadTable)}",
        f".. autoclass:: {_home(Table)}()\n   :no-members:",
        f".. autoclass:: {_home(CodeSettings)}()\n   :no-members:",
    )
    yield _settings_table(CodeSettings, own_settings(CodeSettings))
    yield "### Constants"
    constants = [one for module in CONSTANTS_OF_SETTINGS for one in attributes(module)]
    yield table(("name", "meaning"), [(code(one.name), cell(one.doc) or code(one.default)) for one in constants])


def _summary(kind: type[BaseModel]) -> str:
    module = kind.__module__
    public = "accredit.settings" if module.startswith("accredit.settings.") else module
    about = inspect.cleandoc(kind.__doc__ or "").partition("\n\nRaises:")[0]
    return f"{about}\n\nIn code: {code(f'{public}.{kind.__name__}')}."


def _home(kind: type) -> str:
    return f"{kind.__module__}.{kind.__name__}"


def settings_tables() -> dict[str, type[BaseModel]]:
    """Return the model of each TOML table by the table's name; a plain value is a setting of `Settings` itself."""
    found: dict[str, type[BaseModel]] = {}
    for name, field in Settings.model_fields.items():
        if name == "connections":  # each is of its strategy's own kind
            continue
        arguments = getattr(field.annotation, "__args__", ())
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found[name] = field.annotation
        elif isinstance(arguments[-1:], tuple) and arguments and isinstance(arguments[-1], type):
            kind = arguments[-1]
            if issubclass(kind, BaseModel):
                found[f"{name}.NAME"] = kind
                continue
            found[name] = Settings
        else:
            found[name] = Settings
    return found


def installed_strategies() -> list[type[Strategy[Any]]]:
    """Return the strategies of all installed plugins, by name."""
    modules = {entry.name: entry.load() for entry in installed_entry_points()}
    found = {one.name: one for module in modules.values() for one in module.strategies()}
    return [found[name] for name in sorted(found)]


def own_settings(kind: type[BaseModel]) -> set[str]:
    """Return the settings that a strategy adds to those of every connection."""
    return set(kind.model_fields) - set(ConnectionSettings.model_fields)


def _settings_table(kind: type[BaseModel], only: set[str] | None = None) -> str:
    written: dict[str, Attribute] = {}
    for base in reversed(kind.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            written |= {one.name: one for one in attributes_of(base)}
    rows = []
    for name, field in kind.model_fields.items():
        if only is None or name in only:
            default = "required" if field.is_required() else code(_toml(field.default))
            rows.append((code(name), _kind(written[name].type), default, cell(written[name].doc)))
    return table(("setting", "value", "default", "meaning"), rows)


_KINDS = (
    ("ListOf", "list of text"),
    ("Secret", "secret text"),
    ("Url", "URL"),
    ("Names", "list of text"),
    ("bool", "true or false"),
    ("int", "whole number"),
    ("float", "number"),
)


def _kind(annotation: str) -> str:
    """Say what to write, in an operator's words."""
    if choices := re.findall(r"'([^']+)'", annotation) if annotation.startswith("Literal") else []:
        return " or ".join(code(f'"{choice}"') for choice in choices)
    if annotation.startswith("Authorization"):
        constants = attributes("accredit.settings.clients")
        return _kind(next(one.default for one in constants if one.name == "Authorization"))
    return next((word for part, word in _KINDS if part in annotation), "text")


def _toml(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case tuple():
            return "[" + ", ".join(_toml(one) for one in value) + "]"
        case SecretStr():  # what the code says is no secret
            return _toml(value.get_secret_value())
        case str():
            return f'"{value}"'
        case _:
            return str(value)


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield "What each command says of itself. [Command line](../command-line.md) says which to use when."
    for name, said in helps().items():
        yield f"## `{name}`"
        yield fence("text", said)


def helps() -> dict[str, str]:
    """Return the help of every command, and of every command below it."""
    from typer.testing import CliRunner

    from accredit.cli.app import app

    environment = {**os.environ, "COLUMNS": "100"}
    found = {}
    for words in _commands_below(typer.main.get_command(app)):
        said = CliRunner().invoke(app, [*words, "--help"], prog_name="accredit", env=environment)
        found[" ".join(("accredit", *words))] = said.output.rstrip()
    return found


def _commands_below(command: Any, *words: str) -> Iterator[tuple[str, ...]]:
    yield words
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands_below(below, *words, name)


def _testing() -> Iterator[str]:
    import accredit.testing
    from accredit.testing import FAULTS

    yield "# The kit for tests"
    yield "Comes with `accredit[testing]`. What stands in the table is imported from `accredit.testing`."
    constants = {one.name: one.doc for module in MODULES_OF_TESTING for one in attributes(module)}
    rows = []
    for name in sorted(accredit.testing.__all__):
        doc = constants[name] if name in constants else inspect.getdoc(getattr(accredit.testing, name)) or ""
        rows.append((code(name), cell(doc.partition("\n")[0])))
    yield table(("name", "what it is"), rows)
    yield "## Faults"
    yield "A token that ends in `~NAME` or `~NAME-NUMBER` makes every simulator misbehave, for that token alone."
    yield table(("fault", "what it does"), [(code(f"~{name}"), cell(about)) for name, about in FAULTS.items()])
    for module in MODULES_OF_TESTING:
        yield f"## {code(module)}"
        yield _from_code(f".. automodule:: {module}")


if __name__ == "__main__":
    write(Path(__file__).parent / "reference/code")
    gallery.write()
    pictures.write()
    terminal.write()
