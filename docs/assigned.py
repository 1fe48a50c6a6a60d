"""What the source of a module or class assigns, with the string below it that says what it is."""

import ast
import importlib
import inspect
from dataclasses import dataclass


@dataclass(frozen=True)
class Attribute:
    """A field, an enumeration's member or a constant."""

    name: str
    type: str
    default: str
    doc: str


def attributes(module: str) -> list[Attribute]:
    """Return the constants of a module."""
    return _attributes(_body_of(module))


def attributes_of(kind: type) -> list[Attribute]:
    """Return the fields that a class of ours has of its own; of any other class nothing."""
    if kind.__module__.partition(".")[0].startswith("accredit"):
        classes = (node for node in _body_of(kind.__module__) if isinstance(node, ast.ClassDef))
        return next(_attributes(node.body) for node in classes if node.name == kind.__name__)
    return []


def _body_of(module: str) -> list[ast.stmt]:
    return ast.parse(inspect.getsource(importlib.import_module(module))).body


def _attributes(body: list[ast.stmt]) -> list[Attribute]:
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
        found.append(Attribute(target.id, annotation, ast.unparse(value) if value else "", doc))
    return found


def _is_machinery(name: str, value: ast.expr | None) -> bool:
    makes = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
    return name == "model_config" or makes.rpartition(".")[2] in {"TypeVar", "ParamSpec"}
