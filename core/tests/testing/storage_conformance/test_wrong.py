"""For each check of the suite for storages, one that gets that thing wrong and must be found out by it."""

import importlib
import pkgutil
import shutil
from pathlib import Path
from typing import Any

import pytest
from core.tests.storage.in_a_folder import InAFolder
from core.tests.testing.storage_conformance import wrong
from core.tests.testing.storage_conformance.wrong import WRONG, Wrong

from accredit.storage import MemoryStorage, SqliteStorage, Storage
from accredit.testing import StorageConformance
from accredit.testing.checks import checks_of
from accredit.testing.storage_conformance import StorageConformanceError
from accredit.testing.storage_conformance.samples import Clock

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]
for module in pkgutil.iter_modules(wrong.__path__):
    importlib.import_module(f"{wrong.__name__}.{module.name}")

CASES = [pytest.param(one, check, id=f"{one.storage.__name__}-{check}") for one in WRONG for check in one.checks]


def suite_of(one: Wrong, folder: Path, migrated: Path) -> StorageConformance:
    """Return the suite around a wrong storage."""
    if issubclass(one.storage, MemoryStorage):
        return in_memory(one.storage)
    suite = in_a_folder(one.storage)
    suite.folder = folder
    shutil.copy(migrated, suite.path)
    return suite


def in_memory(kind: type[MemoryStorage]) -> StorageConformance:
    class InMemory(StorageConformance):
        def new(self, clock: Clock) -> Storage:
            return kind(clock=clock)

    return InMemory()


def in_a_folder(kind: type[SqliteStorage]) -> InAFolder:
    class Shared(InAFolder):
        storage = kind

    return Shared()


@pytest.mark.parametrize(("one", "check"), CASES)
def test_a_wrong_storage_fails_the_check_that_is_named_for_it(
    one: Wrong, check: str, tmp_path: Path, migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))  # so that other processes find it
    suite: Any = suite_of(one, tmp_path, migrated)
    with pytest.raises(pytest.fail.Exception) as failure:
        getattr(suite, check)()
    assert failure.value.pytrace is False


def test_every_check_can_fail() -> None:
    assert len(WRONG) >= 60
    assert {check for one in WRONG for check in one.checks} == set(checks_of(StorageConformance))


def test_a_check_says_what_it_wanted_and_where() -> None:
    suite: Any = suite_of(next(one for one in WRONG if one.storage.__name__ == "TakesAllForNew"), Path(), Path())
    with pytest.raises(pytest.fail.Exception) as failure:
        suite.test_an_identifier_is_new_once()
    sentence, place, *_ = str(failure.value).splitlines()
    assert sentence == "And compares exactly."
    assert place.startswith("single_use.py:")


def test_a_subclass_may_add_tests_but_take_none_away() -> None:
    with pytest.raises(StorageConformanceError, match="overrides the check test_an_identifier_is_new_once"):

        class Weaker(StorageConformance):
            test_an_identifier_is_new_once = None  # type: ignore[assignment]  # what is refused here

    with pytest.raises(StorageConformanceError, match="__test__"):

        class Hidden(StorageConformance):
            __test__ = False

    class Stronger(StorageConformance):
        def test_another_thing(self) -> None: ...


@pytest.mark.parametrize("name", ["__init__", "__new__", "__getattribute__", "__getattr__"])
def test_what_could_hide_checks_is_refused_wherever_it_comes_from(name: str) -> None:
    def hide(*_: object) -> None: ...

    with pytest.raises(StorageConformanceError, match=f"Hider defines {name}"):
        type("Hidden", (type("Hider", (), {name: hide}), StorageConformance), {})


@pytest.mark.parametrize(("check", "hook"), [("handles_that_race_have_one_winner", "another")])
def test_a_check_without_its_hook_is_skipped_and_says_so(check: str, hook: str) -> None:
    class Alone(StorageConformance):
        def new(self, clock: Clock) -> Storage:
            return MemoryStorage(clock=clock)

    suite: Any = Alone()
    with pytest.raises(pytest.skip.Exception, match=rf"^not applicable: {hook}\(\) returns None$"):
        getattr(suite, f"test_{check}")()


def test_a_suite_says_how_its_storage_is_made() -> None:
    class Unfinished(StorageConformance):
        pass

    suite: Any = Unfinished()
    with pytest.raises(NotImplementedError):
        suite.test_an_identifier_is_new_once()


def test_sqlite_and_memory_are_storages_for_a_type_checker() -> None:
    storages: list[Storage] = [MemoryStorage(), SqliteStorage("accredit.db")]
    assert len(storages) == 2
