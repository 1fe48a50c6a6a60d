"""A connection takes a file."""

import resource
import sys

import pytest

from accredit.serving.open_files import allow_connections

INFINITY = resource.RLIM_INFINITY


@pytest.mark.parametrize(
    ("limits", "allowed", "raised"),
    [
        ((4096, 4096), 2000, None),
        ((2100, 2100), 2000, None),
        ((1024, 4096), 2000, (2100, 4096)),
        ((1024, INFINITY), 2000, (2100, INFINITY)),
        ((INFINITY, INFINITY), 2000, None),
        ((1024, 1024), 924, (1024, 1024)),
        ((64, 64), 1, (64, 64)),
    ],
)
def test_the_limit_of_open_files_is_raised_as_far_as_needed_and_allowed(
    monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], allowed: int, raised: tuple[int, int] | None
) -> None:
    set_to: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
    monkeypatch.setattr(resource, "setrlimit", lambda _, both: set_to.append(both))

    assert allow_connections(2000, beside=100) == allowed
    assert set_to == ([] if raised is None else [raised])


def test_where_there_is_no_such_limit_all_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)

    assert allow_connections(2000, beside=100) == 2000
