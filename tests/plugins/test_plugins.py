"""Complete plugins for providers unlike ours reach their level, with no exemption, and by public names alone."""

import ast
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
LEVELS = {"octo": {"octo": "full"}, "linea": {"linea": "full", "linea-web": "full (hs256)"}}
PRIVATE = {
    "asgi",
    "audit",
    "cli",
    "engine",
    "exchange",
    "guard",
    "hooks",
    "keys",
    "oauth",
    "plugins",
    "steps",
    "storage",
}
"""Rooms that a plugin does not enter; ours have the same list in the contracts of import-linter."""


def install(plugin: Path, folder: Path) -> dict[str, str]:
    """Return the environment of a process in which the plugin is installed: found by its path, as a checkout is."""
    project = tomllib.loads((plugin / "pyproject.toml").read_text("utf-8"))["project"]
    about = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    about.mkdir()
    requires = "".join(f"Requires-Dist: {one}\n" for one in project["dependencies"])
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n{requires}"
    (about / "METADATA").write_text(metadata, "utf-8")
    [(group, entries)] = project["entry-points"].items()
    lines = [f"[{group}]", *(f"{name} = {module}" for name, module in entries.items())]
    (about / "entry_points.txt").write_text("\n".join(lines), "utf-8")
    return {**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(plugin)))}


def conform(plugin: str, folder: Path) -> dict[str, Any]:
    """Run the kit over a plugin, and return its report by strategy."""
    report = folder / "report.json"
    pytest_run = [sys.executable, "-m", "pytest", "-q", "-pno:cacheprovider", "-pno:asyncio", "--import-mode=importlib"]
    arguments = ["-Werror", f"-c{os.devnull}", f"--rootdir={HERE}", f"--conformance-report={report}"]
    done = subprocess.run(
        [*pytest_run, *arguments, str(HERE / plugin / f"{plugin}_conformance.py")],
        cwd=folder,
        env=install(HERE / plugin, folder),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {one["strategy"]: one for one in json.loads(report.read_text("utf-8"))["strategies"]}


@pytest.mark.parametrize("plugin", LEVELS)
@pytest.mark.slow
def test_a_plugin_of_another_shape_conforms_as_it_is(plugin: str, tmp_path: Path) -> None:
    strategies = conform(plugin, tmp_path)
    assert {name: one["level"] for name, one in strategies.items()} == LEVELS[plugin]
    for one in strategies.values():
        assert one["source"] == f"accredit-{plugin} 0.1.0"
        assert {check["status"] for check in one["checks"]} <= {"passed", "not applicable"}


@pytest.mark.parametrize("plugin", LEVELS)
def test_a_plugin_of_another_shape_uses_public_names_alone(plugin: str) -> None:
    for file in HERE.glob(f"{plugin}/**/*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "accredit":
                rooms = set((node.module or "").split(".")) | {name.name for name in node.names}
                assert not rooms & PRIVATE, f"{file.name}:{node.lineno}"
                assert not [name.name for name in node.names if name.name.startswith("_")], f"{file.name}:{node.lineno}"
