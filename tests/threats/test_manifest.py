"""docs/explanation/threats.md and the tests say the same."""

from pathlib import Path

import pytest
from tests.conftest import STRATEGIES
from tests.threats.manifest import (
    CHECKS_PAGES,
    LINES,
    PAGE,
    markers,
    proofs,
    read_page,
    searched_files,
    with_checks,
    with_proofs,
)

TEXT = PAGE.read_text("utf-8")
PAGE_OF_NOW = read_page(TEXT)
PROOFS = proofs()


def test_the_page_has_every_line_once_and_in_order() -> None:
    assert list(PAGE_OF_NOW.about) == list(range(1, LINES + 1))
    assert all(PAGE_OF_NOW.about.values())


@pytest.mark.parametrize("number", range(1, LINES + 1))
def test_a_line_has_a_test_or_says_what_it_waits_for(number: int) -> None:
    if number in PAGE_OF_NOW.later:
        assert number not in PROOFS, f"threat {number} has tests by now: take it out of the table Later"
        assert PAGE_OF_NOW.later[number], f"threat {number} waits for what?"
    else:
        assert number in PROOFS, f"no test carries threat({number})"


def test_what_is_proven_in_part_has_tests_and_waits_for_something() -> None:
    assert PAGE_OF_NOW.in_part.keys() <= PROOFS.keys()
    assert PAGE_OF_NOW.in_part.keys().isdisjoint(PAGE_OF_NOW.later)
    assert all(PAGE_OF_NOW.in_part.values())


def test_no_test_names_a_line_that_does_not_exist() -> None:
    assert PROOFS.keys() <= set(range(1, LINES + 1))


def test_the_page_names_the_files_with_the_tests() -> None:
    assert with_proofs(TEXT) == TEXT, "run: python tests/threats/manifest.py"


@pytest.mark.parametrize("page", CHECKS_PAGES, ids=lambda page: page.name)
def test_the_page_of_a_kit_lists_its_checks(page: Path) -> None:
    text = page.read_text("utf-8")
    assert with_checks(text, CHECKS_PAGES[page]) == text, "run: python tests/threats/manifest.py"


def test_the_kit_proves_a_good_part_of_it_for_every_strategy() -> None:
    kit = {number for number, names in PROOFS.items() if any(name.startswith("kit: ") for name in names)}
    assert {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 18, 22, 23, 26, 27, 28, 33, 36} <= kit


def test_every_place_of_tests_is_searched() -> None:
    places = {name.partition(": ")[0] for name, _ in searched_files()}
    assert places == {"kit", "storage kit", "core", "tests", *STRATEGIES}


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("@pytest.mark.threat(1)\ndef test_x(): pass", [1]),
        ("@pytest.mark.threat(1, 2)\n@other\nasync def test_x(): pass", [1, 2]),
        ("pytestmark = [pytest.mark.threat(3)]", [3]),
        ("class TestX:\n    pytestmark = pytest.mark.threat(4)", [4]),
        ("x = pytest.param(1, marks=pytest.mark.threat(5))", [5]),
        ("# pytest.mark.threat(6)\nx = 'pytest.mark.threat(7)'\nthreat(8)", []),
    ],
)
def test_markers_are_found_wherever_they_stand(tmp_path: Path, source: str, numbers: list[int]) -> None:
    path = tmp_path / "test_x.py"
    path.write_text(source, "utf-8")
    assert list(markers(path)) == numbers


@pytest.mark.parametrize("argument", ["n", "'1'", "1.0", "True", "*range(3)"])
def test_a_marker_takes_numbers_that_are_written_out(tmp_path: Path, argument: str) -> None:
    path = tmp_path / "test_x.py"
    path.write_text(f"pytestmark = pytest.mark.threat({argument})", "utf-8")
    with pytest.raises(ValueError, match="takes numbers"):
        list(markers(path))
