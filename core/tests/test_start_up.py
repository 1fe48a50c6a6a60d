"""What is loaded when: counted by name, since a time depends on the machine."""

import subprocess
import sys
from collections.abc import Iterable

import pytest
from core.tests.declared import EXTRAS, LIBRARY

pytestmark = pytest.mark.slow

ALONE = "import accredit"
PUBLIC = "from accredit import Exchange, Settings, Strategy, hookimpl"
EXCHANGE = (
    "from accredit import Exchange, Settings; from accredit.storage import MemoryStorage; "
    "Exchange(Settings(issuer='https://login.example.com/'), storage=MemoryStorage())"
)
HELP = "import sys; sys.argv = ['accredit', '--help']; from accredit.cli import main; main()"
ON_FAILURE = {"tenacity"}  # when a call is to be made again
ALWAYS = LIBRARY - ON_FAILURE
FOR_SERVING = 'serve, dev, demo and simulate need "accredit[server]", which has it'
OF_EXTRAS = frozenset().union(*EXTRAS.values()) - ALWAYS
LOADED = {
    ALONE: frozenset(),
    PUBLIC: ALWAYS - {"starlette", "limits"},
    EXCHANGE: ALWAYS - {"starlette"},
    HELP: {"typer"},
}


def run(code: str, *, without: Iterable[str] = ()) -> subprocess.CompletedProcess[str]:
    """Run `code` in a fresh interpreter in which some packages are not installed; its last line is what it loaded."""
    absent = f"import atexit, sys; sys.modules.update(dict.fromkeys({sorted(without)!r})); before = set(sys.modules)\n"
    found = "{name.partition('.')[0] for name, one in sys.modules.items() if one and name not in before}"
    told = f"atexit.register(lambda: print(*{found}))\n"
    command = [sys.executable, "-c", absent + told + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)  # noqa: S603 - our own code


def loaded_by(code: str, *, without: Iterable[str] = ()) -> set[str]:
    ended = run(code, without=without)
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("code", LOADED)
def test_of_all_that_is_declared_only_this_is_loaded(code: str) -> None:
    # httpx and structlog look for rich by themselves, for command lines of their own: here it is not installed.
    absent = frozenset() if code == HELP else OF_EXTRAS
    assert loaded_by(code, without=absent) & (ALWAYS | ON_FAILURE | OF_EXTRAS | {"aiohttp"}) == LOADED[code]


def test_the_package_alone_loads_nothing_that_is_not_pythons() -> None:
    assert loaded_by(ALONE) - sys.stdlib_module_names == {"accredit"}


def test_help_loads_neither_settings_nor_providers() -> None:
    assert not loaded_by(HELP) & {"pydantic", "httpx", "joserfc", "structlog", "rich", "asyncio"}


@pytest.mark.parametrize(
    ("absent", "named"),
    [
        ({"typer"}, "typer"),
        ({"rich"}, "rich"),
        ({"tomlkit"}, "tomlkit"),
        ({"typer", "tomlkit"}, "typer and tomlkit"),
        ({"typer", "rich", "tomlkit"}, "typer, rich and tomlkit"),
    ],
)
def test_the_command_line_without_its_extra_says_in_a_sentence_what_installs_it(absent: set[str], named: str) -> None:
    ended = run(HELP, without=absent)
    assert ended.returncode == 2
    assert ended.stderr == f'accredit: the command line needs {named}: pip install "accredit[cli]"; {FOR_SERVING}\n'


def test_the_library_works_without_any_extra() -> None:
    code = "import accredit; [getattr(accredit, name) for name in accredit.__all__]"
    assert "httpx" in loaded_by(code, without=OF_EXTRAS)


def test_nothing_that_serves_loads_starlette() -> None:
    code = "import accredit.asgi, accredit.serving.server, accredit.cli.commands.serve, accredit.exchange.exchange"
    loaded = loaded_by(code)
    assert "uvicorn" in loaded
    assert "starlette" not in loaded


def test_a_server_loads_nothing_that_others_only_look_for() -> None:
    command = "import sys; sys.argv = ['accredit', 'serve', '--config', 'nowhere.toml']; from accredit.cli import main"
    ended = run(f"{command}; main()")
    loaded = set(ended.stdout.splitlines()[-1].split())
    assert ended.returncode == 2, ended.stderr
    assert loaded >= {"structlog", "httpx"}
    assert not loaded & {"rich", "pygments", "greenlet"}


def test_what_a_server_hides_from_imports_is_there_afterwards() -> None:
    code = "from accredit.cli.tools.lean import without\nwith without(('rich',)):\n    import structlog\nimport rich"
    assert loaded_by(code) >= {"structlog", "rich"}
