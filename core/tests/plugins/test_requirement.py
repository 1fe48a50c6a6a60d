"""A plugin that was made for another version of core does not start, and says which one."""

import importlib.metadata
import sys
from pathlib import Path

import pytest
from core.tests.conftest import Install
from core.tests.strategies import STRATEGY

from accredit._distributions import source_of
from accredit.errors import PluginError
from accredit.plugins import (
    installed_entry_points,
    load_connections,
    load_strategy_plugin,
    make_plugin_manager,
)

TABLES = {"zeta": {"app_id": "1"}}
OLDER = "upgrade accredit, or install an older accredit-zeta"
NEWER = "upgrade accredit-zeta, or install an older accredit"


@pytest.fixture
def core(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the installed core calls its version, to be changed."""
    version = ["0.2.3"]
    found = importlib.metadata.version
    monkeypatch.setattr("importlib.metadata.version", lambda name: version[0] if name == "accredit" else found(name))
    return version


def load(install: Install, *requires: str) -> str:
    """Return what start-up says about a plugin with these requirements, "" where it starts."""
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, requires=requires, zeta_module=STRATEGY)
    try:
        load_connections(TABLES, make_plugin_manager())
    except PluginError as refused:
        assert "zeta_module" not in sys.modules  # it could fail in words that name neither
        return str(refused)
    return ""


@pytest.mark.parametrize(
    ("version", "allowed", "advice"),
    [
        ("0.2.3", "<0.4,>=0.3", OLDER),
        ("0.2.3", ">0.2.3", OLDER),
        ("0.2.3", "==0.3.*", OLDER),
        ("0.2.3", "==0.2.4", OLDER),
        ("0.2.3", "~=0.3.0", OLDER),
        ("0.2.3", "<0.2,>=0.1", NEWER),
        ("0.2.3", "<=0.2.2", NEWER),
        ("0.2.3", "==0.1.*", NEWER),
        ("0.2.3", "~=0.1.0", NEWER),
        ("0.2.3", "!=0.2.3", NEWER),
        ("0.2.3", "===0.2.2", NEWER),
        ("0.2.0rc1", "<0.2", NEWER),
        ("0.2.0.dev1", "<0.2,>=0.1", NEWER),
        ("0.3.0.dev1", "!=0.3.0,>=0.3", NEWER),
        ("0.2.3+local", ">=0.3", OLDER),
    ],
)
def test_a_plugin_made_for_another_core_does_not_start(
    install: Install, core: list[str], version: str, allowed: str, advice: str
) -> None:
    core[0] = version
    assert load(install, f"accredit{allowed}") == (
        f"accredit-zeta 1.2 asks for accredit{allowed}, and accredit {version} is installed: {advice}"
    )


@pytest.mark.parametrize(
    ("version", "line"),
    [
        ("0.2.3", "accredit"),
        ("0.2.3", "accredit>=0.2,<0.3"),
        ("0.2.3", "Accredit >= 0.2"),
        ("0.2.3", "accredit (>=0.2)"),
        ("0.2.3", "accredit[server,testing]~=0.2.1"),
        ("0.2.3", "accredit @ file:///somewhere"),
        ("0.2.3+local", "accredit==0.2.3"),
        ("0.2.3.post1", "accredit>=0.2.3,<0.3"),
        # Whoever tries what is not yet released wants to try it.
        ("0.2.4rc1", "accredit>=0.2,<0.3"),
        ("0.2.4.dev5", "accredit>=0.2.1,<0.3"),
        ("0.3.0.dev1", "accredit>=0.3,<0.4"),
        ("0.3.0rc1", "accredit>=0.3"),
        ("0.3.0.dev1", "accredit>=0.2"),
        ("0.3.0.dev1+g1234", "accredit~=0.3.0"),
    ],
)
def test_a_plugin_made_for_this_core_starts(install: Install, core: list[str], version: str, line: str) -> None:
    core[0] = version
    assert load(install, line) == ""


@pytest.mark.parametrize(
    "line",
    [
        'accredit[testing]>=9; extra == "testing"',
        'accredit>=9; python_version < "3"',
        "accredit-facebook>=9",
        "acc_redit>=9",
        "",
        "accredit>=nonsense",
        ">=9",
        'accredit>=9; nobody == "x"',
        'accredit>=9; python_version < "',
    ],
)
def test_what_only_others_need_and_what_cannot_be_read_is_passed_over(
    install: Install, core: list[str], line: str
) -> None:
    assert load(install, line, "httpx>=0.1") == ""


def test_a_marker_that_holds_counts(install: Install, core: list[str]) -> None:
    assert load(install, "httpx", 'accredit>=9; python_version >= "3"').endswith(OLDER)


@pytest.mark.parametrize("version", ["unknown", ""])
def test_a_core_without_a_version_allows_everything(install: Install, core: list[str], version: str) -> None:
    core[0] = version
    assert load(install, "accredit>=9") == ""


def test_a_core_that_is_not_installed_allows_everything(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", version)
    assert load(install, "accredit>=9") == ""


def test_metadata_that_is_no_text_stops_nobody(install: Install, core: list[str]) -> None:
    install("accredit-zeta", "1.2", {"zeta": "zeta_module"}, zeta_module=STRATEGY)
    [entry] = installed_entry_points("zeta")
    assert entry.dist is not None
    metadata = Path(str(entry.dist.locate_file("accredit_zeta-1.2.dist-info/METADATA")))
    metadata.write_bytes(b"Metadata-Version: 2.1\nName: \xff\nVersion: 1.2\n")
    [entry] = installed_entry_points("zeta")
    assert source_of(entry) == "a distribution whose metadata cannot be read"
    assert load_connections(TABLES, make_plugin_manager())[0]["zeta"].name == "zeta"


def test_our_own_plugins_fit() -> None:
    for entry in installed_entry_points():
        assert load_strategy_plugin(make_plugin_manager(), entry.name, [entry]) == source_of(entry)
