"""A fresh environment with core as a wheel, generated plugins, and their checks under way."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.scaffold.environment import LONGEST_S, ROOT, Environment, build_wheel, make_environment

from accredit.cli.commands.new_strategy import Kind
from accredit.cli.tools.scaffold import Names, read_templates, write

CHECKS = {
    "pytest": ("python", "-m", "pytest", "-rs"),
    "mypy": ("mypy",),
    "ruff": ("ruff", "check", "--no-cache", "."),
    "format": ("ruff", "format", "--check", "--no-cache", "."),
}


@dataclass(frozen=True)
class Check:
    """A command that has been started, and the file it writes to."""

    process: subprocess.Popen[str]
    output: Path

    def end(self) -> str:
        """Wait for the command, which must succeed, and return what it said."""
        code = self.process.wait(timeout=LONGEST_S)
        said = self.output.read_text("utf-8")
        assert code == 0, said
        return said


@dataclass(frozen=True)
class Generated:
    """An installed plugin, as `accredit new-strategy` writes it, while its own tests and checks run."""

    path: Path
    checks: dict[str, Check]


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with core's wheel."""
    folder = tmp_path_factory.mktemp("scaffold")
    environment = make_environment(folder / "venv")
    wheel = build_wheel(ROOT / "core", folder / "wheels")
    code, said = environment.run("python", "-m", "pip", "install", "--quiet", "--no-deps", str(wheel), cwd=folder)
    assert code == 0, said
    return environment


@pytest.fixture(scope="session")
def initech(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Generated]:
    """A plugin for ID tokens."""
    with generated(Kind.ID_TOKEN, "initech", environment, tmp_path_factory.mktemp("initech")) as plugin:
        yield plugin


@contextmanager
def generated(kind: Kind, name: str, environment: Environment, folder: Path) -> Iterator[Generated]:
    """Install a plugin as a wheel, and start its checks."""
    path = folder / f"accredit-{name}"
    write(read_templates(kind, Names(name)), path)
    wheel = build_wheel(path, folder / "wheels")
    code, said = environment.run("python", "-m", "pip", "install", "--quiet", str(wheel), cwd=folder)
    assert code == 0, said
    checks = {}
    for check_name, words in CHECKS.items():
        output = folder / f"{check_name}.txt"
        with output.open("w", encoding="utf-8") as file:
            checks[check_name] = Check(environment.start(*words, cwd=path, output=file.fileno()), output)
    yield Generated(path, checks)
    for check in checks.values():
        if check.process.poll() is None:
            check.process.kill()
            check.process.wait()
