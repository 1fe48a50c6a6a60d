"""The section of one module on a page of the reference."""

import ast
import importlib
from collections.abc import Iterator, Sequence

from docs.prose import cell, code, fence, prose, table
from docs.signatures import (
    FUNCTIONS,
    Attribute,
    Function,
    attributes,
    constructor,
    is_overload,
    signature,
    tree_of,
)

_CALLED_BY_PYTHON = {"__call__", "__aenter__", "__aexit__", "__enter__", "__exit__"}
"""Special methods that a reader calls, by parentheses or by `with`."""


def describe(module: str) -> Iterator[str]:
    """Yield the sections of one module: its classes, functions and constants, in the order of the source."""
    tree = tree_of(module)
    yield f"## {code(module)}"
    yield prose(ast.get_docstring(tree) or "")
    yield from describe_definitions(module)
    if constants := _constants(tree):
        yield from _described(constants)


def _described(constants: list[Attribute]) -> Iterator[str]:
    """Yield a table of constants; what one says in further paragraphs stands below it."""
    yield "### Constants"
    parts = [(one, *one.doc.partition("\n\n")) for one in constants]
    rows = [(code(one.name), code(_shown(one.default)), cell(first)) for one, first, _, _ in parts]
    yield table(("name", "value", "meaning"), rows)
    for one, _, _, rest in parts:
        if rest:
            yield f"{code(one.name)}:\n\n{prose(rest)}"


def _shown(value: str) -> str:
    """Return a constant's value where it says something: it is short, or a list of what may be written."""
    return value if len(value) < 60 or value.startswith("Literal") else ""


def describe_definitions(module: str) -> Iterator[str]:
    """Yield the sections of a module's classes and functions."""
    overloads: list[Function] = []
    for node in _definitions(tree_of(module)):
        if isinstance(node, ast.ClassDef):
            yield from describe_class(node, module)
        elif is_overload(node):
            overloads.append(node)
        else:
            yield from _function(node, "###", overloads)
            overloads = []


def names(module: str) -> list[str]:
    """Return the public names that a module defines."""
    tree = tree_of(module)
    return list(dict.fromkeys(node.name for node in _definitions(tree))) + [one.name for one in _constants(tree)]


def _definitions(tree: ast.Module) -> list[ast.ClassDef | Function]:
    kinds = (ast.ClassDef, *FUNCTIONS)
    return [node for node in tree.body if isinstance(node, kinds) and _is_public(node.name, tree)]


def _constants(tree: ast.Module) -> list[Attribute]:
    return [one for one in attributes(tree.body) if _is_public(one.name, tree)]


def _is_public(name: str, tree: ast.Module) -> bool:
    """Follow `__all__`, where the module has one, else the underscore."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return name in ast.literal_eval(node.value)
    return not name.startswith("_")


def describe_class(node: ast.ClassDef, module: str) -> Iterator[str]:
    """Yield the section of a class: how it is made, what it holds, what it does."""
    bases = ", ".join(base for base in map(ast.unparse, node.bases) if not base.startswith("_"))
    yield f"### class {code(node.name)}"
    if bases:
        yield f"A kind of {code(bases)}."
    called = constructor(getattr(importlib.import_module(module), node.name))
    if called:
        yield fence("python", called)
    yield prose(ast.get_docstring(node) or "")
    if fields := [one for one in attributes(node.body) if one.doc or f"{one.name}: {one.type}" not in (called or "")]:
        rows = [(code(one.name), code(one.type), code(one.default), cell(one.doc)) for one in fields]
        yield table(("field", "type", "default", "meaning"), rows)
    for member in node.body:
        if isinstance(member, FUNCTIONS) and _is_called(member):
            yield from _function(member, "####")


def _is_called(method: Function) -> bool:
    is_setter = any(ast.unparse(one).endswith(".setter") for one in method.decorator_list)
    return not is_setter and (not method.name.startswith("_") or method.name in _CALLED_BY_PYTHON)


def _function(node: Function, level: str, overloads: Sequence[Function] = ()) -> Iterator[str]:
    """Yield the section of a function: where it has overloads, those are how it is called."""
    yield f"{level} {code(node.name)}"
    yield fence("python", "\n\n".join(map(signature, overloads or [node])))
    if doc := ast.get_docstring(node):
        yield prose(doc)
