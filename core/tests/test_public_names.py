"""The public names of a package are there, and nobody pays for those that are not asked for."""

import ast
import importlib
import importlib.metadata
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import accredit

PACKAGES = ("accredit", "accredit.testing")


def modules_loaded_by(statement: str, *, after: str = "pass") -> set[str]:
    """Return what `statement` loads into a fresh interpreter in which `after` has been run."""
    code = f"import sys; {after}; before = set(sys.modules); {statement}; print(*(set(sys.modules) - before))"
    return set(output_of(code).split())


def output_of(code: str) -> str:
    """Run `code` in a fresh interpreter, and return what it prints."""
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our interpreter


def test_pytest_loads_our_plugin_and_nothing_else_of_ours_or_anybodys() -> None:
    # The entry point stands in every environment that has Accredit: each run of pytest there pays for what it loads.
    [entry] = importlib.metadata.entry_points(group="pytest11", name="accredit")
    loaded = modules_loaded_by(f"import {entry.value}", after="import json, pathlib, typing, pytest")
    assert loaded == {"accredit", "accredit._on_demand", "accredit.testing", entry.value}


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_a_package_loads_nothing_of_third_parties(package: str) -> None:
    roots = {name.partition(".")[0] for name in modules_loaded_by(f"import {package}")}
    assert roots - sys.stdlib_module_names == {"accredit"}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_that_is_asked_for_is_the_one_of_its_module(package: str) -> None:
    module = importlib.import_module(package)
    for home, names in typed_imports(package).items():
        for name in names:
            assert getattr(module, name) is getattr(importlib.import_module(home), name)


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_and_python_see_the_same_names(package: str) -> None:
    module = importlib.import_module(package)
    typed = sorted(name for names in typed_imports(package).values() for name in names)
    assert typed == sorted(module.__all__)
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_stands_at_one_module_and_at_the_same_for_type_checkers(package: str) -> None:
    typed = {f"{home}.{name}" for home, names in typed_imports(package).items() for name in names}
    assert {f"{package}.{home}.{name}" for home, names in names_on_demand(package).items() for name in names} == typed


def test_names_are_listed_before_anybody_has_asked_for_them() -> None:
    code = "import accredit; assert 'Exchange' not in vars(accredit); print('Exchange' in dir(accredit))"
    assert output_of(code).strip() == "True"


@pytest.mark.parametrize("package", PACKAGES)
def test_any_other_name_is_an_attribute_error(package: str) -> None:
    with pytest.raises(AttributeError, match=rf"^module '{package}' has no attribute 'Exchang'$"):
        importlib.import_module(package).Exchang  # noqa: B018 - asking is the test


def test_the_map_of_the_package_names_every_public_file_and_every_room() -> None:
    folder = Path(accredit.__file__).parent
    files = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    rooms = {f"{path.parent.name}/" for path in folder.glob("*/__init__.py")}
    assert set(re.findall(r"`([a-z]+/?)`", accredit.__doc__ or "")) >= files | rooms


ROOMS = sorted(Path(accredit.__file__).parent.rglob("*/__init__.py"))


@pytest.mark.parametrize("room", ROOMS, ids=lambda path: path.parent.name)
def test_every_room_says_what_is_in_it(room: Path) -> None:
    about = ast.get_docstring(ast.parse(room.read_text("utf-8"))) or ""
    inside = {path.stem for path in room.parent.glob("*.py") if not path.stem.startswith("_")}
    inside |= {f"{path.parent.name}/" for path in room.parent.glob("*/__init__.py")}
    named = set(re.findall(r"`([a-z0-9_]+/?)`", about))
    alike = re.search(r"\bone file (a|each|for each|for every)\b", about, re.IGNORECASE)
    assert about
    assert alike or {one for one in inside if one not in named and one.rstrip("/") not in named} == set()


def typed_imports(package: str) -> dict[str, list[str]]:
    """Return what the package imports for type checkers: module by module, its names."""
    found = [node for node in _choice(package).body if isinstance(node, ast.ImportFrom) and node.module]
    return {str(node.module): [alias.name for alias in node.names] for node in found}


def names_on_demand(package: str) -> dict[str, list[str]]:
    """Return what the package finds when it is asked: module by module, its names."""
    [table] = [node for node in ast.walk(ast.Module(_choice(package).orelse, [])) if isinstance(node, ast.Dict)]
    return dict(ast.literal_eval(table))


def _choice(package: str) -> ast.If:
    tree = ast.parse(inspect.getsource(importlib.import_module(package)))
    [block] = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    return block
