"""What is imported is declared: by the distribution, or by the extra of the room that imports it."""

import ast
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from core.tests.declared import EXTRAS, LIBRARY, ROOT, extras_of, needs_of, project_of

pytestmark = pytest.mark.slow

SOURCE = ROOT / "core" / "src" / "accredit"
EXTRAS_OF_ROOM: dict[str, set[str]] = {
    "cache": {"redis"},
    "cli": {"cli", "server"},
    "importers": {"sql"},
    "metrics": {"metrics"},
    "serving": {"server"},
    "storage": {"sqlite", "postgres"},
    "testing": {"testing"},
    "traces": {"otel"},
}
"""What else a room may import. Whoever uses the room installs the extra."""
FRAMEWORKS: dict[str, set[str]] = {f"contrib/{path.name}": {path.stem} for path in SOURCE.glob("contrib/[a-z]*")}
"""Each is an extra of its own name."""
FRAMEWORKS["contrib/flask"].add("sql")  # for a host that keeps everything in its own database
FRAMEWORKS["contrib/django"] |= {"drf", "ninja"}  # for hosts that make their APIs so
ROOMS = sorted({path.relative_to(SOURCE).parts[0] for path in SOURCE.rglob("*.py")} - {"contrib"} | FRAMEWORKS.keys())
PLUGINS = sorted(path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml"))


def imported(paths: Iterable[Path]) -> set[str]:
    """Return the third-party packages that files import, wherever in them they do."""
    names = {name.partition(".")[0] for path in paths for name in _names(ast.parse(path.read_text("utf-8")))}
    return names - sys.stdlib_module_names


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def files_of(room: str) -> Iterable[Path]:
    return [SOURCE / room] if room.endswith(".py") else (SOURCE / room).rglob("*.py")


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_room_imports_is_declared(room: str) -> None:
    allowed = LIBRARY.union({"accredit"}, *(EXTRAS[extra] for extra in (EXTRAS_OF_ROOM | FRAMEWORKS).get(room, ())))
    assert imported(files_of(room)) <= allowed


def test_what_the_library_declares_is_imported_outside_of_the_rooms_with_extras() -> None:
    files = [path for room in ROOMS if room not in EXTRAS_OF_ROOM | FRAMEWORKS for path in files_of(room)]
    assert imported(files) >= LIBRARY


def test_what_an_extra_declares_is_imported() -> None:
    assert imported(SOURCE.rglob("*.py")) >= frozenset().union(*EXTRAS.values())


@pytest.mark.parametrize("extra", ["cli", "metrics", "sqlite"])
def test_the_extra_of_a_server_holds_that_of_a_part(extra: str) -> None:
    assert EXTRAS["server"] > EXTRAS[extra]


@pytest.mark.parametrize("name", PLUGINS)
def test_what_a_plugin_imports_is_declared(name: str) -> None:
    project = project_of(f"plugins/{name}")
    package = f"accredit_{name.replace('-', '_')}"
    source = ROOT / "plugins" / name / "src" / package
    simulator = {path for path in source.rglob("*.py") if path.relative_to(source).parts[0].startswith("simulator")}
    own = {package, *needs_of(project)}
    assert imported(set(source.rglob("*.py")) - simulator) - {package} == needs_of(project)
    assert imported(simulator) <= own | extras_of(project)["testing"]


def test_an_import_within_a_function_is_seen(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(
        "import os\ndef f():\n    import alembic.config\n    from sqlalchemy import text\n"
    )
    assert imported(tmp_path.rglob("*.py")) == {"alembic", "sqlalchemy"}
