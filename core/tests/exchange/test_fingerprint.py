"""Two connections have one fingerprint only if they do the same with the same token."""

import enum
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretBytes, SecretStr

from accredit.exchange.fingerprint import fingerprint
from accredit.settings import ConnectionSettings


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def of(settings: object, source: str = "acme 1.0") -> str:
    connection: Any = SimpleNamespace(settings=settings, source=source)
    return fingerprint(connection)


@pytest.mark.threat(31)
@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SecretStr("a"), SecretStr("b")),
        (SecretBytes(b"a"), SecretBytes(b"b")),
        ("1", 1),
        (1, True),
        (None, "None"),
        (["a", "b"], ["b", "a"]),
        (["a,b"], ["a", "b"]),
        ({"a": "b"}, {"a": "c"}),
        ({"a", "b"}, {"a"}),
        (Colour.RED, Colour.BLUE),
        (Path("/a"), Path("/b")),
        (ConnectionSettings(cache_s=1), ConnectionSettings(cache_s=2)),
    ],
)
def test_whatever_differs_makes_another(one: object, other: object) -> None:
    assert of(one) == of(one)
    assert of(one) != of(other)


def test_another_version_of_the_plugin_makes_another() -> None:
    assert of("a", "acme 1.0") != of("a", "acme 1.1")


def test_what_nobody_can_write_down_is_the_same_as_nothing_else() -> None:
    thing = object()
    assert of(thing) != of(thing)


def test_it_is_the_same_in_every_process() -> None:
    program = """
from types import SimpleNamespace
from accredit.exchange.fingerprint import fingerprint
print(fingerprint(SimpleNamespace(source="s", settings={"a": frozenset("abcdefgh"), "b": ("x", 1.5)})))
"""
    command = [sys.executable, "-c", program]
    told = {
        subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}).stdout  # noqa: S603 - our own program, above
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
