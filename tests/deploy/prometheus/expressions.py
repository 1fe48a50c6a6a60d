"""PromQL, taken out of the dashboard and of the rules, and apart as far as metrics and labels go."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml
from tests.documents.blocks import ROOT

DEPLOY = ROOT / "docs/examples/deploy"
DASHBOARD = DEPLOY / "grafana/accredit.json"
RULES = DEPLOY / "prometheus/accredit.rules.yml"

_TEXT = re.compile(r'"[^"]*"')
_NAME = re.compile(r"\b(?:accredit|process|up|job:accredit)[a-z0-9_:]*\b")
_MATCHERS = re.compile(r"\b([a-z][a-z0-9_:]*)\{([^}]*)\}")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_BY = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")


@dataclass(frozen=True)
class Expression:
    """One piece of PromQL, and where it stands."""

    place: str
    text: str

    @property
    def metrics(self) -> set[str]:
        """The names of its metrics."""
        return set(_NAME.findall(_BY.sub("", _TEXT.sub('""', self.text))))

    @property
    def matchers(self) -> list[tuple[str, str, str]]:
        """Each metric with a label that it is chosen by, and the value."""
        return [
            (metric, label, value)
            for metric, inside in _MATCHERS.findall(self.text)
            for label, _, value in _MATCHER.findall(inside)
        ]

    @property
    def grouped(self) -> set[str]:
        """The labels that it groups by."""
        return {label.strip() for labels in _BY.findall(self.text) for label in labels.split(",")}


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DASHBOARD.read_text("utf-8"))
    return found


def panels() -> list[dict[str, Any]]:
    """Return the panels that show something."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text("utf-8"))["groups"] for rule in group["rules"]]


def of_dashboard() -> Iterator[Expression]:
    for panel in panels():
        for target in panel["targets"]:
            yield Expression(f"panel {panel['title']}", target["expr"])
    for variable in dashboard()["templating"]["list"]:
        if variable["type"] == "query":
            yield Expression(f"variable {variable['name']}", variable["definition"])


def of_rules() -> Iterator[Expression]:
    for rule in rules():
        yield Expression(f"rule {rule.get('alert') or rule['record']}", rule["expr"])


def everything() -> list[Expression]:
    return [*of_dashboard(), *of_rules()]
