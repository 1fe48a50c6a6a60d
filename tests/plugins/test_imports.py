"""What a plugin may import of core: the files at its top that are public, and three rooms that have a public face."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PUBLIC = {
    "accredit",
    "accredit.audience",
    "accredit.credentials",
    "accredit.errors",
    "accredit.hookspecs",
    "accredit.models",
    "accredit.notices",
    "accredit.profile",
    "accredit.refusals",
    "accredit.revocation",
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


def test_a_plugin_imports_of_core_only_what_is_public() -> None:
    assert len(SOURCES) > 60
    found = {path.relative_to(ROOT): set(imported(path.read_text("utf-8"))) - PUBLIC for path in SOURCES}
    of_core = {path: {name for name in names if name.partition(".")[0] == "accredit"} for path, names in found.items()}
    assert {path: names for path, names in of_core.items() if names} == {}


def test_an_import_of_a_room_is_seen() -> None:
    assert set(imported("from accredit.provider.http import ProviderHTTP\nimport accredit.keys.jose\n")) - PUBLIC


def test_the_linter_lets_plugins_import_what_is_public_and_nothing_else() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    contracts = {contract["name"]: contract for contract in linter["contracts"]}
    names = [name for layer in contracts["Imports go one way"]["layers"] for name in layer.split(" | ")]
    closed = contracts["Plugins import only what is public"]["forbidden_modules"]
    assert {f"accredit.{name}" for name in names} - set(closed) == PUBLIC - {"accredit"}
