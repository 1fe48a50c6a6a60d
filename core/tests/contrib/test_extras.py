"""A framework that is not installed is told in one sentence."""

import importlib

import pytest

from accredit.contrib import require_extra


def test_a_framework_that_is_installed_can_be_imported() -> None:
    require_extra("fastapi", "fastapi")
    assert importlib.import_module("accredit.contrib.fastapi").Accredit


def test_a_framework_that_is_not_installed_is_named_with_what_installs_it() -> None:
    with pytest.raises(ModuleNotFoundError) as caught:
        require_extra("flask", "no_such_framework")
    assert str(caught.value) == 'accredit.contrib.flask needs no_such_framework: pip install "accredit[flask]"'
    assert caught.value.name == "no_such_framework"
