"""The files for deploying, read."""

from pathlib import Path
from typing import Any

import yaml
from tests.documents.blocks import ROOT

DEPLOY = ROOT / "docs/examples/deploy"
CONTAINER = DEPLOY / "container/Containerfile"
COMPOSE = DEPLOY / "compose/compose.yaml"
KUBERNETES = sorted((DEPLOY / "kubernetes").glob("*.yaml"))


def compose() -> dict[str, Any]:
    """Return the compose file, with its shared parts in their places."""
    table: dict[str, Any] = yaml.safe_load(COMPOSE.read_text("utf-8"))
    return table


def resources() -> list[dict[str, Any]]:
    """Return everything that the manifests describe."""
    return [one for path in KUBERNETES for one in yaml.safe_load_all(path.read_text("utf-8"))]


def of_kind(kind: str) -> dict[str, Any]:
    """Return the one resource of a kind."""
    (one,) = (one for one in resources() if one["kind"] == kind)
    return one


def pods() -> list[dict[str, Any]]:
    """Return the description of each pod."""
    return [one["spec"]["template"]["spec"] for one in resources() if "template" in one.get("spec", {})]


def instructions(word: str) -> list[str]:
    """Return what follows a word of the container file, in its last stage."""
    last = CONTAINER.read_text("utf-8").replace("\\\n", " ").rpartition("\nFROM ")[2]
    return [line.partition(" ")[2].strip() for line in last.splitlines() if line.startswith(f"{word} ")]


def made_by(folder: Path) -> dict[str, str]:
    """Return the secrets that a script has made there: their names and values."""
    return {path.name: path.read_text("utf-8") for path in (folder / "secrets").iterdir()}
