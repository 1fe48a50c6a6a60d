"""Write the reference: one page a subject, from the code itself. `conf.py` runs this before each build.

Signatures, fields and docstrings come from the source text; values (of settings, errors, commands) from what Python
makes of it. So a page cannot say what the code does not.
"""

import ast
import importlib
import inspect
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer.main
from docs.prose import cell, code, fence, prose, table
from pydantic import BaseModel

from accredit import errors
from accredit.plugins import installed_entry_points
from accredit.settings import ConnectionSettings, Settings
from accredit.settings.connection_table import ConnectionTable
from accredit.settings.table import Table
from accredit.strategy import Strategy

MODULES = {
    "application": ("accredit.exchange", "accredit.engine", "accredit.asgi", "accredit.configuration"),
    "strategies": ("accredit.strategy", "accredit.http", "accredit.id_token"),
    "values": ("accredit.audience", "accredit.profile", "accredit.text", "accredit.models"),
    "errors": ("accredit.errors",),
    "hooks": ("accredit.hookspecs", "accredit.events"),
    "settings": (
        "accredit.settings.top",
        "accredit.settings.clients",
        "accredit.settings.tables",
        "accredit.settings.connections",
        "accredit.settings.connection_table",
        "accredit.settings.fields",
        "accredit.settings.table",
    ),
    "commands": ("accredit.cli",),
    "testing": (
        "accredit.testing.workbench",
        "accredit.testing.simulator",
        "accredit.testing.people",
        "accredit.testing.serving",
        "accredit.testing.transport",
        "accredit.testing.installed",
        "accredit.testing.id_tokens",
        "accredit.testing.faults",
    ),
}
"""Page → the modules it is made from."""

LINE = 90

TITLES = {
    "application": "Exchange and app",
    "strategies": "Strategies",
    "values": "Proofs, profiles and other values",
    "errors": "Errors",
    "hooks": "Hooks and events",
    "settings": "Settings",
    "commands": "Commands",
    "testing": "The kit for plugin authors",
}
ABOUT = {
    "application": "What a host calls: the exchange, its HTTP edge, and where settings come from.",
    "strategies": "What a plugin implements, and all it may use to reach its provider.",
    "values": "What travels through an exchange. All of it is frozen, and none shows a secret in its `repr`.",
    "testing": "Comes with `accredit[testing]`. What stands in the table is imported from `accredit.testing`.",
}


def pages() -> dict[str, str]:
    """Return every page by its name, as Markdown."""
    special = {"errors": _errors, "settings": _settings, "commands": _commands, "hooks": _hooks, "testing": _testing}
    made = {page: special.get(page, _ordinary)(page) for page in MODULES}
    return {"index": _index(), **{page: "\n\n".join(parts).rstrip() + "\n" for page, parts in made.items()}}


def write(folder: Path) -> None:
    """Write the pages into `folder`; a file that is right already is not touched, so that a rebuild is quick."""
    folder.mkdir(exist_ok=True)
    for page, text in pages().items():
        path = folder / f"{page}.md"
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")


def _index() -> str:
    listed = "\n".join(f"* [{TITLES[page]}]({page}.md): {', '.join(map(code, MODULES[page]))}" for page in MODULES)
    return f"# Reference\n\nWhat the code says of itself, made from it at each build.\n\n{listed}\n"


def _ordinary(page: str) -> Iterator[str]:
    yield f"# {TITLES[page]}"
    yield ABOUT[page]
    for module in MODULES[page]:
        yield from describe(module)


# -- modules


@dataclass(frozen=True)
class Attribute:
    """A field, an enumeration's member or a constant."""

    name: str
    type: str
    default: str
    doc: str


def describe(module: str) -> Iterator[str]:
    """Yield the sections of one module: its classes, functions and constants, in the order of the source."""
    tree = _tree(module)
    yield f"## {code(module)}"
    yield prose(ast.get_docstring(tree) or "")
    constants = _attributes(tree.body)
    for node in _public(tree):
        if isinstance(node, ast.ClassDef):
            yield from _class(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _function(node, "###")
    if constants:
        yield "### Constants"
        rows = [
            (code(one.name), code(one.default) if len(one.default) < 60 else "", cell(one.doc)) for one in constants
        ]
        yield table(("name", "value", "meaning"), rows)


def names(module: str) -> list[str]:
    """Return the public names that a module defines."""
    tree = _tree(module)
    return [node.name for node in _public(tree)] + [one.name for one in _attributes(tree.body)]


def _tree(module: str) -> ast.Module:
    return ast.parse(inspect.getsource(importlib.import_module(module)))


def _public(tree: ast.Module) -> list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]


def _class(node: ast.ClassDef) -> Iterator[str]:
    bases = ", ".join(base for base in map(ast.unparse, node.bases) if not base.startswith("_"))
    yield f"### class {code(node.name)}"
    if bases:
        yield f"A kind of {code(bases)}."
    yield prose(ast.get_docstring(node) or "")
    if fields := _attributes(node.body):
        rows = [(code(one.name), code(one.type), code(one.default), cell(one.doc)) for one in fields]
        yield table(("field", "type", "default", "meaning"), rows)
    for member in node.body:
        if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef) and (
            not member.name.startswith("_") or member.name in {"__init__", "__call__"}
        ):
            yield from _function(member, "####")


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, level: str) -> Iterator[str]:
    doc = ast.get_docstring(node)
    if node.name == "__init__" and not doc and len(node.args.args) + len(node.args.kwonlyargs) == 1:
        return
    decorators = {ast.unparse(one) for one in node.decorator_list}
    yield f"{level} {code(node.name)}"
    kind = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    if "property" in decorators:
        yield fence("python", f"{node.name}{returns.replace(' ->', ':')}")
    else:
        yield fence("python", _wrapped(f"{kind}def {node.name}(", _arguments(node), f"){returns}"))
    if doc:
        yield prose(doc)


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    given = node.args
    without_default: list[ast.expr | None] = [None] * (len(given.args) - len(given.defaults))
    found = [_argument(*pair) for pair in zip(given.args, [*without_default, *given.defaults], strict=True)]
    if given.kwonlyargs:
        found += ["*", *(_argument(*pair) for pair in zip(given.kwonlyargs, given.kw_defaults, strict=True))]
    return [one for one in found if one not in {"self", "cls"}]


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + ("" if default is None else f" = {ast.unparse(default)}")


def _wrapped(before: str, arguments: list[str], after: str) -> str:
    line = f"{before}{', '.join(arguments)}{after}"
    return line if len(line) <= LINE else f"{before}\n    {f',{chr(10)}    '.join(arguments)},\n{after}"


def _attributes(body: list[ast.stmt]) -> list[Attribute]:
    """Return what is assigned in a class or module, with the string below it."""
    found = []
    for node, after in zip(body, [*body[1:], None], strict=True):
        target: ast.expr
        if isinstance(node, ast.AnnAssign):
            target, annotation, value = node.target, ast.unparse(node.annotation), node.value
        elif isinstance(node, ast.Assign):
            target, annotation, value = node.targets[0], "", node.value
        else:
            continue
        if not isinstance(target, ast.Name) or target.id.startswith("_") or _is_machinery(target.id, value):
            continue
        doc = ""
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str):
            doc = inspect.cleandoc(after.value.value)
        found.append(Attribute(target.id, annotation, _default(value), doc))
    return found


def _default(value: ast.expr | None) -> str:
    """Return a default as it is in the end: what `field(...)` and `Field(...)` lead to."""
    if value is None:
        return ""
    if isinstance(value, ast.Call) and ast.unparse(value.func) in {"field", "Field"}:
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in value.keywords}
        return f"{given['default_factory']}()" if "default_factory" in given else given.get("default", "")
    return ast.unparse(value)


def _is_machinery(name: str, value: ast.expr | None) -> bool:
    makes = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
    return name == "model_config" or makes.rpartition(".")[2] in {"TypeVar", "ParamSpec"}


# -- pages of their own form


def _errors(page: str) -> Iterator[str]:
    yield f"# {TITLES[page]}"
    yield prose(errors.__doc__ or "")
    yield "## What a client sees, and what the audit event says"
    yield (
        "`error` and `description` are the body's `error` and `error_description`; `reason` stands in the audit event. "
        "`<…>` is filled in."
    )
    rows = []
    for one in error_classes():
        error = example(one)
        alert = "alert" if one.alert else ""
        told = (code(one.__name__), str(one.status), code(one.error), code(one.reason), cell(error.description), alert)
        rows.append(told)
    yield table(("class", "status", "`error`", "`reason`", "`description`", ""), rows)
    yield "## The classes"
    for node in _public(_tree("accredit.errors")):
        yield from _class(node) if isinstance(node, ast.ClassDef) else _function(node, "###")


def error_classes() -> list[type[errors.ExchangeError]]:
    """Return every error that ends an exchange, as the tree has them."""
    found = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.ExchangeError)]
    return [one for one in found if one is not errors.ExchangeError]


def example(one: type[errors.ExchangeError]) -> errors.ExchangeError:
    """Return such an error, with the name of each argument in its place."""
    needed = [one for one in inspect.signature(one).parameters.values() if one.default is one.empty]
    in_order = [f"<{parameter.name}>" for parameter in needed if parameter.kind is not parameter.KEYWORD_ONLY]
    by_name = {parameter.name: parameter.name for parameter in needed if parameter.kind is parameter.KEYWORD_ONLY}
    return one(*in_order, **by_name)


def _hooks(page: str) -> Iterator[str]:
    yield f"# {TITLES[page]}"
    yield from describe("accredit.hookspecs")
    yield from describe("accredit.events")


def _settings(page: str) -> Iterator[str]:
    yield f"# {TITLES[page]}"
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
    for node in map(_class_of, (ConnectionSettings, ConnectionTable, Table)):
        yield from _class(node)
    yield "### Constants"
    constants = [one for module in MODULES[page] for one in _attributes(_tree(module).body)]
    yield table(("name", "meaning"), [(code(one.name), cell(one.doc) or code(one.default)) for one in constants])


def _summary(kind: type[BaseModel]) -> str:
    module = kind.__module__
    public = "accredit.settings" if module in MODULES["settings"] else module
    return f"{prose(inspect.cleandoc(kind.__doc__ or ''))}\n\nIn code: {code(f'{public}.{kind.__name__}')}."


def _classes(tree: ast.Module) -> list[ast.ClassDef]:
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def settings_tables() -> dict[str, type[BaseModel]]:
    """Return the model of each TOML table by the table's name; a plain value is a setting of `Settings` itself."""
    found: dict[str, type[BaseModel]] = {}
    for name, field in Settings.model_fields.items():
        arguments = getattr(field.annotation, "__args__", ())
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            found[name] = field.annotation
        elif isinstance(arguments[-1:], tuple) and arguments and isinstance(arguments[-1], type):
            kind = arguments[-1]
            if issubclass(kind, BaseModel):
                found[f"{name}.NAME"] = kind
                continue
            found[name] = Settings
        elif name != "connections":
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
    docs: dict[str, Attribute] = {}
    for base in reversed(kind.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            docs |= {one.name: one for one in _fields(base)}
    rows = []
    for name, field in kind.model_fields.items():
        if only is None or name in only:
            default = "required" if field.is_required() else code(_toml(field.default))
            rows.append((code(name), _kind(docs[name].type), default, cell(docs[name].doc)))
    return table(("setting", "value", "default", "meaning"), rows)


def _fields(kind: type[BaseModel]) -> list[Attribute]:
    return _attributes(_class_of(kind).body)


def _class_of(kind: type) -> ast.ClassDef:
    return next(node for node in _classes(_tree(kind.__module__)) if node.name == kind.__name__)


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
        constants = _attributes(_tree("accredit.settings.clients").body)
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
        case str():
            return f'"{value}"'
        case _:
            return str(value)


def _commands(page: str) -> Iterator[str]:
    yield f"# {TITLES[page]}"
    yield "What each command says of itself. [Command line](../command-line.md) says which to use when."
    for name, said in helps().items():
        yield f"## `{name}`"
        yield fence("text", said)


def helps() -> dict[str, str]:
    """Return the help of every command, and of every command below it."""
    from typer.testing import CliRunner

    from accredit.cli import app

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


def _testing(page: str) -> Iterator[str]:
    import accredit.testing
    from accredit.testing.faults import FAULTS

    yield f"# {TITLES[page]}"
    yield ABOUT[page]
    rows = []
    for name in sorted(accredit.testing.__all__):
        doc = inspect.getdoc(getattr(accredit.testing, name))
        is_constant = isinstance(getattr(accredit.testing, name), str | tuple)
        rows.append((code(name), "" if is_constant or doc is None else cell(doc.partition("\n")[0])))
    yield table(("name", "what it is"), rows)
    yield "## Faults"
    yield "A token that ends in `~NAME` or `~NAME-NUMBER` makes every simulator misbehave, for that token alone."
    yield table(("fault", "what it does"), [(code(f"~{name}"), cell(about)) for name, about in FAULTS.items()])
    for module in MODULES[page]:
        yield from describe(module)
