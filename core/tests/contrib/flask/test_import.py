"""What `import accredit.contrib.flask` loads, and what it says where Flask is missing."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

HEAVY = ("flask_sqlalchemy", "sqlalchemy", "alembic", "typer", "django", "fastapi", "authlib")


def ran(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)  # noqa: S603 - our own code


def test_it_loads_neither_a_database_nor_the_command_line() -> None:
    done = ran(f"import sys, accredit.contrib.flask; print(set({HEAVY}) & set(sys.modules))")
    assert (done.stdout, done.stderr) == ("set()\n", "")


def test_accredit_does_not_load_flask() -> None:
    assert ran("import sys, accredit, accredit.sync; print('flask' in sys.modules)").stdout == "False\n"


def test_without_flask_a_sentence_says_what_to_install() -> None:
    code = (
        "import importlib.util as util; found = util.find_spec;"
        "util.find_spec = lambda name, package=None: None if name == 'flask' else found(name, package);"
        "import accredit.contrib.flask"
    )
    last = ran(code).stderr.splitlines()[-1]
    assert last == 'ModuleNotFoundError: accredit.contrib.flask needs flask: pip install "accredit[flask]"'
