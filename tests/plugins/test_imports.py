"""What a plugin may import of core: the files at its top that are public, and three rooms that have a public face."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PUBLIC = {
    "accredit",
    "accredit.audience",
    "accredit.errors",
    "accredit.hookspecs",
    "accredit.models",
    "accredit.profile",
    "accredit.refusals",
    "accredit.settings",
    "accredit.strategy",
    "accredit.testing",
    "accredit.text",
}
SOURCES = [
    *sorted(ROOT.glob("plugins/*/src/**/*.py")),
    *sorted(ROOT.glob("tests/plugins/*/accredit_*/**/*.py")),
    *sorted(ROOT.glob("core/src/accredit/cli/templates/**/*.py.template")),
]


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_plugin_imports_of_core_only_what_is_public(path: Path) -> None:
    of_core = {name for name in imported(path.read_text("utf-8")) if name.partition(".")[0] == "accredit"}
    assert of_core <= PUBLIC


def test_the_plugins_and_the_templates_were_looked_at() -> None:
    assert len(SOURCES) > 60


def test_an_import_of_a_room_is_seen() -> None:
    assert set(imported("from accredit.provider.http import ProviderHTTP\nimport accredit.keys.jose\n")) - PUBLIC
