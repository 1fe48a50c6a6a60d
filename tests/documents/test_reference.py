"""The generated reference leaves nothing out, and pages by hand do not contradict the code."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
from docs import generate
from docs.assigned import attributes
from docs.markdown import cell, table
from tests.documents.blocks import ROOT, blocks

import accredit
import accredit.contrib
import accredit.keys
import accredit.settings
import accredit.storage
import accredit.testing
from accredit import hookspecs
from accredit.errors import ExchangeError
from accredit.exchange.subjects import Subjects
from accredit.parameters import LONGEST
from accredit.settings import ConnectionSettings
from accredit.testing.simulator.faults import FAULTS

PAGES = generate.pages()
STRATEGIES = {strategy.name: strategy for strategy in generate.installed_strategies()}
DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
IN_DJANGO = ("backends", "drf", "models", "ninja", "require", "signals", "testing", "urls")
"""What a Django project imports beside the package itself, which may be imported before any model."""
OURS = sorted(path.name for path in (ROOT / "plugins").iterdir())


def readme(strategy: str) -> str:
    return (ROOT / "plugins" / strategy / "README.md").read_text("utf-8")


def words(page: str) -> set[str]:
    """Return what stands in code style."""
    return set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", PAGES[page].replace("\\|", "|")))


@pytest.mark.parametrize("page", PAGES)
def test_the_reference_in_the_repository_is_that_of_the_code(page: str) -> None:
    written = (ROOT / "docs/reference/code" / f"{page}.md").read_text("utf-8")
    assert written == PAGES[page], "run: python -m docs.generate"


def documented() -> set[tuple[str, str]]:
    """Return what the reference shows: module and name, with the packages that lend their names to modules."""
    pages = [path.read_text("utf-8") for path in (ROOT / "docs/reference/code").iterdir()]
    modules = {module for page in pages for module in re.findall(r"^\.\. automodule:: (\S+)$", page, re.MULTILINE)}
    found = {(module, name) for module in modules for name in names_of(module)}
    alone = re.compile(r"^\.\. (?:autoclass|autofunction|py:data):: ([\w.]+)", re.MULTILINE)
    one_by_one = [one for page in pages for one in alone.findall(page)]
    found |= {(module, name) for module, _, name in (one.rpartition(".") for one in one_by_one)}
    for package in (accredit, accredit.keys, accredit.settings, accredit.storage, accredit.strategy, accredit.testing):
        found |= {(package.__name__, name) for name in package.__all__}
    return found


def names_of(module: str) -> set[str]:
    """Return the public names that a module defines."""
    public = importlib.import_module(module)
    defined = {node.name for node in ast.parse(inspect.getsource(public)).body if isinstance(node, DEFINITIONS)}
    defined |= {one.name for one in attributes(module)}
    return {name for name in getattr(public, "__all__", defined) if not name.startswith("_")}


def imports_in(code: str) -> set[tuple[str, str]]:
    """Return what a program imports from Accredit."""
    tree = ast.parse(code)
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    named = {(str(node.module), alias.name) for node in statements for alias in node.names}
    return {(module, name) for module, name in named if module.partition(".")[0] == "accredit"}


def programs_for_authors() -> dict[str, str]:
    """Return what people begin with, or copy from: our plugins, the templates, the examples."""
    sources = [*ROOT.glob("plugins/*/src/**/*.py"), *ROOT.glob("docs/examples/**/*.py")]
    sources += (ROOT / "core/src/accredit/cli/templates").rglob("*.py.template")
    found = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in sources}
    return found | {str(block): block.code for block in blocks("python")}


def test_whatever_plugins_and_examples_import_is_in_the_reference() -> None:
    shown = documented()
    missing = {source: imports_in(program) - shown for source, program in programs_for_authors().items()}
    assert {source: names for source, names in missing.items() if names} == {}


def test_every_name_of_the_package_is_in_the_reference() -> None:
    shown = {name for _, name in documented()}
    assert set(accredit.__all__) <= shown
    assert set(accredit.testing.__all__) <= words("testing")


def test_whatever_examples_for_hosts_and_plugins_import_is_public() -> None:
    # The rooms with a public face, by the names that they export; what is below them may move.
    public = {path.stem for path in Path(accredit.__file__).parent.glob("*.py") if not path.stem.startswith("_")}
    faces = {"accredit", *(f"accredit.{name}" for name in {*public, "settings", "storage", "keys", "testing", "sync"})}
    faces |= {f"accredit.contrib.{framework.name}" for framework in pkgutil.iter_modules(accredit.contrib.__path__)}
    faces |= {
        "accredit.importers",
        "accredit.metrics",
        "accredit.storage.sql",
        "accredit.traces",
        *(f"accredit.contrib.django.{one}" for one in IN_DJANGO),
    }
    found = {source: {module for module, _ in imports_in(code)} for source, code in programs_for_authors().items()}
    assert {source: modules - faces for source, modules in found.items() if modules - faces} == {}


def test_every_class_that_a_host_or_a_plugin_is_handed_is_shown_whole() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "docs/reference/code").iterdir())
    modules = set(re.findall(r"^\.\. automodule:: (\S+)$", text, re.MULTILINE))
    classes = set(re.findall(r"^\.\. autoclass:: ([\w.]+)", text, re.MULTILINE))
    names = [getattr(package, name) for package in (accredit, accredit.storage) for name in package.__all__]
    handed = {one for one in names if isinstance(one, type) and one is not accredit.Settings} | {Subjects}
    assert {
        one for one in handed if one.__module__ not in modules and f"{one.__module__}.{one.__name__}" not in classes
    } == set()


def test_every_error_has_its_row() -> None:
    rows = {line.split(" | ")[0].strip("| `"): line for line in PAGES["errors"].splitlines() if line.startswith("| `")}
    errors = generate.error_classes()
    assert len({(error.reason, error.error) for error in errors}) == len(errors) > 20
    for error in errors:
        row = rows[error.__name__]
        assert row.startswith(f"| `{error.__name__}` | {error.status} | `{error.error}` | `{error.reason}` | ")
        assert row.rstrip(" |").endswith("alert") is error.alert
        assert cell(generate.example(error).description) in row


def test_no_error_is_defined_elsewhere() -> None:
    def below(kind: type[ExchangeError]) -> set[type[ExchangeError]]:
        return {kind}.union(*map(below, kind.__subclasses__()))

    ours = {one for one in below(ExchangeError) if one.__module__.startswith("accredit.")}
    assert ours - {ExchangeError} <= set(generate.error_classes())


def test_every_hook_is_on_its_page_and_in_the_guide() -> None:
    hooks = {name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), "accredit_spec")}
    assert len(hooks) >= 6
    assert {("accredit.hookspecs", name) for name in hooks} <= documented()
    guide = (ROOT / "docs/guides/hooks.md").read_text("utf-8")
    assert {name for name in hooks if f"| `{name}` |" in guide} == hooks


def test_every_setting_has_its_row_in_its_table() -> None:
    sections = dict(re.findall(r"^## `\[(.+?)\]`\n(.*?)(?=^## |\Z)", PAGES["settings"], re.MULTILINE | re.DOTALL))
    expected = {
        name: set(kind.model_fields)
        for name, kind in generate.settings_tables().items()
        if kind is not accredit.Settings
    }
    expected["connections.NAME"] = set(ConnectionSettings.model_fields)
    for name, strategy in STRATEGIES.items():
        expected[f"connections.{name}"] = generate.own_settings(strategy.settings_type)
    assert sections.keys() == expected.keys()
    for name, settings in expected.items():
        assert set(re.findall(r"^\| `(\w+)` \|", sections[name], re.MULTILINE)) == settings, name
    top = PAGES["settings"].partition("## At the top")[2].partition("\n## ")[0]
    everything = set(accredit.Settings.model_fields)
    shown = {name.partition(".")[0] for name in expected} | set(re.findall(r"^\| `(\w+)` \|", top, re.MULTILINE))
    assert shown == everything


def test_every_default_is_one_that_an_operator_could_write() -> None:
    rows = [line for line in PAGES["settings"].splitlines() if line.startswith("| `")]
    assert [row for row in rows if "Undefined" in row or "****" in row] == []
    assert '| `proxy` | text | `"direct"` |' in PAGES["settings"]


def test_every_command_and_option_is_shown() -> None:
    from accredit.cli.app import app

    commands = {command.name for command in app.registered_commands} | {group.name for group in app.registered_groups}
    assert {"serve", "dev", "demo", "connections", "new-strategy"} <= commands
    for command in commands:
        section = PAGES["commands"].partition(f"## `accredit {command}`\n")[2].partition("\n## ")[0]
        assert f"Usage: accredit {command}" in section
        assert "--help" in section


def test_every_fault_is_listed() -> None:
    assert {f"~{name}" for name in FAULTS} <= words("testing")


def test_every_line_of_a_table_has_as_many_cells_as_its_head() -> None:
    for page, text in PAGES.items():
        for block in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
            cells = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
            assert len(cells) == 1, f"{page}: {block[:200]}"


def test_a_cell_is_one_line_that_nothing_ends() -> None:
    assert cell("a <b> `c <d>` | e") == "a &lt;b&gt; `c <d>` \\| e"
    assert table(("x", "y"), [("1", ""), ("2", "")]) == "| x |\n| --- |\n| 1 |\n| 2 |"


def test_the_contract_states_the_bound_of_every_parameter() -> None:
    page = (ROOT / "docs/reference/contract.md").read_text("utf-8").replace("\n", " ")
    sentence = re.search(r"The most characters are (.+?)\. ", page)
    assert sentence is not None
    stated: dict[str, int] = {}
    for most, names in re.findall(r"(\d+) for ((?:`\w+`(?:, | and )?)+)", sentence[1]):
        stated |= dict.fromkeys(re.findall(r"\w+", names.replace(" and ", " ")), int(most))
    assert "256 for every other parameter" in sentence[1]
    assert stated == {name: most for name, most in LONGEST.items() if most != 256}


# -- pages of connections


@pytest.mark.parametrize("strategy", OURS)
def test_the_page_of_a_connection_names_every_setting_with_its_default(strategy: str) -> None:
    page = readme(strategy)
    table_of_settings = page.partition("## Settings\n")[2].partition("\n## ")[0]
    fields = STRATEGIES[strategy].settings_type.model_fields
    for name in generate.own_settings(STRATEGIES[strategy].settings_type):
        row = next(line for line in table_of_settings.splitlines() if line.startswith(f"| `{name}` |"))
        default = fields[name].default
        if fields[name].is_required():
            assert "| required |" in row, name
        elif isinstance(default, str) and default:
            assert default in row, name


@pytest.mark.parametrize("strategy", OURS)
def test_the_page_of_a_connection_has_every_section_that_a_reader_needs(strategy: str) -> None:
    page = readme(strategy)
    sections = re.findall(r"^## (.+)$", page, re.MULTILINE)
    for section in ("What it verifies", "How the audience is proven", "Settings", "Claims", "Known limits"):
        assert section in sections
    documents = page.partition("## Provider documents\n")[2].partition("\n## ")[0]
    assert len(re.findall(r"\]\(https://[^)]+\)", documents)) >= 3
    assert "| `email` |" in page or "## E-mail" in page
    assert f"plugins/{strategy}/README.md" in (ROOT / "README.md").read_text("utf-8")
    assert (ROOT / "docs/reference/connections" / f"{strategy}.md").is_file()


def test_facebooks_page_knows_the_versions_and_their_ends() -> None:
    from accredit_facebook.settings import VERSION_ENDS_ON

    page = readme("facebook")
    for (major, minor), end in VERSION_ENDS_ON.items():
        assert f"| v{major}.{minor} | {end.isoformat() if end else 'not announced'} |" in page
