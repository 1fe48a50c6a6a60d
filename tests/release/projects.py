"""The distributions of this repository, as their pyproject.toml describes them."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


class NotReadyError(Exception):
    """Something keeps the distributions from being published; the message says what to change."""


@dataclass(frozen=True)
class Project:
    """One distribution: its folder, its name, its version and what it requires."""

    folder: Path
    name: str
    version: str
    dependencies: tuple[str, ...]


def projects(root: Path = ROOT) -> list[Project]:
    """Return core and then every plugin, by name."""
    plugins = sorted(path.parent for path in root.glob("plugins/*/pyproject.toml"))
    return [_read(folder) for folder in (root / "core", *plugins)]


def one_version(found: list[Project]) -> str:
    """Return the version that all distributions have.

    Raises NotReadyError if they have several: they are published together, under one number.
    """
    versions = {project.name: project.version for project in found}
    if len(set(versions.values())) > 1:
        listed = ", ".join(f"{name} {version}" for name, version in versions.items())
        raise NotReadyError(f"the distributions have several versions: {listed}")
    return found[0].version


def check_ranges(found: list[Project], version: str) -> None:
    """Refuse a plugin that does not ask for core by a range with an end, in which this version lies.

    Raises NotReadyError with the plugin and its range.
    """
    for project in found[1:]:
        [core] = [Requirement(text) for text in project.dependencies if Requirement(text).name == found[0].name]
        if version not in core.specifier or not any(bound.operator == "<" for bound in core.specifier):
            raise NotReadyError(f"{project.name} asks for {core}: that must admit {version}, and have an upper bound")


def _read(folder: Path) -> Project:
    table = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    return Project(folder, table["name"], table["version"], tuple(table["dependencies"]))
