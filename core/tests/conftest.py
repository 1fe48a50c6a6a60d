"""Shared by all tests of core."""

import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path

import hypothesis
import pytest
from core.tests.bench import Bench, bench
from core.tests.clock import Clock
from core.tests.postgres import Postgres, PostgresDatabase, running
from core.tests.valkey import Elsewhere, Valkey, any_server
from core.tests.valkey import running as running_valkey

from accredit.keys.jose import SigningKey
from accredit.storage.migrate import migrate

Install = Callable[..., None]

# No deadline: it is a wall clock. Derandomized: a red run is red again.
hypothesis.settings.register_profile("accredit", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("accredit")


@pytest.fixture
async def wire() -> AsyncIterator[Bench]:
    """An exchange with nothing changed."""
    async with bench() as one:
        yield one


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def es256() -> SigningKey:
    return SigningKey.generate("ES256")


@pytest.fixture(scope="session")
def rs256() -> SigningKey:
    return SigningKey.generate("RS256")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty database: to make one takes longer than most checks of a storage."""
    path = tmp_path_factory.mktemp("migrated") / "accredit.db"
    migrate(path)
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real server, started by the first test that asks for it, about a second."""
    with running() as server:
        yield server


@pytest.fixture
def postgres_database(postgres: Postgres) -> Iterator[PostgresDatabase]:
    """An empty database on it."""
    with postgres.database() as database:
        yield database


@pytest.fixture(scope="session")
def _valkey() -> Iterator[Valkey | Elsewhere]:
    with any_server() as server:
        yield server


@pytest.fixture
def valkey(_valkey: Valkey | Elsewhere) -> Valkey | Elsewhere:
    """A real server, shared by all tests, and empty as each begins."""
    _valkey.execute("FLUSHDB")
    return _valkey


@pytest.fixture
def own_valkey() -> Iterator[Valkey]:
    """A real server of one test's own, which may do anything to it."""
    with running_valkey() as server:
        yield server


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install distributions for one test: `install("acme-plugin", "1.0", {"acme": "acme_module"}, acme_module="…")`.

    `requires` are lines `Requires-Dist` of its metadata; `group` is that of the entry points.
    """
    site = tmp_path / "site-packages"
    site.mkdir()
    monkeypatch.syspath_prepend(site)
    modules: list[str] = []

    def install(
        distribution: str,
        version: str,
        entry_points: dict[str, str],
        *,
        requires: Sequence[str] = (),
        group: str = "accredit.strategies",
        **sources: str,
    ) -> None:
        info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        needs = "".join(f"Requires-Dist: {line}\n" for line in requires)
        head = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n"
        info.joinpath("METADATA").write_text(head + needs, "utf-8")
        lines = "".join(f"{name} = {value}\n" for name, value in entry_points.items())
        info.joinpath("entry_points.txt").write_text(f"[{group}]\n{lines}")
        for module, source in sources.items():
            site.joinpath(f"{module}.py").write_text(source)
            modules.append(module)

    yield install
    for module in modules:
        sys.modules.pop(module, None)
