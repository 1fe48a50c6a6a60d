"""What `accredit new-strategy` writes, and what it refuses. That the result works is shown in tests/scaffold."""

from __future__ import annotations

import ast
import importlib.metadata
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from accredit.cli.commands.new_strategy import Kind
from accredit.cli.tools.scaffold import LONGEST_NAME
from accredit.plugins.published import published

if TYPE_CHECKING:
    from core.tests.cli.conftest import Install, Run

_OF_ALL = {
    ".github/workflows/tests.yml",
    ".gitignore",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "README.md",
    "pyproject.toml",
    "src/accredit_acme_pay/__init__.py",
    "src/accredit_acme_pay/normalize.py",
    "src/accredit_acme_pay/py.typed",
    "src/accredit_acme_pay/settings.py",
    "src/accredit_acme_pay/simulator/__init__.py",
    "src/accredit_acme_pay/simulator/people.py",
    "src/accredit_acme_pay/strategy.py",
    "tests/payloads/complete.json",
    "tests/payloads/minimal.json",
    "tests/payloads/odd.json",
    "tests/test_conformance.py",
}
_ASKING = {"src/accredit_acme_pay/answers.py", "src/accredit_acme_pay/refusals.py", "tests/test_refusals.py"}
_APP = "src/accredit_acme_pay/simulator/app.py"
_ID_TOKENS = {_APP, "src/accredit_acme_pay/simulator/id_tokens.py"}
_CODES = {
    _APP,
    "src/accredit_acme_pay/answers.py",
    "src/accredit_acme_pay/exchange.py",
    "src/accredit_acme_pay/refusals.py",
    "src/accredit_acme_pay/simulator/token_endpoint.py",
}
_DISCOVERY = {"src/accredit_acme_pay/discovery.py", "tests/test_discovery.py"}
FILES_OF = {
    Kind.ACCESS_TOKEN: sorted(_OF_ALL | _ASKING | {_APP}),
    Kind.ID_TOKEN: sorted(_OF_ALL | _ID_TOKENS),
    Kind.OIDC: sorted(_OF_ALL | _ID_TOKENS | _CODES | _DISCOVERY),
    Kind.CODE: sorted(_OF_ALL | _CODES | {"tests/test_code.py"}),
    Kind.SIGNED_PAYLOAD: sorted(_OF_ALL | {"src/accredit_acme_pay/signed.py", "tests/test_signed.py"}),
}
FILES = FILES_OF[Kind.ACCESS_TOKEN]
ROOT_CONFIGURATION = Path(__file__).parents[3] / "pyproject.toml"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in an empty folder."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("kind", list(Kind))
def test_a_complete_distribution_is_written(run: Run, here: Path, kind: Kind) -> None:
    result = run("new-strategy", "acme-pay", "--kind", kind.value)

    assert result.exit_code == 0
    assert files_below(here) == [f"accredit-acme-pay/{name}" for name in FILES_OF[kind]]


@pytest.mark.parametrize("kind", list(Kind))
def test_it_says_where_the_providers_facts_belong_and_which_are_left(run: Run, here: Path, kind: Kind) -> None:
    run("new-strategy", "acme-pay", "--kind", kind.value)

    folder = here / "accredit-acme-pay"
    modules = {path.name: path.read_text("utf-8") for path in folder.rglob("*.py")}
    left = {name for name, text in modules.items() if re.search(r"^ *# TODO: \S", text, re.MULTILINE)}
    assert left >= {"settings.py", "strategy.py", "normalize.py", "people.py"}
    assert left >= {"refusals.py", "signed.py"} & modules.keys()
    assert "grep -rn TODO src tests" in (folder / "CONTRIBUTING.md").read_text("utf-8")


def test_help_says_which_kind_fits(run: Run) -> None:
    said = run("new-strategy", "--help").stdout

    assert set(re.findall(r"^ +([a-z-]+) {2,}it ", said, re.MULTILINE)) == {kind.value for kind in Kind}


@pytest.mark.parametrize("kind", list(Kind))
def test_no_page_of_it_leads_to_a_package_registry(run: Run, here: Path, kind: Kind) -> None:
    run("new-strategy", "acme-pay", "--kind", kind.value)

    pages = "".join(path.read_text("utf-8") for path in here.rglob("*.md"))
    hosts = set(re.findall(r"https?://([\w.-]+)", pages))
    assert {host for host in hosts if not host.endswith((".example", ".example.com"))} == set()


def test_without_a_kind_it_is_for_access_tokens(run: Run, here: Path) -> None:
    run("new-strategy", "acme-pay")
    run("new-strategy", "acme-pay", "--kind", "access-token", "--directory", "explicit")

    assert files_below(here / "explicit") == FILES
    for name in FILES:
        assert (here / "explicit" / name).read_bytes() == (here / "accredit-acme-pay" / name).read_bytes()
    assert "introspect" in (here / "explicit/src/accredit_acme_pay/strategy.py").read_text("utf-8")


def test_the_name_is_spelt_as_each_place_needs_it(run: Run, here: Path) -> None:
    run("new-strategy", "globex-pay")

    folder = here / "accredit-globex-pay"
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == "accredit-globex-pay"
    assert project["entry-points"]["accredit.strategies"] == {"globex-pay": "accredit_globex_pay"}
    module = ast.parse((folder / "src/accredit_globex_pay/strategy.py").read_text("utf-8"))
    (strategy,) = (node for node in module.body if isinstance(node, ast.ClassDef))
    assert strategy.name == "GlobexPayStrategy"
    assert "name = 'globex-pay'" in [ast.unparse(node) for node in strategy.body]
    readme = (folder / "README.md").read_text("utf-8")
    assert "[connections.globex-pay]" in readme
    assert "ACCREDIT_CONNECTIONS__GLOBEX_PAY__CLIENT_SECRET" in readme
    written = "".join(path.read_text("utf-8") for path in folder.rglob("*") if path.is_file())
    assert "acme" not in written.lower()
    assert not [name for name in files_below(folder) if "acme" in name or "template" in name]


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        *(("acme", "an Acme"), ("gitea", "a Gitea"), ("okta", "an Okta"), ("onelogin", "a Onelogin")),
        *(("uber", "an Uber"), ("unity", "a Unity"), ("x", "an X"), ("xing", "a Xing"), ("lime", "a Lime")),
        *(("s3-login", "an S3Login"), ("u2", "a U2"), ("imgur", "an Imgur"), ("vb", "a Vb")),
    ],
)
def test_a_name_gets_its_article(run: Run, here: Path, name: str, spoken: str) -> None:
    run("new-strategy", name, "--directory", "plugin")

    written = "".join(path.read_text("utf-8") for path in (here / "plugin").rglob("*") if path.is_file())
    assert f"verifies {spoken} access token" in written
    title = spoken.rpartition(" ")[2]
    assert set(re.findall(rf"\b[Aa]n? {title}\b", written)) == {spoken}


@pytest.mark.parametrize("kind", list(Kind))
def test_it_can_be_published_once_its_addresses_are_filled_in(run: Run, here: Path, kind: Kind) -> None:
    run("new-strategy", "globex-pay", "--kind", kind.value)

    folder = here / "accredit-globex-pay"
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "MIT"
    assert project["license-files"] == ["LICENSE"]
    assert (
        (folder / "LICENSE")
        .read_text("utf-8")
        .startswith("MIT License\n\nCopyright (c) the authors of accredit-globex")
    )
    assert {"Typing :: Typed", "Programming Language :: Python :: 3.13"} <= set(project["classifiers"])
    assert project["urls"].keys() >= {"Source", "Changelog"}
    assert all("FILL-IN" in address for address in project["urls"].values())
    assert "globex-pay" in (folder / "CHANGELOG.md").read_text("utf-8")
    readme = (folder / "README.md").read_text("utf-8")
    assert project["dependencies"][0] in readme
    assert "within one" in readme
    for path in re.findall(r"\]\(([^)]+)\)", readme):
        assert (folder / path).is_file()


def test_its_workflow_runs_what_contributors_run(run: Run, here: Path) -> None:
    run("new-strategy", "acme-pay")

    folder = here / "accredit-acme-pay"
    steps = re.findall(
        r"^      - run: (.+)$", (folder / ".github/workflows/tests.yml").read_text("utf-8"), re.MULTILINE
    )
    asked_for = (folder / "CONTRIBUTING.md").read_text("utf-8").partition("```sh\n")[2].partition("```")[0]
    assert steps == asked_for.splitlines()
    assert len(steps) == 5


@pytest.mark.parametrize("kind", list(Kind))
def test_payloads_and_configuration_can_be_read(run: Run, here: Path, kind: Kind) -> None:
    run("new-strategy", "acme-pay", "--kind", kind.value)

    folder = here / "accredit-acme-pay"
    payloads = [json.loads(path.read_text("utf-8")) for path in folder.glob("tests/payloads/*.json")]
    assert len(payloads) == 3
    assert all({"verification", "profile"} <= payload.keys() for payload in payloads)
    connection = (folder / "README.md").read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    assert list(tomllib.loads(connection)["connections"]) == ["acme-pay"]


def test_the_range_of_core_is_that_of_the_installed_one(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: {"accredit": "3.14.1"}[name])
    run("new-strategy", "acme-pay")

    project = tomllib.loads((here / "accredit-acme-pay/pyproject.toml").read_text("utf-8"))["project"]
    assert project["dependencies"] == ["accredit>=3.14,<3.15"]
    assert project["optional-dependencies"] == {"testing": ["accredit[testing]>=3.14,<3.15"]}


def test_it_tells_what_was_made_and_three_commands_to_go_on_with(run: Run) -> None:
    said = run("new-strategy", "acme-pay").stdout.splitlines()

    assert said[0] == "Wrote accredit-acme-pay, the strategy 'acme-pay':"
    assert [line.strip() for line in said[1 : 1 + len(FILES)]] == [f"accredit-acme-pay/{name}" for name in FILES]
    assert [shlex.split(line) for line in said[-3:]] == [
        ["python", "-m", "pip", "install", "--editable", "./accredit-acme-pay[testing]"],
        ["python", "-m", "pytest", "./accredit-acme-pay"],
        ["accredit", "demo"],
    ]


def test_another_directory_may_be_named_relative_or_absolute(run: Run, here: Path, tmp_path: Path) -> None:
    relative = run("new-strategy", "acme-pay", "--directory", "plugins/my acme")
    absolute = run("new-strategy", "acme-pay", "-d", str(tmp_path / "elsewhere"))

    assert files_below(here) == [f"plugins/my acme/{name}" for name in FILES]
    assert files_below(tmp_path / "elsewhere") == FILES
    assert shlex.split(relative.stdout.splitlines()[-3])[-1] == "./plugins/my acme[testing]"
    assert shlex.split(absolute.stdout.splitlines()[-3])[-1] == f"{tmp_path / 'elsewhere'}[testing]"


@pytest.mark.parametrize(
    "name",
    [
        *("Acme", "ACME", "acmé", "1acme", "-acme", "acme-", "acme--pay", "acme_pay", "acme.pay", "acme pay", ""),
        *("../acme", "a/b", "acme\n", "a" * (LONGEST_NAME + 1)),
    ],
)
def test_a_name_of_another_form_is_refused(run: Run, here: Path, name: str) -> None:
    result = run("new-strategy", "--", name)

    assert result.exit_code == 2
    assert "cannot name a strategy" in result.stderr
    assert files_below(here) == []


@pytest.mark.parametrize("name", ["a", "a1", "acme-2-pay", "a" * LONGEST_NAME])
def test_a_name_of_the_form_is_taken(run: Run, here: Path, name: str) -> None:
    assert run("new-strategy", name).exit_code == 0
    assert (here / f"accredit-{name}/src/accredit_{name.replace('-', '_')}/strategy.py").is_file()


def test_the_name_of_an_installed_strategy_is_refused(run: Run, install: Install, site: Path, here: Path) -> None:
    install(site)
    result = run("new-strategy", "fake")

    assert result.exit_code == 2
    assert "brought by accredit-fake 1.2; choose another name" in result.stderr
    assert files_below(here) == []


@pytest.mark.parametrize("name", published())
def test_the_name_of_a_published_strategy_is_refused_where_it_is_not_installed(
    run: Run, install: Install, here: Path, name: str
) -> None:
    install(None)
    result = run("new-strategy", name)

    assert result.exit_code == 2
    assert f"brought by accredit-{name}; install that plugin, or choose another name" in result.stderr
    assert files_below(here) == []


def test_no_file_is_overwritten_and_none_is_left_half_done(run: Run, here: Path) -> None:
    mine = here / "accredit-acme-pay/src/accredit_acme_pay/strategy.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine", "utf-8")
    result = run("new-strategy", "acme-pay")

    assert result.exit_code == 2
    assert "accredit-acme-pay/src/accredit_acme_pay/strategy.py is there already" in result.stderr
    assert files_below(here) == ["accredit-acme-pay/src/accredit_acme_pay/strategy.py"]
    assert mine.read_text("utf-8") == "mine"


def test_a_dangling_link_is_not_written_through(run: Run, here: Path, tmp_path: Path) -> None:
    (here / "accredit-acme-pay").mkdir()
    (here / "accredit-acme-pay/README.md").symlink_to(tmp_path / "secret")

    assert run("new-strategy", "acme-pay").exit_code == 2
    assert not (tmp_path / "secret").exists()


def test_files_that_are_not_in_the_way_stay(run: Run, here: Path) -> None:
    (here / "accredit-acme-pay").mkdir()
    (here / "accredit-acme-pay/NOTICE").write_text("mine", "utf-8")

    assert run("new-strategy", "acme-pay").exit_code == 0
    assert (here / "accredit-acme-pay/NOTICE").read_text("utf-8") == "mine"


def test_a_directory_that_is_a_file_is_refused(run: Run, here: Path) -> None:
    (here / "accredit-acme-pay").write_text("mine", "utf-8")
    result = run("new-strategy", "acme-pay")

    assert result.exit_code == 2
    assert "cannot be written" in result.stderr
    assert (here / "accredit-acme-pay").read_text("utf-8") == "mine"


def test_a_kind_that_does_not_exist_is_refused(run: Run, here: Path) -> None:
    result = run("new-strategy", "acme-pay", "--kind", "saml")

    assert result.exit_code == 2
    assert "access-token" in result.stderr
    assert files_below(here) == []


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("name", ["a", "acme-pay", "a" * LONGEST_NAME, "a-b" * (LONGEST_NAME // 3)])
def test_style_is_right_whatever_the_name(run: Run, here: Path, name: str, kind: Kind) -> None:
    run("new-strategy", name, "--kind", kind.value, "--directory", "plugin")

    for arguments in (["check"], ["format", "--check"]):
        done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "ruff", *arguments, "--no-cache", "."],
            cwd=here / "plugin",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_an_exemption_as_the_documentation_has_it_is_good_style(run: Run, here: Path) -> None:
    run("new-strategy", "acme-pay")

    page = ROOT_CONFIGURATION.with_name("docs") / "reference/conformance.md"
    [example] = re.findall(r"^    exemptions = \{\n.*?^    \}\n", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    with (here / "accredit-acme-pay/tests/test_conformance.py").open("a", encoding="utf-8") as file:
        file.write(example)
    for arguments in (["check"], ["format", "--check"]):
        done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
            [sys.executable, "-m", "ruff", *arguments, "--no-cache", "."],
            cwd=here / "accredit-acme-pay",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_style_is_ours_and_what_ruff_checks_by_itself(run: Run, here: Path) -> None:
    run("new-strategy", "acme-pay")

    ours = tomllib.loads(ROOT_CONFIGURATION.read_text("utf-8"))["tool"]["ruff"]
    generated = tomllib.loads((here / "accredit-acme-pay/pyproject.toml").read_text("utf-8"))["tool"]["ruff"]
    assert generated["line-length"] == ours["line-length"]
    assert generated["lint"]["select"] == ours["lint"]["select"]
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "."],
        cwd=here / "accredit-acme-pay",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
