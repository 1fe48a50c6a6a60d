"""What noxfile.py, the workflows and the hooks name, read without running anything."""

import ast
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
NOXFILE = (ROOT / "noxfile.py").read_text("utf-8")
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))


def sessions() -> dict[str, str]:
    """Return every session of noxfile.py with its first sentence."""
    functions = [node for node in ast.parse(NOXFILE).body if isinstance(node, ast.FunctionDef)]
    chores = [one for one in functions if any("nox.session" in ast.unparse(each) for each in one.decorator_list)]
    return {one.name: (ast.get_docstring(one) or "").splitlines()[0] for one in chores}


def pythons() -> list[str]:
    """Return the versions of Python for which noxfile.py looks."""
    return re.findall(r'"(3\.\d+)"', next(line for line in NOXFILE.splitlines() if line.startswith("PYTHONS")))


def exists(session: str) -> bool:
    """Tell whether `nox -s` knows a session: by its name, or with one of the Pythons."""
    name, _, version = session.partition("-")
    return session in sessions() or (name == "tests" and version in pythons())


def named(text: str) -> list[str]:
    """Return the sessions that the `nox -s` commands of a text name."""
    commands = re.findall(r"\bnox -s((?: [a-z][\w.-]*)+)", text)
    return [session for command in commands for session in command.split()]


def read(path: Path) -> dict[Any, Any]:
    """Return what a YAML file holds. The key `on` of a workflow is read as True: YAML 1.1 takes it for a boolean."""
    content = yaml.safe_load(path.read_text("utf-8"))
    assert isinstance(content, dict), path
    return content
