"""The site is built without a warning, and its pages from the code say what the code says."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.documents.blocks import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the reference as plain text: what is left of the pages where nothing is styled."""
    built = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "--quiet", "--builder", "text", "docs", str(built)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return built / "reference/code"


def text_of(page: Path) -> str:
    return " ".join(page.read_text("utf-8").split())


def test_a_class_shows_how_it_is_made_and_what_it_holds(reference: Path) -> None:
    page = text_of(reference / "testing.txt")
    arguments = "name: str, about: str, parameters: Mapping[str, str], expected: str, claims: Mapping[str, Any] = ..., "
    assert f"class Sample( *, {arguments}is_foreign: bool = False, )" in page
    assert "claims: Mapping[str, Any] is_foreign: bool" in page


def test_what_a_method_raises_is_listed(reference: Path) -> None:
    page = text_of(reference / "strategies.txt")
    assert "Raises: * **InvalidProviderToken** -- a check fails, or the JWT is not an ID token. * **" in page


def test_what_a_field_says_is_a_sentence(reference: Path) -> None:
    page = text_of(reference / "strategies.txt")
    assert "is_known: bool False for a name that the strategy does not know: misspelt, or newer" in page
    assert "Type:" not in page


def test_a_function_with_overloads_shows_each_of_them(reference: Path) -> None:
    assert text_of(reference / "strategies.txt").count("async in_order( first: Coroutine[") == 4


def test_the_words_of_settings_are_not_those_of_pydantic(reference: Path) -> None:
    page = text_of(reference / "settings.txt")
    assert "class ConnectionSettings Bases:" in page
    assert "property accepted_audiences: frozenset[str] Our app ids at the provider" in page
    assert "Annotated[" not in page
