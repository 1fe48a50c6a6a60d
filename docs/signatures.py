"""What is written in the source of a class or function: its signature, and what is assigned in it."""

import ast
import dataclasses
import enum
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import BaseModel

LINE = 90
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SILENT_DECORATORS = ("property", "overload", "override")


@dataclass(frozen=True)
class Attribute:
    """A field, an enumeration's member or a constant."""

    name: str
    type: str
    default: str
    doc: str


def tree_of(module: str) -> ast.Module:
    """Return the source of a module."""
    return ast.parse(inspect.getsource(importlib.import_module(module)))


def signature(node: Function) -> str:
    """Return a function or method as it is called, without a body; a property as a field."""
    decorators = [ast.unparse(one) for one in node.decorator_list]
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    if "property" in decorators:
        return f"{node.name}{returns.replace(' ->', ':')}"
    above = "".join(f"@{one}\n" for one in decorators if one not in _SILENT_DECORATORS)
    kind = "async " if isinstance(node, ast.AsyncFunctionDef) else ""
    return above + _wrapped(f"{kind}def {node.name}(", _arguments(node.args), f"){returns}")


def is_overload(node: Function) -> bool:
    """Tell whether this is one way to call a function that has several."""
    return "overload" in {ast.unparse(one) for one in node.decorator_list}


def constructor(kind: type) -> str | None:
    """Return how a class is called; None where nobody calls it: settings, enumerations, protocols."""
    if issubclass(kind, BaseModel | enum.Enum) or getattr(kind, "_is_protocol", False):
        return None
    if dataclasses.is_dataclass(kind):
        return _wrapped(f"{kind.__name__}(", list(_dataclass_arguments(kind)), ")")
    for base in kind.__mro__:
        if "__init__" in vars(base):
            ours = base.__module__.partition(".")[0] == kind.__module__.partition(".")[0]
            return _wrapped(f"{kind.__name__}(", _arguments(_initializer(base).args), ")") if ours else None
    return None


def _dataclass_arguments(kind: type) -> Iterator[str]:
    written = {one.name: one for base in reversed(kind.__mro__) for one in attributes_of(base)}
    keyword_only = False
    for name, parameter in inspect.signature(kind).parameters.items():
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            yield "*"
        default = "" if parameter.default is parameter.empty else f" = {written[name].default}"
        yield f"{name}: {written[name].type}{default}"


def _initializer(kind: type) -> Function:
    body = class_of(kind).body
    return next(node for node in body if isinstance(node, FUNCTIONS) and node.name == "__init__")


def _arguments(given: ast.arguments) -> list[str]:
    positional = [*given.posonlyargs, *given.args]
    without_default: list[ast.expr | None] = [None] * (len(positional) - len(given.defaults))
    found = [_argument(*pair) for pair in zip(positional, [*without_default, *given.defaults], strict=True)]
    if given.posonlyargs:
        found.insert(len(given.posonlyargs), "/")
    if given.vararg:
        found.append(f"*{_argument(given.vararg, None)}")
    elif given.kwonlyargs:
        found.append("*")
    found += [_argument(*pair) for pair in zip(given.kwonlyargs, given.kw_defaults, strict=True)]
    if given.kwarg:
        found.append(f"**{_argument(given.kwarg, None)}")
    return [one for one in found if one not in {"self", "cls"}]


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    return ast.unparse(argument) + ("" if default is None else f" = {ast.unparse(default)}")


def _wrapped(before: str, arguments: list[str], after: str) -> str:
    line = f"{before}{', '.join(arguments)}{after}"
    return line if len(line) <= LINE else f"{before}\n    {f',{chr(10)}    '.join(arguments)},\n{after}"


def class_of(kind: type) -> ast.ClassDef:
    """Return the source of a class that stands at the top of its module."""
    classes = (node for node in tree_of(kind.__module__).body if isinstance(node, ast.ClassDef))
    return next(node for node in classes if node.name == kind.__name__)


def attributes_of(kind: type) -> list[Attribute]:
    """Return what is assigned in the body of a class of ours; of any other nothing."""
    is_ours = kind.__module__.partition(".")[0].startswith("accredit")
    return attributes(class_of(kind).body) if is_ours else []


def attributes(body: list[ast.stmt]) -> list[Attribute]:
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
