"""Every chore of this repository: `nox --list` names them, `nox -s NAME` runs one.

Third-party packages come from constraints.txt, pinned and checked by hash; our own are installed from the tree.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import nox
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv"
nox.options.sessions = ["tests", "lint", "typing"]
os.environ.setdefault("UV_PYTHON_DOWNLOADS", "never")
# uv compiles nothing that it installs. Where this is set, as in many containers, each of the hundreds of processes that
# tests start would compile it all anew: starting a server takes 4.0 s of CPU then, and 1.5 s without.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

PLUGINS = sorted(path.parent.name for path in Path("plugins").glob("*/pyproject.toml"))
PACKAGES = ["core", *(f"plugins/{name}" for name in PLUGINS)]


def _present(version: str) -> bool:
    """Tell whether a Python is really there: a shim may be on the path without its interpreter."""
    command = shutil.which(f"python{version}")
    return command is not None and subprocess.run([command, "-c", ""], capture_output=True, check=False).returncode == 0


def _newest() -> str | None:
    """Return the newest Python that is here and newer than 3.11; pyenv's too, whose shims may not be active."""
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    for version in ("3.14", "3.13", "3.12"):
        if _present(version):
            return version
        if found := sorted(pyenv.glob(f"{version}.*/bin/python{version}")):
            return str(found[-1])
    return None


PYTHONS: list[str] = [version for version in ("3.11", "3.12", "3.13", "3.14") if _present(version)]
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
NEWEST_PYTHON = _newest()
DIST = Path("dist").resolve()
UV = (sys.executable, "-m", "uv")  # not by its name: nox would look on the path, where it need not be
EDITABLE = [argument for package in PACKAGES for argument in ("--editable", package)]


def _install(session: nox.Session) -> None:
    session.install("--require-hashes", "--requirement", "constraints.txt")
    session.install("--no-deps", "--no-build-isolation", *EDITABLE)


def _project(package: str) -> dict[str, Any]:
    """Return the table `project` of a package."""
    table: dict[str, Any] = tomllib.loads((Path(package) / "pyproject.toml").read_text("utf-8"))["project"]
    return table


def _pins_of_tools() -> list[str]:
    """Return the lines of constraints.txt that leave our own dependencies open, without their hashes."""
    tables = [_project(package) for package in PACKAGES]
    extras = [extra for table in tables for extra in table.get("optional-dependencies", {}).values()]
    lists = [*(table["dependencies"] for table in tables), *extras]
    ours: set[str] = {canonicalize_name(Requirement(text).name) for each in lists for text in each}
    ours |= {"pydantic-core", "fastapi"}  # each asks for one or a few versions of a package of ours
    pins = re.findall(r"^([a-z0-9._-]+)(==[^\\\n]+)", Path("constraints.txt").read_text("utf-8"), re.MULTILINE)
    return [name + version for name, version in pins if name not in ours]


def _install_debian(session: nox.Session, package: str, *, program: str) -> None:
    """Install a program that is no Python package, unless it is there."""
    if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"):
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        session.error(f"{program} is not installed: install it, or run this session as root on Debian or Ubuntu")
    for command in (("update",), ("install", "--yes", "--no-install-recommends", package)):
        session.run_install("apt-get", *command, silent=True, external=True, env={"DEBIAN_FRONTEND": "noninteractive"})


def _build(session: nox.Session, folder: Path, packages: list[str]) -> list[Path]:
    """Build into a folder, anew: of each package a source distribution, and of that the wheel."""
    shutil.rmtree(folder, ignore_errors=True)
    pinned = ("--build-constraints", "constraints.txt", "--require-hashes")  # the backend too: builds are reproducible
    for package in packages:
        session.run(*UV, "build", *pinned, "--out-dir", str(folder), package, silent=True, external=True)
    return sorted(folder.glob("accredit*"))


def _wheels(archives: list[Path]) -> list[Path]:
    """Return the wheels; core's is the first, for its name is the beginning of the others'."""
    return [path for path in archives if path.suffix == ".whl"]


def _fresh(session: nox.Session, *wheels: str) -> Path:
    """Return the programs of an environment that has these wheels, what they ask for, and nothing else."""
    folder = Path(session.create_tmp()).resolve() / "fresh"
    session.run_install(*UV, "venv", "--quiet", "--clear", "--python", sys.executable, str(folder), external=True)
    target = ("--quiet", "--python", str(folder), "--constraint", "constraints.txt")
    session.run_install(*UV, "pip", "install", *target, *wheels, external=True)
    return folder / "bin"


def _demo_of_wheels(session: nox.Session, core: Path, *plugins: Path) -> None:
    """Run what core and some plugins demonstrate, installed from their wheels."""
    programs = _fresh(session, f"{core}[server,testing]", *map(str, plugins))
    session.run(str(programs / "accredit"), "demo", silent=True, external=True)


@nox.session(venv_backend="none")
def dev(session: nox.Session) -> None:
    """Install everything into the environment that runs nox: for editors, single tests and the hooks of git."""
    target = (*UV, "pip", "install", "--quiet", "--python", sys.executable)
    session.run(*target, "--require-hashes", "--requirement", "constraints.txt", external=True)
    session.run(*target, "--no-deps", "--no-build-isolation", *EDITABLE, external=True)


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
def lowest(session: nox.Session) -> None:
    """Run the tests beside the oldest versions of their dependencies that our distributions allow."""
    # Not in nox's own temporary folder, which would be that of the tests, too: it lies below the environment, and what
    # lies there Flask takes for installed, with an instance folder that outlives the run.
    tools = Path(session.virtualenv.location).resolve() / "tools.txt"
    tools.write_text("\n".join(_pins_of_tools()), "utf-8")
    whole = [f"{package}[{','.join(_project(package).get('optional-dependencies', {}))}]" for package in PACKAGES]
    editable = [argument for package in whole for argument in ("--editable", package)]
    session.install("--resolution", "lowest-direct", *editable, "--group", "tests", "--constraint", str(tools))
    session.run("python", "-m", "pytest", *(session.posargs or ["--numprocesses", "2"]))


@nox.session
def quick(session: nox.Session) -> None:
    """Run what takes no seconds, in less than a minute: for the loop of a change. `tests` runs everything."""
    _install(session)
    session.run("python", "-m", "pytest", "--numprocesses", "2", "-m", "not slow", *session.posargs)


@nox.session(python=NEWEST_PYTHON or THIS_PYTHON)
def django(session: nox.Session) -> None:
    """Run the tests of a Django project on the newest Django, which needs Python 3.12; `tests` has the one for 3.11."""
    if NEWEST_PYTHON is None:
        session.error("the newest Django needs Python 3.12 or newer: put one on the path, or below the root of pyenv")
    _install(session)
    session.run("python", "-m", "pytest", "core/tests/contrib/django", *(session.posargs or ["--numprocesses", "2"]))


@nox.session
def mariadb(session: nox.Session) -> None:
    """Hold the SQL storages to their promises on MariaDB: Debian's server, which root gets where it is missing."""
    if not Path("/usr/sbin/mariadbd").exists():
        root = () if os.geteuid() == 0 else ("sudo",)
        session.run(*root, "apt-get", "update", "--quiet=2", external=True)
        # The server alone: the package without `core` in its name would start it, too.
        package = ("--no-install-recommends", "mariadb-server-core")
        session.run(*root, "apt-get", "install", "--quiet=2", "--yes", *package, external=True, silent=True)
    _install(session)
    session.run("python", "-m", "pytest", "core/tests/storage/sql/on_mariadb.py", *(session.posargs or ["-n", "2"]))


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
    session.run("mypy")


@nox.session(venv_backend="none")
@nox.parametrize("name", PLUGINS)
def plugin(session: nox.Session, name: str) -> None:
    """Install the wheels of core and one plugin alone, and run that plugin's exchange."""
    archives = _build(session, Path(session.create_tmp()).resolve() / "dist", ["core", f"plugins/{name}"])
    _demo_of_wheels(session, *_wheels(archives))


@nox.session
def example(session: nox.Session) -> None:
    """Run the example of the tutorial: log in, call an API, refresh, link, log out, all on loopback."""
    _install(session)
    session.run("python", "docs/examples/tour.py")


@nox.session
def node(session: nox.Session) -> None:
    """Log in by published Node clients, and by JavaScript of guide and playground, over TLS. Needs node and npm."""
    _install(session)
    folder = Path(session.create_tmp()).resolve()
    for file in (*Path("tests/clients/node").glob("*.mjs"), Path("tests/clients/node/package.json")):
        shutil.copy(file, folder)
    npm = "npm install --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel error"
    session.run(*npm.split(), "--prefix", str(folder), external=True)
    session.run("python", "-m", "tests.clients.node", str(folder))


@nox.session
def oidc(session: nox.Session) -> None:
    """Log in at the pages of real OpenID servers, and with what comes of it at Accredit. Needs node and npm."""
    _install(session)
    folder = Path(session.create_tmp()).resolve()
    for name in ("provider.mjs", "package.json"):
        shutil.copy(Path("tests/oidc") / name, folder)
    npm = "npm install --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel error"
    session.run(*npm.split(), "--prefix", str(folder), external=True)
    variables = {"ACCREDIT_TEST_OIDC": str(folder)}
    session.run("python", "-m", "pytest", "-n0", *(session.posargs or ["tests/oidc/checks.py"]), env=variables)


@nox.session
def browser(session: nox.Session) -> None:
    """Use our pages in a real Chromium. Needs npm; on Debian it installs chromium where it is missing.

    ACCREDIT_TEST_SCREENSHOTS names a folder for pictures of every page. `nox -s browser -- --pictures` makes those
    of the documentation anew.
    """
    _install(session)
    if not any(map(shutil.which, ("chromium-browser", "google-chrome"))):  # as on Ubuntu
        _install_debian(session, "chromium", program="chromium")
    folder = Path(session.create_tmp()).resolve()
    shutil.copy("tests/browser/package.json", folder)
    npm = "npm install --no-save --no-package-lock --ignore-scripts --no-audit --no-fund --loglevel error"
    session.run(*npm.split(), "--prefix", str(folder), external=True)
    variables = {"ACCREDIT_TEST_AXE": str(folder)}
    pictures = "tests/browser/pictures.py"
    checks = [f"tests/browser/{name}.py" for name in ("checks", "tickets", "playground")]
    chosen = session.posargs or [*checks, pictures]
    if "--pictures" in chosen:
        variables["ACCREDIT_TEST_PICTURES"] = "1"
        chosen = [pictures]
    session.run("python", "-m", "pytest", "-n0", *chosen, env=variables)


@nox.session
def nginx(session: nox.Session) -> None:
    """Log in, refresh and log out behind a real nginx with TLS. On Debian it installs nginx where it is missing."""
    _install(session)
    _install_debian(session, "nginx-light", program="nginx")
    session.run("python", "-m", "pytest", "-n0", *(session.posargs or ["tests/nginx/checks.py"]))


@nox.session
def prometheus(session: nox.Session) -> None:
    """Let promtool test the alert rules and read the dashboard. On Debian it installs it where it is missing."""
    _install(session)
    _install_debian(session, "prometheus", program="promtool")
    session.run("python", "-m", "pytest", "-n0", *(session.posargs or ["tests/deploy/prometheus/checks.py"]))


@nox.session
def container(session: nox.Session) -> None:
    """Build the container file and run what it made, as root on Debian, where it installs what is missing."""
    _install(session)
    for program in ("podman", "debootstrap", "docker-compose"):
        _install_debian(session, program, program=program)
    session.run("python", "-m", "pytest", "-n0", *(session.posargs or ["tests/deploy/in_a_container.py"]))


@nox.session(venv_backend="none")
def build(session: nox.Session) -> None:
    """Build a wheel and a source distribution of each package into dist/."""
    _build(session, DIST, PACKAGES)


@nox.session
def release(session: nox.Session) -> None:
    """Build all distributions into dist/, check them, and run the demo on their wheels; nothing is uploaded.

    `nox -s release -- --rehearse` lets the changelog be unfinished.
    """
    _install(session)
    session.run("python", "-m", "tests.release", *session.posargs)
    archives = _build(session, DIST, PACKAGES)
    session.run("twine", "check", "--strict", *map(str, archives))
    core, *plugins = _wheels(archives)
    modules = ", ".join(wheel.name.partition("-")[0] for wheel in (core, *plugins))
    programs = _fresh(session, str(core), *map(str, plugins))  # without any extra
    session.run(str(programs / "python"), "-c", f"import {modules}", external=True)
    for chosen in (*([plugin] for plugin in plugins), plugins):
        _demo_of_wheels(session, core, *chosen)
    session.run("python", "-m", "tests.release", "dist")


@nox.session
def reference(session: nox.Session) -> None:
    """Write the tables of docs/reference/code, the page of providers and docs/reference/answers anew, from the code."""
    _install(session)
    session.run("python", "-m", "docs.generate")
    session.run("python", "-m", "docs.answers")


@nox.session
def conformance(session: nox.Session) -> None:
    """Run the conformance kit on our plugins, and write its reports and the page of providers into docs/providers.

    `nox -s conformance -- weibo` runs it on one.
    """
    _install(session)
    report = Path(session.create_tmp()).resolve() / "report.json"
    classes = [f"plugins/{name}/tests/test_conformance.py" for name in session.posargs or PLUGINS]
    session.run("python", "-m", "pytest", "--numprocesses", "2", f"--conformance-report={report}", *classes)
    session.run("python", "-m", "docs.gallery", str(report))


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/_build; a warning fails."""
    _install(session)
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure exchanges beside a hand-written floor and others that do the same job, and write the results into docs/.

    `nox -s bench -- --quick` takes under two minutes and writes nothing; `-- --help` names all options.
    """
    _install(session)
    everything = ["--install", "--write", "docs"]
    session.run("python", "-m", "tests.benchmarks", *(session.posargs or everything))


@nox.session
def soak(session: nox.Session) -> None:
    """Load a server for ten minutes, with faults: memory and open files must stay flat."""
    _install(session)
    session.run("python", "-m", "tests.faults.soak", *session.posargs)


@nox.session
def lock(session: nox.Session) -> None:
    """Resolve all dependencies anew into constraints.txt: hashes, no addresses."""
    session.run(*UV, "lock", "--upgrade", external=True)
    export = "export --frozen --all-packages --all-extras --all-groups --no-emit-workspace --no-annotate --no-header"
    session.run(*UV, *export.split(), "--output-file", "constraints.txt", "--quiet", external=True)
