"""The storage for a URL: found by its scheme, or a sentence that says what to change."""

import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from core.tests.clock import Clock
from core.tests.conftest import Install

import accredit
from accredit import Exchange, Settings
from accredit.errors import ConfigurationError, PluginError
from accredit.storage import Measured, MemoryStorage, SqliteStorage, backends, storage_for

ISSUER = "https://login.example.com/"
STORE = """
from accredit.errors import ConfigurationError
from accredit.storage import MemoryStorage

class AcmeStorage(MemoryStorage):
    @classmethod
    def from_url(cls, url, /, *, clock):
        if "secret" in url:
            raise ValueError(f"cannot parse {url}")
        if "forbidden" in url:
            raise ConfigurationError("storage.url: name a database")
        storage = cls(clock=clock)
        storage.url = url
        return storage

class Half:
    def __init__(self, url, /, *, clock):
        self.open = self.close = self.check = self.start = clock

class Exits:
    def __init__(self, url, /, *, clock): ...

    def __getattr__(self, name):
        raise SystemExit(name)

NUMBER = 7
"""
FACTORY = "acme_storage:AcmeStorage.from_url"


def install_acme(install: Install, scheme: str = "acme", value: str = FACTORY, *, name: str = "acme-storage") -> None:
    module = {"acme_storage": STORE} if name == "acme-storage" else {}
    install(name, "1.2", {scheme: value}, group=backends.GROUP, **module)


def refusal(url: str) -> str:
    with pytest.raises(ConfigurationError) as raised:
        storage_for(url)
    return str(raised.value)


def test_our_own_schemes_are_declared_as_entry_points() -> None:
    written = tomllib.loads(Path(accredit.__file__).parents[2].joinpath("pyproject.toml").read_text("utf-8"))
    declared = written["project"]["entry-points"][backends.GROUP]
    assert {name: EntryPoint(name, value, backends.GROUP) for name, value in declared.items()} == backends._OWN


def test_a_scheme_of_ours_needs_no_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "entry_points_of", lambda _: [])
    assert isinstance(storage_for("memory://"), MemoryStorage)
    assert isinstance(storage_for("sqlite:///accredit.db"), SqliteStorage)


def test_an_installed_storage_is_found_by_its_scheme(install: Install) -> None:
    install_acme(install)
    clock = Clock(7)
    made = storage_for("acme://somewhere", clock=clock)
    assert (type(made).__name__, vars(made)["url"], vars(made)["_clock"]) == ("AcmeStorage", "acme://somewhere", clock)


async def test_an_exchange_keeps_its_sessions_where_its_url_says(install: Install) -> None:
    install_acme(install)
    exchange = Exchange(Settings.model_validate({"issuer": ISSUER, "storage": {"url": "acme://somewhere"}}))
    assert type(exchange.engine.storage).__name__ == "AcmeStorage"


async def test_a_storage_of_the_hosts_own_counts_even_where_it_is_empty() -> None:
    class Empty(MemoryStorage):
        def __len__(self) -> int:
            return 0

    storage = Empty()
    exchange = Exchange(Settings(issuer=ISSUER), storage=storage)
    assert exchange.engine.storage is storage


def test_a_scheme_that_nobody_brings_is_refused_with_those_that_are_there(install: Install) -> None:
    install_acme(install)
    assert refusal("mongodb://db") == (
        "storage.url: no installed distribution brings the scheme 'mongodb' (installed: acme, memory, postgres, "
        "postgresql, sqlite); install the one that declares it in the entry-point group accredit.storages, or change "
        "the URL"
    )


def test_two_distributions_with_one_scheme_are_both_named(install: Install) -> None:
    install_acme(install)
    install_acme(install, name="other")
    assert refusal("acme://db") == (
        "storage.url: the scheme 'acme' is brought by acme-storage 1.2 and other 1.2; uninstall all but one"
    )


@pytest.mark.parametrize("url", ["memory://", "sqlite:///accredit.db"])
def test_nobody_else_may_bring_a_scheme_of_ours(install: Install, url: str) -> None:
    scheme = url.partition(":")[0]
    install_acme(install, scheme)
    assert refusal(url) == (
        f"storage.url: the scheme '{scheme}' is accredit's own, and acme-storage 1.2 claims it, too "
        f"(entry point {scheme} = {FACTORY}); uninstall that, or let it choose another name"
    )


def test_a_storage_that_cannot_be_loaded_names_its_distribution_and_the_cause(install: Install) -> None:
    install("acme-storage", "1.2", {"acme": FACTORY}, group=backends.GROUP, acme_storage="import no_such_driver")
    assert refusal("acme://db") == (
        f"storage.url: acme-storage 1.2: entry point acme = {FACTORY} cannot be loaded: "
        "ModuleNotFoundError in <module> (acme_storage.py:1): No module named 'no_such_driver'"
    )


def test_a_storage_that_needs_an_extra_says_which(install: Install) -> None:
    value = f"{FACTORY} [driver]"
    install("acme-storage", "1.2", {"acme": value}, group=backends.GROUP, acme_storage="import no_such_driver")
    assert 'cannot be loaded (pip install "acme-storage[driver]"): ModuleNotFoundError' in refusal("acme://db")


def test_a_storage_for_another_core_is_not_loaded(install: Install) -> None:
    install("acme-storage", "1.2", {"acme": "nowhere:x"}, group=backends.GROUP, requires=["accredit>=99"])
    assert refusal("acme://db").startswith("storage.url: acme-storage 1.2 asks for accredit>=99, and accredit ")


def test_what_is_no_factory_is_refused(install: Install) -> None:
    install_acme(install, value="acme_storage:NUMBER")
    assert refusal("acme://db") == (
        "storage.url: acme-storage 1.2: entry point acme = acme_storage:NUMBER "
        "is no function that takes (url, *, clock)"
    )


def test_what_is_no_storage_is_refused_with_what_it_lacks(install: Install) -> None:
    install_acme(install, value="acme_storage:Half")
    missing = refusal("acme://db").partition("a Half has no ")[2]
    assert {"rotate", "first_use", "link"} <= set(missing.split(", "))
    assert not {"open", "close", "check", "start"} & set(missing.split(", "))


def test_a_factory_that_fails_is_blamed_without_the_password_of_the_url(install: Install) -> None:
    install_acme(install)
    with pytest.raises(PluginError) as raised:
        storage_for("acme://user:secret@db")
    assert str(raised.value) == (
        "storage.url: acme-storage 1.2: the storage for acme:// cannot be made: "
        "ValueError in AcmeStorage.from_url (acme_storage.py:9)"
    )


def test_a_storage_that_ends_the_process_when_it_is_looked_at_is_blamed(install: Install) -> None:
    install_acme(install, value="acme_storage:Exits")
    assert "acme-storage 1.2: the storage for acme:// cannot be made: SystemExit in Exits" in refusal("acme://db")


def test_connections_are_bounded_where_there_are_any(install: Install) -> None:
    install_acme(install)
    for url in ("memory://", "sqlite:///accredit.db", "acme://db"):
        with pytest.raises(ConfigurationError) as raised:
            storage_for(url, max_connections=5)
        scheme = url.partition(":")[0]
        assert str(raised.value) == (
            f"storage.max_connections: the storage for {scheme}:// has no connections to be counted; remove it"
        )
    storage = {"url": "postgresql://db.example.com/accredit", "max_connections": 5}
    exchange = Exchange(Settings.model_validate({"issuer": ISSUER, "storage": storage}))
    made = exchange.engine.storage
    assert isinstance(made, Measured)
    assert made.measured()["pool_size"] == 5


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_driver_that_is_missing_is_named_with_its_extra(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [name for name in sys.modules if name.startswith("accredit.storage.postgres")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    assert refusal(f"{scheme}://db") == (
        'storage.url: a storage in PostgreSQL takes asyncpg and SQLAlchemy: pip install "accredit[postgres]"'
    )


def test_a_factory_may_say_itself_what_to_change(install: Install) -> None:
    install_acme(install)
    assert refusal("acme://forbidden") == "storage.url: name a database"
