"""Every chore of this repository: `nox --list` names them, `nox -s NAME` runs one.

Third-party packages come from constraints.txt, pinned and checked by hash; our own are installed from the tree.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv"
nox.options.sessions = ["tests", "lint", "typing"]
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")

PLUGINS = sorted(path.parent.name for path in Path("plugins").glob("*/pyproject.toml"))
PACKAGES = ["core", *(f"plugins/{name}" for name in PLUGINS)]


def _present(version: str) -> bool:
    """Tell whether a Python is really there: a shim may be on the path without its interpreter."""
    command = shutil.which(f"python{version}")
    return command is not None and subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode == 0


PYTHONS: list[str] = [version for version in ("3.11", "3.12", "3.13") if _present(version)]
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"


def _install(session: nox.Session) -> None:
    session.install("--require-hashes", "--requirement", "constraints.txt")
    editable = [argument for package in PACKAGES for argument in ("--editable", package)]
    session.install("--no-deps", "--no-build-isolation", *editable)


@nox.session
def demo(session: nox.Session) -> None:
    """Run every connection's exchange, and every refusal, over real HTTP against the simulators."""
    _install(session)
    session.run("accredit", "demo", *session.posargs)


@nox.session(python=PYTHONS or [THIS_PYTHON])
def tests(session: nox.Session) -> None:
    """Run all tests on each Python that is here; on the one that runs nox, with branch coverage of core."""
    _install(session)
    pytest = ["-m", "pytest", *(session.posargs or ["--numprocesses", "2"])]
    if session.posargs or session.python != THIS_PYTHON:
        session.run("python", *pytest)
        return
    session.run("coverage", "erase")
    session.run("coverage", "run", *pytest)
    session.run("coverage", "combine", "--quiet")
    session.run("coverage", "report", "--fail-under=98")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, imports between the parts, and spelling."""
    _install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("codespell")


@nox.session
def typing(session: nox.Session) -> None:
    """Check the types of everything, strictly."""
    _install(session)
    session.run("mypy", "core", "plugins", "tests", "docs/examples", "noxfile.py")


@nox.session
@nox.parametrize("name", PLUGINS)
def plugin(session: nox.Session, name: str) -> None:
    """Install the wheels of core and one plugin alone, and run that plugin's exchange."""
    wheels = Path(session.create_tmp()).resolve()
    for package in ("core", f"plugins/{name}"):
        session.run_install("uv", "build", "--wheel", "--out-dir", str(wheels), package, silent=True, external=True)
    built = sorted(str(wheel) for wheel in wheels.glob("*.whl"))
    session.install("--constraint", "constraints.txt", f"{built[0]}[server,testing]", built[1])
    session.run("accredit", "demo")


@nox.session
def example(session: nox.Session) -> None:
    """Run the example of the tutorial: log in, call an API, refresh, link, log out, all on loopback."""
    _install(session)
    session.run("python", "docs/examples/tour.py")


@nox.session
def node(session: nox.Session) -> None:
    """Log in, refresh and revoke with published Node clients, over TLS on loopback. Needs node and npm."""
    _install(session)
    folder = Path(session.create_tmp()).resolve()
    for file in (*Path("tests/clients/node").glob("*.mjs"), Path("tests/clients/node/package.json")):
        shutil.copy(file, folder)
    npm = "npm install --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel error"
    session.run(*npm.split(), "--prefix", str(folder), external=True)
    session.run("python", "-m", "tests.clients.node", str(folder))


@nox.session
def build(session: nox.Session) -> None:
    """Build a wheel and a source distribution of each package into dist/."""
    shutil.rmtree("dist", ignore_errors=True)
    for package in PACKAGES:
        session.run("uv", "build", "--out-dir", "dist", package, external=True)


@nox.session
def reference(session: nox.Session) -> None:
    """Write docs/reference anew, from the code."""
    _install(session)
    session.run("python", "-m", "docs.generate")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/_build; a warning fails."""
    _install(session)
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure exchanges against the hand-written floor, in interleaved rounds of one run."""
    _install(session)
    session.run("python", "-m", "tests.benchmarks", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Resolve all dependencies anew into constraints.txt: hashes, no addresses."""
    session.run("uv", "lock", "--upgrade", external=True)
    export = "export --frozen --all-packages --all-extras --all-groups --no-emit-workspace --no-annotate --no-header"
    session.run("uv", *export.split(), "--output-file", "constraints.txt", "--quiet", external=True)
