"""What the distributions of this repository say that they need, as names to import."""

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
_NAME = re.compile(r"^[A-Za-z0-9._-]+")
_IMPORTED_AS = {
    "djangorestframework": "rest_framework",
    "django_ninja": "ninja",
    "opentelemetry_api": "opentelemetry",
    "opentelemetry_sdk": "opentelemetry",
    "opentelemetry_exporter_otlp_proto_http": "opentelemetry",
}
_EXTRAS = re.compile(r"\[(.*)\]")


def project_of(folder: str) -> dict[str, Any]:
    """Return the table `[project]` of a distribution."""
    project: dict[str, Any] = tomllib.loads((ROOT / folder / "pyproject.toml").read_text("utf-8"))["project"]
    return project


def needs_of(project: dict[str, Any]) -> frozenset[str]:
    """Return what a distribution always needs."""
    return frozenset(map(_module, project["dependencies"]))


def extras_of(project: dict[str, Any]) -> dict[str, frozenset[str]]:
    """Return what each extra brings, those that it names among them."""
    lines: dict[str, list[str]] = project.get("optional-dependencies", {})

    def brought(extra: str) -> frozenset[str]:
        found: set[str] = set()
        for line in lines[extra]:
            named = _EXTRAS.search(line.partition(";")[0])
            if _module(line) == _module(project["name"]) and named:
                found |= frozenset().union(*map(brought, named.group(1).split(",")))
            else:
                found.add(_module(line))
        return frozenset(found)

    return {extra: brought(extra) for extra in lines}


def _module(line: str) -> str:
    found = _NAME.match(line)
    assert found, line
    name = found.group().lower().replace("-", "_")
    return _IMPORTED_AS.get(name, name)


CORE = project_of("core")
LIBRARY = needs_of(CORE)
EXTRAS = extras_of(CORE)
