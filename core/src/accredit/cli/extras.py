"""What only an extra of `accredit` brings: is it installed?"""

import importlib.util
from collections.abc import Mapping, Sequence

_PACKAGES: Mapping[str, tuple[str, ...]] = {
    "cli": ("typer", "rich", "tomlkit"),
    "metrics": ("prometheus_client",),
    "otel": ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"),
    "sql": ("sqlalchemy",),
    "server": ("uvicorn",),  # uvloop is left out: it does not exist on Windows, nor is it needed
}


def problem_of_extra(what: str, extra: str) -> str | None:
    """Say what `what` lacks of an extra, and what installs it; None where all of it is there."""
    absent = [name for name in _PACKAGES[extra] if not _is_here(name)]
    return f'{what} needs {_listed(absent)}: pip install "accredit[{extra}]"' if absent else None


def _is_here(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # what it lies in is not there either
        return False


def _listed(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
