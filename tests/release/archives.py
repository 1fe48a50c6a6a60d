"""What was built: a wheel and a source distribution of each, whole, licensed, and with nothing beside the package."""

import hashlib
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.release.projects import NotReadyError, Project


@dataclass(frozen=True)
class Archive:
    """A file that will be published, with the SHA-256 by which everybody knows it again."""

    path: Path
    sha256: str


def check_archives(folder: Path, found: list[Project]) -> list[Archive]:
    """Return the archives in a folder, two of each distribution and no other.

    Raises NotReadyError if one is missing, is too much, or lacks its licence, its types or its source.
    """
    expected = {name: project for project in found for name in _names(project)}
    built = {path.name for path in folder.iterdir() if path.suffix in {".whl", ".gz"}}
    if built != set(expected):
        raise NotReadyError(f"built: {sorted(built)}; expected: {sorted(expected)}")
    for name, project in expected.items():
        _check(folder / name, project)
    return [Archive(folder / name, hashlib.sha256((folder / name).read_bytes()).hexdigest()) for name in expected]


def _names(project: Project) -> tuple[str, str]:
    stem = f"{_module(project)}-{project.version}"
    return f"{stem}-py3-none-any.whl", f"{stem}.tar.gz"


def _module(project: Project) -> str:
    return project.name.replace("-", "_")


def _check(path: Path, project: Project) -> None:
    stem, module = f"{_module(project)}-{project.version}", _module(project)
    if path.suffix == ".whl":
        licence, metadata, source = f"{stem}.dist-info/licenses/LICENSE", f"{stem}.dist-info", module
    else:
        licence, metadata, source = f"{stem}/LICENSE", f"{stem}/PKG-INFO", f"{stem}/src/{module}"
    files = _files(path)
    for needed in (licence, f"{source}/__init__.py", f"{source}/py.typed"):
        if needed not in files:
            raise NotReadyError(f"{path.name} has no {needed}")
    if files[licence] != (project.folder / "LICENSE").read_bytes():
        raise NotReadyError(f"{path.name} has another licence than {project.name}")
    if path.suffix == ".whl":
        others = {name.partition("/")[0] for name in files} - {metadata, source}
        if others:
            raise NotReadyError(f"{path.name} would install {sorted(others)} beside {source}")


def _files(path: Path) -> dict[str, bytes]:
    """Return every file of an archive with its content."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(path) as source:
        members = [(member.name, source.extractfile(member)) for member in source.getmembers()]
        return {name: stream.read() for name, stream in members if stream is not None}
